"""Every error that eventpact raises on purpose.

    EventPactError
    ├── ContractError           contract files are wrong: lists each problem with file:line:column and a hint
    │   ├── SchemaError         an Avro schema is not valid: says the path inside it, line and column
    │   └── ModelError          a class and the schema it is to be sent with differ: lists each difference
    ├── CodecError
    │   ├── EncodeError         a value does not fit its schema: says the path and what was expected
    │   │   └── ValidationError all that does not fit, found on request
    │   ├── DecodeError         bytes do not hold what the schema says: says the offset and the path
    │   └── ContainerError      a container file is damaged, too large or none: says the file, the block and the byte
    ├── RegistryError           the registry refused, or could not be reached
    │   └── NotRegistered       it does not know this subject or schema
    ├── BrokerError             the cluster refused, or could not be reached
    │   ├── GroupActive         members of the group run: its offsets are theirs to move
    │   └── Unsupported         it does not know how to do this at all
    ├── DeliveryError           an event was not acknowledged: it may or may not have been written
    ├── HandlerError            a handler failed on a record that has no dead letter topic to go to
    ├── ParameterError          a topic's run-time parameter is missing, unknown or not a name
    ├── PositionError           a text or instant names no place on a partition
    ├── OffsetFileError         a file is no export of a group's offsets, or a damaged one
    ├── OutputError             files could not be written
    └── SettingsError           the environment does not make sense: names the variables

What confluent-kafka and other libraries raise is translated where it enters, with the original as `__cause__`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from eventpact.wording import counted

if TYPE_CHECKING:
    from collections.abc import Sequence


class EventPactError(Exception):
    """The root of the tree; catch it to catch everything that is ours."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a contract, and what to do about it."""

    message: str
    file: str | None = None
    line: int | None = None
    column: int | None = None
    hint: str | None = None

    @property
    def place(self) -> str:
        """`file:line:column`, as far as it is known."""
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        return f"{where}{self.message}" + (f" (hint: {self.hint})" if self.hint else "")


class ContractError(EventPactError):
    """Contract files are wrong. `problems` lists everything found in one run, in file order."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class SchemaError(ContractError):
    """An Avro schema is not valid.

    `path` is a JSON pointer into the schema's source; `line` and `column` start at 1.
    """

    def __init__(
        self,
        message: str,
        *,
        path: str = "",
        line: int | None = None,
        column: int | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(Problem(message, None, line, column, hint))
        self.message = message
        self.path = path
        self.line = line
        self.column = column
        self.hint = hint


class ModelError(ContractError):
    """A class and the schema that it is to be sent with differ. `problems` lists each difference, nothing was sent."""


class CodecError(EventPactError):
    """A value and a schema do not fit."""


class EncodeError(CodecError):
    """A value does not fit its schema; `path` leads to it (`data.attachments[2]`)."""

    def __init__(self, message: str, *, path: str = "") -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.message = message
        self.path = path


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing about a value that does not fit its schema."""

    path: str
    """`data.attachments[2]`; empty for the value as a whole."""
    message: str
    """What was expected and what kind of value is there, never the value itself."""

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class ValidationError(EncodeError):
    """A value does not fit its schema; `violations` lists everything, in the order of its fields."""

    def __init__(self, name: str, violations: Sequence[Violation]) -> None:
        lines = "".join(f"\n- {violation}" for violation in violations)
        super().__init__(f"{name} does not fit its schema in {counted(len(violations), 'place')}:{lines}")
        self.violations = tuple(violations)


class DecodeError(CodecError):
    """Bytes do not hold what the schema says; `offset` counts bytes from the start of the datum."""

    def __init__(self, message: str, *, path: str = "", offset: int | None = None) -> None:
        where = path + (f" at byte {offset}" if offset is not None else "")
        super().__init__(f"{where.strip()}: {message}" if where else message)
        self.message = message
        self.path = path
        self.offset = offset


class ContainerError(CodecError):
    """A container file is damaged, asks for more than its reader allows, or is none.

    `file` names it; `block` counts from 1 and is None before the first; `offset` counts bytes from the file's start.
    """

    def __init__(self, message: str, *, file: str, block: int | None = None, offset: int | None = None) -> None:
        where = (f", block {block}" if block is not None else "") + (f" at byte {offset}" if offset is not None else "")
        super().__init__(f"{file}{where}: {message}")
        self.message = message
        self.file = file
        self.block = block
        self.offset = offset


class RegistryError(EventPactError):
    """The registry refused, or could not be reached. `status` and `code` are its own (HTTP status, 40401, …)."""

    def __init__(self, message: str, *, status: int | None = None, code: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class NotRegistered(RegistryError):  # noqa: N818 - reads as the fact it states
    """The registry does not know this subject, version, id or schema."""


class BrokerError(EventPactError):
    """The cluster refused, or could not be reached."""


class GroupActive(BrokerError):  # noqa: N818 - reads as the fact it states
    """Members of a consumer group run, so that its offsets cannot be moved under them."""


class Unsupported(BrokerError):  # noqa: N818 - reads as the fact it states
    """The broker does not know how to do this at all, as the embedded one does not know how to administer topics."""


class DeliveryError(EventPactError):
    """An event was not acknowledged in time or was refused: it may or may not have been written.

    `failed` counts the events that this is about.
    """

    def __init__(self, message: str, *, failed: int = 1) -> None:
        super().__init__(message)
        self.failed = failed


class HandlerError(EventPactError):
    """A handler failed on a record that has no dead letter topic to go to; what it raised is the `__cause__`."""


class ParameterError(EventPactError):
    """A topic's run-time parameter (`tenant_id`) is missing, unknown or not a name."""


class PositionError(EventPactError):
    """A text or an instant names no place on a partition."""


class OffsetFileError(EventPactError):
    """A file is no export of a consumer group's offsets, or a damaged one; names it."""


class OutputError(EventPactError):
    """Files could not be written; nothing half-written is left."""


class SettingsError(EventPactError):
    """The environment does not make sense. `problems` holds one sentence for each variable that is wrong."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
