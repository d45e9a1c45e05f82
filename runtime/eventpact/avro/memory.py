"""What was parsed before: versions of one event repeat most of their fields, which then need not be parsed again.

A field is recalled where its JSON is the same to the letter, stands in the same namespace if its names depend on that,
and would find the same types under the names that it uses; what it defines must not be defined yet. Schemas never
change, so they may share it.
"""

from __future__ import annotations

import marshal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from eventpact.avro.model import Field, Named

MAX_DEPTH: Final = 12
"""How deep schemas may nest in a field's place for it to be remembered; each level looks at its whole text again."""

_PLAIN_FORM: Final = 2
"""The newest of marshal's formats that depends on nothing but the value; it tells 1 from 1.0 and from true."""


class Use(NamedTuple):
    """A name that a field uses: as a full name, as it is written, and what it was found to be."""

    full: str
    written: str
    found: Named


class Remembered(NamedTuple):
    """A field, and what it had to do with what stands around it."""

    text: bytes
    """Its `form`."""
    field: Field
    depth: int
    """How deep it stood: so deep it may nest, and where less is around it all the more."""
    namespace: str | None
    """Where it stood; None where its names are full ones, or it has none, so that it is the same everywhere."""
    uses: Sequence[Use]
    defines: Sequence[Named]

    def means_the_same(self, known: Mapping[str, Named]) -> bool:
        """Whether it would be parsed to the same where these types are known by name."""
        own: dict[str, Named] = {}
        for named in self.defines:
            if named.name in known:
                return False
            own[named.name] = named
        for full, written, found in self.uses:
            if (known.get(full) or own.get(full) or known.get(written) or own.get(written)) is not found:
                return False
        return True


class Memory:
    """The fields of the schemas that were parsed with it; give it to `avro.parse` for versions of one schema.

    Memories of several schemas may share `everywhere`: there they keep what has the same meaning in any namespace.
    """

    def __init__(self, everywhere: dict[bytes, Remembered] | None = None) -> None:
        self._everywhere: dict[bytes, Remembered] = {} if everywhere is None else everywhere
        self._within: dict[tuple[str, bytes], Remembered] = {}

    def recall(self, text: bytes, namespace: str, depth: int, known: Mapping[str, Named]) -> Remembered | None:
        """The field of this form, if it means the same in this place among these types."""
        found = self._everywhere.get(text) or self._within.get((namespace, text))
        return found if found is not None and depth <= found.depth and found.means_the_same(known) else None

    def learn(self, fields: Iterable[Remembered]) -> None:
        """Remember the fields of a schema that is known to be valid."""
        for remembered in fields:
            if remembered.namespace is None:
                self._everywhere[remembered.text] = remembered
            else:
                self._within[remembered.namespace, remembered.text] = remembered


def form(node: Any) -> bytes:
    """What makes two values of JSON the same to the letter: `==` takes 1 for true, and this does not."""
    return marshal.dumps(node, _PLAIN_FORM)
