"""What an import left open about a system is said."""

from eventpact_registry.contracts.placeholder import is_open
from eventpact_registry.contracts.yaml_file import pointer_of
from eventpact_registry.rules.model import Severity, Verdict, rule
from eventpact_registry.rules.subjects import WholeSystem


@rule("SYSTEM_UNDESCRIBED", Severity.WARNING)
def system_undescribed(whole: WholeSystem) -> Verdict | None:
    """A description or owner in `system.yaml` is still what `import` put in its place.

    Anti-pattern: leaving the placeholder in, so that nobody answers for the system.
    Best practice: say what the system is, and which team owns it.
    """
    system = whole.system
    texts = {
        ("description", system.name, "/description"): system.description,
        ("owner", system.name, "/owner"): system.owner,
    }
    for group in system.groups.values():
        texts["description", group.name, pointer_of("groups", group.name, "description")] = group.description
    left = [place for place, text in texts.items() if is_open(text)]
    if not left:
        return None
    message = f"nobody has said the {' and the '.join(f'{key} of {name}' for key, name, _ in left)}"
    return Verdict(message, "write what stands as (unknown)", system.locate(left[0][2]))
