"""JSON and YAML documents that refer to parts of each other by `$ref`, read within limits.

Only files below the first document's folder are read, never an address on the network. YAML is the strict kind that
contracts are written in: no tags, no anchors, 20 levels.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from eventpact.avro.source import read
from eventpact.errors import ContractError, Problem, SchemaError
from eventpact_registry.contracts.problems import Problems
from eventpact_registry.contracts.source import Tree
from eventpact_registry.contracts.yaml_file import read_yaml

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES: Final = 4 << 20
"""Of one document."""
MAX_FILES: Final = 1_000
MAX_HOPS: Final = 32
"""References that lead to references."""

_JSON: Final = frozenset({".json", ".avsc"})


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a document, and where it came from: what it refers to is looked for from there."""

    value: Any
    file: Path

    def get(self, *keys: str) -> Any:
        """What stands below it; None where there is no such part."""
        value = self.value
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        return value

    def text(self, *keys: str) -> str | None:
        """A text below it, on one line; None where there is none."""
        value = self.get(*keys)
        return " ".join(value.split()) or None if isinstance(value, str) else None


@dataclass(slots=True)
class Documents:
    """The documents below a folder, each read once."""

    folder: Path
    _read: dict[Path, Any] = field(default_factory=dict)

    def document(self, file: Path) -> Part:
        """A whole document.

        Raises:
            ContractError: it is outside of the folder, too large, or neither JSON nor YAML.
        """
        if file not in self._read:
            if len(self._read) == MAX_FILES:
                raise ContractError(Problem(f"refers to more than {MAX_FILES:,} files", str(file)))
            self._read[file] = self._parsed(file)
        return Part(self._read[file], file)

    def below(self, part: Part, *keys: str) -> Part:
        """What stands below a part, with references followed at each step; None as value where there is nothing."""
        part = self.followed(part)
        for key in keys:
            part = self.followed(Part(part.get(key), part.file))
        return part

    def followed(self, part: Part) -> Part:
        """The part that a reference leads to; any other part as it is.

        Raises:
            ContractError: it leads nowhere, in a circle, or out of the folder.
        """
        for _ in range(MAX_HOPS):
            reference = part.get("$ref")
            if not isinstance(reference, str):
                return part
            part = self._target(reference, part.file)
        raise ContractError(Problem("its references lead in a circle", str(part.file)))

    def _target(self, reference: str, file: Path) -> Part:
        if "://" in reference:
            hint = "save what it leads to beside the document"
            raise ContractError(Problem(f"'{reference}' is on the network, which is not asked", str(file), hint=hint))
        path, _, pointer = reference.partition("#")
        found = self.document((file.parent / unquote(path)).resolve() if path else file)
        for token in unquote(pointer).strip("/").split("/") if pointer.strip("/") else ():
            key = token.replace("~1", "/").replace("~0", "~")
            value = found.value
            if isinstance(value, list) and key.isdecimal() and len(key) < 6 and int(key) < len(value):
                found = Part(value[int(key)], found.file)
            elif isinstance(value, dict) and key in value:
                found = Part(value[key], found.file)
            else:
                raise ContractError(Problem(f"'{reference}' leads nowhere: there is no '{key}'", str(file)))
        return found

    def _parsed(self, file: Path) -> Any:
        if not file.is_relative_to(self.folder):
            hint = f"only files below {self.folder} are read"
            raise ContractError(Problem("is outside of the document's folder", str(file), hint=hint))
        try:
            with file.open("rb") as stream:
                data = stream.read(MAX_BYTES + 1)
        except OSError as error:
            raise ContractError(Problem(f"cannot be read: {error.strerror}", str(file))) from error
        if len(data) > MAX_BYTES:
            raise ContractError(Problem(f"is larger than {MAX_BYTES:,} bytes", str(file)))
        if file.suffix.lower() in _JSON:
            try:
                return read(data)[0]
            except SchemaError as error:
                raise ContractError(Problem(error.message, str(file), error.line, error.column, error.hint)) from error
        problems = Problems()
        found = read_yaml(Tree(label=str(file), root="", files={str(file): data}), str(file), problems)
        problems.raise_any()
        return found.data if found else None
