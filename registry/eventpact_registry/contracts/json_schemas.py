"""JSON Schemas of the YAML files, for editors; made from the models that validate them, so that they cannot differ.

`python -m eventpact_registry.contracts.json_schemas docs/schemas` writes them; a test fails when they have drifted.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from eventpact_registry.contracts.policy_file import PolicyFile
from eventpact_registry.contracts.system_file import SystemFile
from eventpact_registry.contracts.topic_file import TopicFile

if TYPE_CHECKING:
    from eventpact_registry.contracts.file_model import FileModel

_MODELS: Final[dict[str, type[FileModel]]] = {
    "eventpact.schema.json": PolicyFile,
    "system.schema.json": SystemFile,
    "topic.schema.json": TopicFile,
}


def json_schemas() -> dict[str, str]:
    """The text of each JSON Schema (draft 2020-12) by file name."""
    return {name: _text(model) for name, model in _MODELS.items()}


def _text(model: type[FileModel]) -> str:
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **_tidy(model.model_json_schema())}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _tidy(node: Any) -> Any:
    """The schema without what misleads an editor: titles that repeat keys, and null as a value of what was left out."""
    if isinstance(node, list):
        return [_tidy(item) for item in node]
    if not isinstance(node, dict):
        return node
    tidied = {
        key: {name: _tidy(value) for name, value in part.items()} if key in {"properties", "$defs"} else _tidy(part)
        for key, part in node.items()
        if not (key == "title" and isinstance(part, str)) and not (key == "default" and part is None)
    }
    if "patternProperties" in tidied:
        tidied["additionalProperties"] = False
    return tidied


def main(folder: str) -> None:
    """Write the schemas into a folder."""
    for name, text in json_schemas().items():
        (Path(folder) / name).write_text(text)


if __name__ == "__main__":
    main(sys.argv[1])
