"""What was parsed before: versions of one event repeat most of their fields, which then need not be parsed again.

A field is recalled where its JSON is the same to the letter, stands in the same namespace, and would find the same
types under the names that it uses; what it defines must not be defined yet. Schemas never change, so they may share it.
"""

from __future__ import annotations

import marshal
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from eventpact.avro.model import Field, Named

Key: TypeAlias = tuple[str, int, bytes]

MAX_DEPTH: Final = 12
"""How deep schemas may nest in a field's place for it to be remembered; each level looks at its whole text again."""

_PLAIN_FORM: Final = 2
"""The newest of marshal's formats that depends on nothing but the value; it tells 1 from 1.0 and from true."""


class Use(NamedTuple):
    """A name that a field uses: as a full name, as it is written, and what it was found to be."""

    full: str
    written: str
    found: Named


@dataclass(frozen=True, slots=True)
class Remembered:
    """A field, and what it had to do with the types around it."""

    field: Field
    uses: Sequence[Use]
    defines: Sequence[Named]

    def means_the_same(self, known: Mapping[str, Named]) -> bool:
        """Whether it would be parsed to the same where these types are known by name."""
        if not self.uses and not self.defines:
            return True
        if any(named.name in known for named in self.defines):
            return False
        own = {named.name: named for named in self.defines}
        return all(
            (known.get(full) or own.get(full) or known.get(written) or own.get(written)) is found
            for full, written, found in self.uses
        )


class Memory:
    """The fields of the schemas that were parsed with it; give it to `avro.parse` for versions of one schema."""

    def __init__(self) -> None:
        self._fields: dict[Key, Remembered] = {}

    def recall(self, key: Key, known: Mapping[str, Named]) -> Remembered | None:
        """The field of this key, if it means the same among these types."""
        remembered = self._fields.get(key)
        return remembered if remembered is not None and remembered.means_the_same(known) else None

    def learn(self, fields: Mapping[Key, Remembered]) -> None:
        """Remember the fields of a schema that is known to be valid."""
        self._fields.update(fields)


def form(node: Any) -> bytes:
    """What makes two values of JSON the same to the letter: `==` takes 1 for true, and this does not."""
    return marshal.dumps(node, _PLAIN_FORM)
