"""`eventpact.yaml`: how strictly a contracts repository is judged."""

from pydantic import Field

from eventpact_registry.contracts.file_model import FileModel
from eventpact_registry.contracts.scalars import Day, FieldPattern, Given, Level, Place, RuleId, Text


class ApprovalFile(FileModel):
    """A finding that is meant, and who says so until when."""

    rule: RuleId
    """The rule whose findings are approved."""
    at: Place
    """Where: a file like shop/order.placed/topic.yaml, a thing like shop/OrderPlaced, or a pattern on either."""
    reason: Text
    """Why it is right here."""
    by: Text
    """Who answers for it."""
    until: Day
    """The last day on which it holds, like 2027-03-31."""


class PersonalDataFile(FileModel):
    """Which field names stand for personal data, beyond those that the gate knows."""

    names: list[FieldPattern] = Field(default_factory=list)
    """Further names, or patterns on names like badge*."""
    allow: list[FieldPattern] = Field(default_factory=list)
    """Names, or patterns on names, that stand for none here."""


class PolicyFile(FileModel):
    """How a contracts repository is judged and packaged."""

    rules: dict[RuleId, Level] = Field(default_factory=dict)
    """Severity by rule id, where it is not to be the rule's own."""
    approvals: list[ApprovalFile] = Field(default_factory=list)
    """Findings that are meant: they are shown as approved, and fail no run, until a day."""
    personal_data: PersonalDataFile = PersonalDataFile()
    """Which fields must carry a `pii` mark."""
    runtime_path: Given[Text] = None
    """Folder, relative to this file, that generated packages take the runtime from instead of an index."""
