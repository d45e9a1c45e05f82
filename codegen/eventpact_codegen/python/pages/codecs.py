"""`_codecs`: straight-line encoders and decoders as `eventpact.avro.emit` writes them, and the contracts of events."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from eventpact.avro.emit import ClassReference, PackagedEvent, package_module
from eventpact_codegen.casing import snake
from eventpact_codegen.model import flat
from eventpact_codegen.python.names import codec_name, contract_constant, identifier
from eventpact_codegen.python.pages.page import module_docstring
from eventpact_codegen.python.paths import attribute_path
from eventpact_codegen.python.text import long_string, string, strings
from eventpact_codegen.python.views import CodecsView, ContractView, TextView
from eventpact_codegen.target import Page
from eventpact_codegen.text import Source
from eventpact_registry.contracts.model import Fill

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact_codegen.model import EventModel, Pin
    from eventpact_codegen.python.draft import Draft


def pages(draft: Draft) -> Iterator[Page]:
    """A page a codec module."""
    folder = f"{draft.import_package}/_codecs"
    text = "Codecs and contracts of the events, bound to their classes when the first event is encoded or decoded."
    yield Page(f"{folder}/__init__.py", "text.py.jinja", TextView(docstring=module_docstring(draft.package, text)))
    by_module: dict[str, list[EventModel]] = defaultdict(list)
    for event in draft.package.events:
        by_module[draft.codec_modules[event.type]].append(event)
    for module, events in sorted(by_module.items()):
        yield Page(f"{folder}/{module}.py", "codecs.py.jinja", _module(draft, events))


def _module(draft: Draft, events: list[EventModel]) -> CodecsView:
    classes = {
        full_name: ClassReference(
            module=draft.dotted(draft.modules[type_id]),
            name=draft.class_names[type_id],
            attributes=draft.attributes.get(type_id, ()),
            is_called=draft.is_called,
        )
        for event in events
        for full_name, type_id in event.types.items()
    }
    packaged = [
        PackagedEvent(
            name=codec_name(event.type.name),
            schema=event.schema,
            text=event.text,
            references=tuple(pin.text for pin in flat(event.pins)),
        )
        for event in events
    ]
    # The emitter's module opens with its imports; ours join them.
    opening, _, body = package_module(packaged, classes).partition("from __future__ import annotations\n")
    if opening.strip():
        raise ValueError("a codec module must open with `from __future__ import annotations`")
    pins = {_pin_name(pin): pin for event in events for pin in flat(event.pins)}
    names = ", ".join(f"`{event.name}`" for event in events)
    return CodecsView(
        docstring=module_docstring(draft.package, f"Codecs and contracts of {names}."),
        imports=Source(f"from eventpact.event import EventContract{', SchemaReference' if pins else ''}"),
        body=Source(body),
        references=tuple((identifier(name), _reference(pin)) for name, pin in pins.items()),
        contracts=tuple(_contract(draft, event) for event in events),
    )


def _contract(draft: Draft, event: EventModel) -> ContractView:
    keys = tuple(path for key in event.key if (path := attribute_path(draft, event.type, key)) is not None)
    headers = ((name, _header(draft, event, value)) for name, value in event.headers.items())
    pairs = [f"({string(name)}, {string(value)})," for name, value in headers if value is not None]
    identity, correlation = _filled(draft, event, Fill.ID), _filled(draft, event, Fill.CORRELATION)
    arguments = {
        "system": string(draft.package.system),
        "name": string(event.name),
        "full_name": string(event.type.full_name),
        "aliases": strings(event.aliases) if event.aliases else None,
        "version": Source(str(event.version)),
        "topic": string(event.topic),
        "subject": string(event.subject),
        "event_type": string(event.event_type),
        "key": strings(keys) if keys else None,
        "headers": Source(f"({''.join(pairs)})") if pairs else None,
        "identity": string(identity) if identity is not None else None,
        "correlation": string(correlation) if correlation is not None else None,
        "dead_letters": string(event.dead_letters) if event.dead_letters is not None else None,
        "retry_attempts": Source(str(event.retry_attempts)),
        "retry_backoff_ms": Source(str(event.retry_backoff_ms)),
        "retry_tiers": Source(f"({tiers},)") if (tiers := _tiers(event)) else None,
        "retry_in_order": Source("True") if event.retry_in_order else None,
        "compacted": Source("True") if event.compacted else None,
        "references": _names(event.pins) if event.pins else None,
    }
    return ContractView(
        constant=identifier(contract_constant(event.type.name)),
        codec=identifier(codec_name(event.type.name)),
        arguments=tuple((Source(keyword), literal) for keyword, literal in arguments.items() if literal is not None),
    )


def _filled(draft: Draft, event: EventModel, fill: Fill) -> str | None:
    """The attribute path of the first envelope field that a fill is for and that the event has."""
    paths = (attribute_path(draft, event.type, path) for path, its in draft.package.fill.items() if its is fill)
    return next((path for path in paths if path is not None), None)


def _tiers(event: EventModel) -> str:
    return ", ".join(f"({string(name)}, {delay_ms})" for name, delay_ms in event.retry_tiers)


def _header(draft: Draft, event: EventModel, value: str) -> str | None:
    """A header's attribute path; a constant stays, and what the event does not have is left out."""
    return value if value.startswith("=") else attribute_path(draft, event.type, value)


def _reference(pin: Pin) -> Source:
    fields = f"name={string(pin.name)}, subject={string(pin.subject)}, version={pin.version}"
    inner = f", references={_names(pin.pins)}" if pin.pins else ""
    return Source(f"SchemaReference({fields}, schema={long_string(pin.text)}{inner})")


def _names(pins: tuple[Pin, ...]) -> Source:
    names = ", ".join(identifier(_pin_name(pin)) for pin in pins)
    return Source(f"({names}{',' if len(pins) == 1 else ''})")


def _pin_name(pin: Pin) -> str:
    """A constant of the module: the whole name, because two shared types may differ in their namespace only."""
    return f"_{snake(pin.name.replace('.', '_')).upper()}_V{pin.version}"
