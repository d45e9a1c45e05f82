"""Evidence: a message that the writer really encodes and the reader really cannot decode."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from eventpact import avro
from eventpact.avro.form import Form
from eventpact.avro.interpret.read import PlanReader
from eventpact.avro.interpret.write import ValueWriter
from eventpact.errors import DecodeError, EncodeError
from eventpact_registry.diff.examples import FailingExamples
from eventpact_registry.findings import Counterexample

if TYPE_CHECKING:
    from eventpact_registry.contracts.model import SchemaVersion

_TRIES: Final = 10
"""Messages tried before giving up: a union may take a value for another branch than the one meant."""
_MAX_BYTES: Final = 300_000
"""Bytes of all messages that are shown of one pair of versions; what comes after is told without a message."""

# A message is written and read once, so that compiling a codec for it would cost more than it saves.
_FORM: Final = Form(logical_types=False, classes={})


class Counterexamples:
    """Counterexamples of pairs of versions; each pair is searched once."""

    def __init__(self) -> None:
        # By identity; the versions are kept so that no identity is used again.
        self._pairs: dict[tuple[int, int], _Pair] = {}

    def find(self, name: str, writer: SchemaVersion, reader: SchemaVersion, path: str = "") -> Counterexample | None:
        """A message of `writer` that `reader` fails on, at `path` if there is one there; `name` is the event's.

        None where the bytes can be read after all, because a registry compares the names of records, which bytes do
        not hold; and where no message is small enough to show.
        """
        key = (id(writer), id(reader))
        if key not in self._pairs:
            self._pairs[key] = _Pair(name, writer, reader)
        return self._pairs[key].find(path)


class _Pair:
    """A version that writes and one that reads."""

    def __init__(self, name: str, writer: SchemaVersion, reader: SchemaVersion) -> None:
        self._name = name
        self._writer = writer
        self._reader = reader
        plan = avro.resolve(writer=writer.schema, reader=reader.schema).plan
        self._examples = FailingExamples(writer.schema, plan)
        self._encoder = ValueWriter(writer.schema, _FORM)
        self._decoder = PlanReader(plan, _FORM)
        self._bytes_left = _MAX_BYTES

    def find(self, path: str) -> Counterexample | None:
        if self._bytes_left <= 0:
            return None
        for value in islice(self._examples.leading_to(path), _TRIES):
            try:
                data = self._encoder.write(value)
            except EncodeError:
                continue
            try:
                self._decoder.read(data)
            except DecodeError as error:
                self._bytes_left -= len(data)
                return Counterexample(
                    writer=self._label(self._writer),
                    reader=self._label(self._reader),
                    value=plain(value),
                    data=data,
                    error=str(error),
                )
        return None

    def _label(self, version: SchemaVersion) -> str:
        revision = version.locate("").revision
        return f"{self._name} version {version.version}" + (f" of {revision}" if revision else "")


def plain(value: Any) -> Any:
    """A value as JSON can hold it: bytes as text of one character a byte, as in Avro's JSON, and no branch names."""
    match value:
        case tuple():
            return plain(value[1])
        case bytes():
            return value.decode("latin-1")
        case dict():
            return {key: plain(item) for key, item in value.items()}
        case list():
            return [plain(item) for item in value]
        case _:
            return value
