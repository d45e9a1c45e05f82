"""`producer`: the system's producer, with its settings, and with its topics' parameters as typed arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from eventpact_codegen.casing import pascal
from eventpact_codegen.python.code import Symbol, code, joined, render
from eventpact_codegen.python.names import identifier
from eventpact_codegen.python.pages.page import import_line, module_docstring, split_imports
from eventpact_codegen.python.passes.exporting import producer_symbol
from eventpact_codegen.python.paths import class_link
from eventpact_codegen.python.scopes import ScopeBuilder
from eventpact_codegen.python.text import docstring, mapping, string
from eventpact_codegen.python.views import OverloadView, ProducerView
from eventpact_codegen.target import Page
from eventpact_codegen.text import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact_codegen.model import EventModel
    from eventpact_codegen.python.draft import Draft, ModuleScope

_PRODUCER: Final = Symbol("eventpact", "Producer")
_EVENTS: Final = Symbol("eventpact.links", "Events")
_TYPING: Final = (
    ("collections.abc", "Iterable"),
    ("concurrent.futures", "Future"),
    ("eventpact", "Event"),
    ("eventpact.produce.delivery", "Delivery"),
    ("eventpact.produce.delivery", "Outcomes"),
)
"""What the overloads mention besides events."""
_HERE: Final = frozenset({"TYPE_CHECKING", "TypeAlias", "overload", *(name for _, name in _TYPING)})
_ATTRIBUTES: Final = frozenset({"system", "events", "settings"})


def pages(draft: Draft) -> Iterator[Page]:
    """`producer.py`."""
    package = draft.package
    name = producer_symbol(draft).name
    current = [event for event in package.events if event.type.pinned is None]
    builder = ScopeBuilder(draft.import_package, draft.dotted("producer"), {name, *_HERE})
    builder.use([_PRODUCER, _EVENTS], _ATTRIBUTES)
    symbols = [draft.symbol(event.type) for event in current] if any(event.parameters for event in current) else []
    builder.use(symbols, _ATTRIBUTES)
    scope = builder.build()
    imports, typing_imports = split_imports(scope, symbols)
    overloads = _overloads(draft, scope, current)
    text = f"The producer of {package.system}."
    view = ProducerView(
        docstring=module_docstring(package, text),
        imports=imports,
        typing_imports=(*(import_line(module, imported, imported) for module, imported in _TYPING), *typing_imports),
        name=identifier(name),
        literal=string(name),
        base=render(code(_PRODUCER), scope.names),
        system=string(package.system),
        class_docstring=docstring(_about(draft, current), indent=4),
        sequence=render(code(_EVENTS), scope.names),
        events=tuple(string(class_link(draft, event.type)) for event in current),
        settings=mapping(package.producer) if package.producer else Source(""),
        overloads=overloads,
    )
    yield Page(f"{draft.import_package}/producer.py", "producer.py.jinja", view)


def _about(draft: Draft, events: list[EventModel]) -> str:
    parameters = dict.fromkeys(parameter for event in events for parameter in event.parameters)
    about = f"Sends the events of {draft.package.system}, with the settings that its contracts give to producers."
    if not parameters:
        return about
    calls = " or ".join(f"`send(event, {parameter}=…)`" for parameter in parameters)
    return f"{about}\n\nEvents on topics with parameters in their names are sent with those: {calls}."


def _overloads(draft: Draft, scope: ModuleScope, events: list[EventModel]) -> tuple[OverloadView, ...]:
    """One for each set of parameters; none where no topic has any."""
    by_parameters: dict[tuple[str, ...], list[EventModel]] = {}
    for event in events:
        by_parameters.setdefault(event.parameters, []).append(event)
    if by_parameters.keys() <= {()}:
        return ()
    return tuple(
        OverloadView(
            alias=identifier(f"_{''.join(map(pascal, parameters)) or 'Plain'}Event"),
            union=render(joined(" | ", (code(draft.symbol(event.type)) for event in members)), scope.names),
            arguments=Source("".join([", *", *_arguments(parameters)] if parameters else [])),
            more_arguments=Source("".join(_arguments(parameters))),
        )
        for parameters, members in sorted(by_parameters.items())
    )


def _arguments(parameters: tuple[str, ...]) -> list[str]:
    return [f", {identifier(parameter)}: str" for parameter in dict.fromkeys(parameters)]
