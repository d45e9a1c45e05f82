"""Approvals cover something."""

from eventpact_registry.approvals import JudgedApproval
from eventpact_registry.rules.model import Severity, Verdict, rule


@rule("APPROVAL_UNUSED", Severity.WARNING)
def approval_unused(judged: JudgedApproval) -> Verdict | None:
    """An approval in `eventpact.yaml` covers no finding.

    It was mended, was never there, or is now part of the base. What is left standing would approve the next finding
    of that rule at that place, which nobody has looked at. An approval whose rule was not asked is left alone:
    approvals of changes are judged only against a base.

    Anti-pattern: keeping approvals in case they are needed again.
    Best practice: remove the approval with the change that makes it needless.
    """
    if judged.covered or judged.expired or not judged.in_scope:
        return None
    approval = judged.approval
    return Verdict(f"the approval of {approval.rule} at {approval.at} covers nothing", "remove it, or correct its `at`")
