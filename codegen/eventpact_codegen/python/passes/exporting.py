"""Names what the package offers at its top: every current class, and the producer.

Classes of one name in several modules are all offered with their module in the name (`UserCreated`, `ChannelCreated`),
so that adding the second never silently changes what the plain name means.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from eventpact.errors import Problem
from eventpact_codegen.casing import pascal
from eventpact_codegen.definitions import problem_at
from eventpact_codegen.python import names
from eventpact_codegen.python.code import Symbol

if TYPE_CHECKING:
    from eventpact_codegen.python.draft import Draft


_OWN: Final = frozenset(
    {"annotations", "import_module", "_HOMES", "TYPE_CHECKING", "_codecs", "groups", "producer", "schemas", "topics"}
)
"""Names that `__init__` has for itself, and the modules that every package has."""


def export(draft: Draft) -> Draft:
    """Fill `exports`."""
    package = draft.package
    producer = producer_symbol(draft)
    current = [type_id for type_id in package.types if type_id.pinned is None]
    shared = Counter(draft.class_names[type_id] for type_id in current)
    # Modules are attributes of their package as soon as they are imported.
    modules = {module.partition(".")[0] for module in draft.modules.values()}
    taken = {producer.name, *_OWN, *modules}
    exports = {producer.name: producer}
    problems = []
    for type_id in current:
        symbol = draft.symbol(type_id)
        name = symbol.name
        if shared[name] > 1 or name in taken:
            name = f"{pascal(draft.modules[type_id])}{name}"
        if exports.setdefault(name, symbol) != symbol:
            message = f"{type_id} would be '{name}' at the top of {draft.import_package}, which is something else"
            problems.append(problem_at(package.types[type_id], message, hint="rename it"))
    if not names.is_importable(draft.import_package):
        message = f"package '{package.distribution}' would be imported as '{draft.import_package}', which cannot be"
        hint = "choose a name that is no keyword and no module of Python's own or of eventpact"
        problems.append(Problem(message, package.file, hint=hint))
    exports = dict(sorted(exports.items()))
    return replace(draft, exports=exports).with_problems(*problems)


def producer_symbol(draft: Draft) -> Symbol:
    """The system's producer class."""
    return Symbol(draft.dotted("producer"), f"{pascal(draft.package.system)}Producer")
