"""Files that were parsed before, by content: a base has nearly all of them in common with what is compared with it.

Schemas and settings never change, so two repositories may share them; places in files are each repository's own.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from eventpact_registry.contracts.file_model import FileModel, validate
from eventpact_registry.contracts.yaml_file import read_yaml

if TYPE_CHECKING:
    from eventpact.avro.memory import Remembered
    from eventpact.avro.model import Schema
    from eventpact_registry.contracts.model import Reference
    from eventpact_registry.contracts.problems import Problems
    from eventpact_registry.contracts.source import Tree
    from eventpact_registry.contracts.yaml_file import YamlFile

Model = TypeVar("Model", bound=FileModel)


class SchemaText(NamedTuple):
    """What a schema file says before its schema is parsed."""

    source: str
    full_name: str
    """The name that it declares, good enough to refer to it by."""
    references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True, eq=False)
class ParsedFiles:
    """What valid files of contracts say."""

    texts: dict[bytes, SchemaText] = field(default_factory=dict)
    schemas: dict[tuple[str, tuple[Schema, ...]], Schema] = field(default_factory=dict)
    """By text, and by the very schemas that the text refers to."""
    fields: dict[bytes, Remembered] = field(default_factory=dict)
    """What schemas have in common."""
    settings: dict[tuple[type[FileModel], bytes], tuple[YamlFile, FileModel]] = field(default_factory=dict)

    def read(
        self, model: type[Model], tree: Tree, path: str | None, problems: Problems
    ) -> tuple[YamlFile, Model] | tuple[None, None]:
        """A YAML file and what it says; nothing where there is no such file, or what is wrong with it was noted."""
        if path is None:
            return None, None
        key = (model, tree.files[path])
        yaml, known = self.settings.get(key, (None, None))
        if yaml is not None and isinstance(known, model):
            return replace(yaml, path=path, tree=tree), known
        yaml = read_yaml(tree, path, problems)
        file = validate(model, yaml, problems) if yaml else None
        if yaml is None or file is None:
            return None, None
        self.settings[key] = yaml, file
        return yaml, file
