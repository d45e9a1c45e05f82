"""The codec module of a generated package: what codegen writes to `<package>/_codecs/<module>.py`.

The source that `package_module` returns defines, for each event in the order given:

    encode_<name>(value: Any, /) -> bytes      # EncodeError
    decode_<name>(data: bytes, /) -> Any       # bytes of this very schema version; DecodeError
    <name>_codec: GeneratedCodec               # .text .references .schema .classes .encode .decode .decoder(writer)

and once:

    classes() -> dict[str, Binding]            # full name -> class and attributes, imported on the first call

It is a whole module body: imports first (`from __future__` included), no module docstring (write it in front), nothing
that runs besides definitions. Code that uses those names (an `EventContract`, say) goes behind it:

    MESSAGE_SENT = EventContract(
        ...,
        schema=message_sent_codec.text,
        encode=message_sent_codec.encode,
        decode=message_sent_codec.decode,
        decoder=message_sent_codec.decoder,
    )

The functions are the executor in Python; the codec's `encode` and `decode` are these or the native ones, whichever
`eventpact.avro.executor` chooses. Classes are bound on the first call of any of them and not on import, so the modules
of classes may import their codec module at the top. `GeneratedCodec.decoder(writer)` makes a decoder for another
writer's schema straight into the same classes, once a writer (kept in a bounded cache). The source is the same for the
same input, clean under ruff's default rules once formatted by `ruff format`, and typed for `mypy --strict`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from eventpact.avro.binding import checked_identifier
from eventpact.avro.emit.decoder import Decoder
from eventpact.avro.emit.encoder import Encoder
from eventpact.avro.emit.names import Names
from eventpact.avro.form import Form
from eventpact.avro.generated import names as generated_names
from eventpact.avro.model import Enum, Record
from eventpact.avro.resolve import resolve
from eventpact.avro.walk import named_types

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_NAME: Final = re.compile(r"(?<![.\w])[A-Za-z_]\w*")
"""A name, not an attribute; no literal in emitted functions spells one."""

_PIECE: Final = 100
"""Characters of one piece of a long literal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassReference:
    """Where the generated class of a named type will stand.

    Records are frozen, slotted, keyword-only dataclasses; enums are `StrEnum` classes with the Avro symbols as values.
    A `Fixed` needs none: its value is `bytes` or that of its logical type.
    """

    module: str
    """Dotted: `quikapp_events.message`."""
    name: str
    """`MessageSent`"""
    attributes: tuple[str, ...] = ()
    """Records: the attribute of each Avro field, in the schema's order. Enums: empty."""
    is_called: bool = False
    """Records: instances are made by calling the class, because it has work to do then, instead of slot by slot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackagedEvent:
    """A top-level record and the text that it is registered with."""

    name: str
    """An identifier in snake case: `message_sent`."""
    schema: Record
    """`avro.parse(text, references=…)`"""
    text: str
    """The registry's text."""
    references: tuple[str, ...] = ()
    """Texts of the referenced types, each after those that it refers to itself."""


def package_module(events: Sequence[PackagedEvent], classes: Mapping[str, ClassReference]) -> str:
    """The source of one codec module.

    `classes` maps the full name of every record and enum that the events reach (more do no harm).

    Raises:
        ValueError: a name given here is no ASCII identifier or a keyword, or a reached record or enum has no class.
    """
    reached = _reached(events, classes)
    names = Names(
        {name: reference.attributes for name, reference in reached.items()},
        has_twin=lambda name: not reached[name].is_called,
    )
    form = _ClassForm()
    functions: list[str] = []
    codecs: list[str] = []
    for event in events:
        name = checked_identifier(event.name)
        plan = resolve(writer=event.schema, reader=event.schema).plan
        encoder = Encoder(event.schema, names, form, constants=False)
        decoder = Decoder(plan, names, form)
        functions += [
            encoder.emit(f"encode_{name}", f"{name}_codec.slow_encode"),
            decoder.emit(f"decode_{name}", f"{name}_codec.slow_decode"),
        ]
        codecs += _codec(name, event)
    if names.constants:
        raise AssertionError("a package's module has no objects of this process")
    parts = [
        _imports(functions),
        [f"{name}: Any = None" for name in names.links.values()],
        ["", *_classes(reached)],
        ["", *_links(names)],
        *(["", "", function.rstrip()] for function in functions),
        ["", *codecs],
    ]
    return "\n".join(line for part in parts for line in [*part, ""])


class _ClassForm(Form):
    """Values of classes that do not exist yet."""

    __slots__ = ()

    @property
    def plain(self) -> bool:
        return False


def _reached(events: Sequence[PackagedEvent], classes: Mapping[str, ClassReference]) -> dict[str, ClassReference]:
    """The classes of the types that the events use, by name; all that will stand in source is checked."""
    reached: dict[str, ClassReference] = {}
    for event in events:
        for name, schema in named_types(event.schema).items():
            if not isinstance(schema, (Record, Enum)):
                continue
            if name not in classes:
                raise ValueError(f"{name} has no class")
            reference = reached[name] = classes[name]
            for part in [*reference.module.split("."), reference.name, *reference.attributes]:
                checked_identifier(part)
            if isinstance(schema, Record) and len(schema.fields) != len(reference.attributes):
                raise ValueError(f"{reference.name} needs an attribute for each of the {len(schema.fields)} fields")
    return dict(sorted(reached.items()))


def _imports(functions: Iterable[str]) -> list[str]:
    used = {name for function in functions for name in _NAME.findall(function)}
    used &= set(generated_names.__all__) - {"Any"}
    return [
        "from __future__ import annotations",
        "",
        "from typing import Any, Final",
        "",
        "from eventpact.avro.binding import Binding",
        "from eventpact.avro.generated.codec import GeneratedCodec, GeneratedModule",
        "from eventpact.avro.generated.links import Link",
        f"from eventpact.avro.generated.names import {', '.join(_sorted_names(used))}",
    ]


def _sorted_names(names: Iterable[str]) -> list[str]:
    """As isort orders names of one module: constants, classes, functions."""
    return sorted(names, key=lambda name: (not name.isupper(), not name[0].isupper(), name))


def _classes(reached: Mapping[str, ClassReference]) -> Iterator[str]:
    modules = sorted({reference.module for reference in reached.values()})
    aliases = {module: f"m{index}" for index, module in enumerate(modules)}
    yield "def classes() -> dict[str, Binding]:"
    yield '    """The classes by Avro name; imported when they are first needed, because they import this module."""'
    yield from (f"    import {module} as {alias}" for module, alias in aliases.items())
    yield ""
    yield "    return {"
    for name, reference in reached.items():
        cls = f"{aliases[reference.module]}.{reference.name}"
        yield f"        {name!a}: Binding({cls}, {reference.attributes!r}),"
    yield "    }"


def _links(names: Names) -> Iterator[str]:
    yield "_module: Final = GeneratedModule("
    yield "    globals(),"
    yield "    classes,"
    yield "    {"
    for link, name in names.links.items():
        symbols = f", {link.symbols!a}" if link.symbols else ""
        yield f"        {name!r}: Link({link.kind!r}, {link.type!a}{symbols}),"
    yield "    },"
    yield ")"


def _codec(name: str, event: PackagedEvent) -> list[str]:
    return [
        f"{name}_codec: Final = GeneratedCodec(",
        f"    _module, encode_{name}, decode_{name},",
        f"    text={_literal(event.text)},",
        f"    references=({''.join(f'{_literal(text)}, ' for text in event.references)}),",
        ")",
    ]


def _literal(text: str) -> str:
    """A string literal in pieces that fit a line. Only ASCII: nothing in it can be taken for anything else."""
    pieces = [text[start : start + _PIECE] for start in range(0, len(text), _PIECE)] or [""]
    return f"({' '.join(map(ascii, pieces))})"
