"""What an import left open about a system is said."""

from eventpact_registry.contracts.placeholder import is_open
from eventpact_registry.rules.model import Severity, Verdict, rule
from eventpact_registry.rules.subjects import WholeSystem


@rule("SYSTEM_UNDESCRIBED", Severity.WARNING)
def system_undescribed(whole: WholeSystem) -> Verdict | None:
    """A system's description or owner is still what `import` put in its place.

    Anti-pattern: leaving the placeholder in, so that nobody answers for the system.
    Best practice: say what the system is, and which team owns it.
    """
    system = whole.system
    texts = {"description": system.description, "owner": system.owner}
    left = [key for key, text in texts.items() if is_open(text)]
    if not left:
        return None
    message = f"nobody has said the {' and the '.join(left)} of {system.name}"
    return Verdict(message, "write what stands as (unknown)", system.locate(f"/{left[0]}"))
