"""`eventpact.yaml`: how strictly a contracts repository is judged."""

from typing import Literal

from pydantic import Field

from eventpact_registry.contracts.file_model import FileModel
from eventpact_registry.contracts.scalars import Given, RuleId, Text


class PolicyFile(FileModel):
    """How a contracts repository is judged and packaged."""

    rules: dict[RuleId, Literal["error", "warning", "info", "off"]] = Field(default_factory=dict)
    """Severity by rule id, where it is not to be the rule's own."""
    runtime_path: Given[Text] = None
    """Folder, relative to this file, that generated packages take the runtime from instead of an index."""
