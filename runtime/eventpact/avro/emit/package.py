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
        ..., schema=message_sent_codec.text, encode=encode_message_sent, decode=decode_message_sent, codec=message_sent_codec
    )

Classes are bound on the first call of any function of the module and not on import, so the modules of classes may
import their codec module at the top. `GeneratedCodec.decoder(writer)` compiles a decoder from another writer's schema
straight into the same classes, once a writer (kept in a bounded cache). The source is the same for the same input,
clean under ruff's default rules once formatted by `ruff format`, and typed for `mypy --strict`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from eventpact.avro.model import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassReference:
    """Where the generated class of a named type will stand.

    Records are frozen, slotted, keyword-only dataclasses, enums are `StrEnum` classes whose values are the Avro symbols.
    A `Fixed` needs none: its value is `bytes` or that of its logical type.
    """

    module: str
    """Dotted: `quikapp_events.message`."""
    name: str
    """`MessageSent`"""
    attributes: tuple[str, ...] = ()
    """Records: the attribute of each Avro field, in the schema's order. Enums: empty."""


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
    raise NotImplementedError(f"{len(events)} events, {len(classes)} classes")
