"""Approvals hold until a day."""

from eventpact_registry.approvals import JudgedApproval
from eventpact_registry.rules.model import Severity, Verdict, rule


@rule("APPROVAL_EXPIRED", Severity.WARNING)
def approval_expired(judged: JudgedApproval) -> Verdict | None:
    """An approval in `eventpact.yaml` has run out.

    What it covered counts again from the day after `until`.

    Anti-pattern: renewing it year after year without reading the reason again.
    Best practice: take it out together with what it was for, or write down why it still holds, and until when.
    """
    if not judged.expired:
        return None
    approval, count = judged.approval, judged.covered
    counts = f"{count} finding{'s count' if count > 1 else ' counts'} again" if count else "it covers nothing any more"
    said = f"the approval of {approval.rule} at {approval.at} ran out on {approval.until}: {counts}"
    hint = "repair what it covered and remove it, or give another `until`" if count else "remove it"
    return Verdict(said, hint, approval.locate("/until"))
