"""A type may be written that no branch of the reader's union takes."""

from eventpact_registry.diff.breaks import MissingBranch
from eventpact_registry.rules.model import Severity, Verdict, rule


@rule("UNION_BRANCH_UNKNOWN", Severity.ERROR)
def union_branch_unknown(found: MissingBranch) -> Verdict:
    """A union lost a type, or gained one that older readers cannot take.

    Anti-pattern: taking `null` away from a field that messages leave empty, or adding a kind of content to a union
    that consumers on older versions still read.
    Best practice: let unions only grow under BACKWARD, only shrink under FORWARD, and not change under FULL; put what
    is new into a field of its own.
    """
    hint = "keep the branch" if found.new_reads else "put the new type into a field of its own, with a default"
    return Verdict(f"{found.what} has no branch for what may be written: {found.consequence}", hint)
