"""A symbol may be written that the reader's enum does not have."""

from eventpact_registry.diff.breaks import MissingSymbols
from eventpact_registry.rules.model import Severity, Verdict, rule


@rule("ENUM_SYMBOL_UNKNOWN", Severity.ERROR)
def enum_symbol_unknown(found: MissingSymbols) -> Verdict:
    """An enum lost a symbol, or gained one that older readers do not know, and no default stands for it.

    A reader maps a symbol that it does not know to the enum's `default` (Avro 1.9 and later). Without one it fails, and
    adding a default later does not help readers that are out already.

    Anti-pattern: a closed enum for something that will grow, such as kinds, reasons or states.
    Best practice: give every enum a default such as UNKNOWN in its first version.
    """
    if found.new_reads:
        hint = 'keep the symbol, or give the enum a `"default"` that stands for it'
    else:
        hint = 'an enum can grow only when its readers have a `"default"` already: add one first, the symbol later'
    return Verdict(f"{found.what} may hold a symbol that the reader does not know: {found.consequence}", hint)
