"""A fixed type has another size."""

from eventpact_registry.diff.breaks import FixedSizeMismatch
from eventpact_registry.rules.model import Severity, Verdict, rule


@rule("FIXED_SIZE_CHANGED", Severity.ERROR)
def fixed_size_changed(found: FixedSizeMismatch) -> Verdict:
    """A fixed type holds another number of bytes than the other side expects.

    Anti-pattern: making a key, hash or nonce longer in place.
    Best practice: add a field with a new fixed type of the new size, or use `bytes` where sizes may change.
    """
    hint = "keep the size, and add a field with another fixed type"
    return Verdict(f"{found.what} has another size: {found.consequence} ({found.mismatch.message})", hint)
