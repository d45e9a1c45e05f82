"""The events that codecs are measured on: quikapp's MessageSent, and three that the five systems' contracts decide.

The smallest, the largest and the most nested are found by encoding examples of every event, so that the table follows
the contracts. Packages are generated anew, because what is measured is what `eventpact generate` writes.
"""

from __future__ import annotations

import importlib
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from itertools import chain
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from eventpact import avro
from eventpact.event import Event, identified
from eventpact_codegen.generator import generate
from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.contracts.source import parse_source
from eventpact_testing.examples import ValueMaker, examples, schema_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from eventpact.avro.binding import Binding

CONTRACTS: Final = Path(__file__).parent.parent / "contracts"
"""The five systems'."""
_EXAMPLES: Final = 25
"""Of each event, to find the smallest, the largest and the most nested."""

MESSAGE: Final[dict[str, Any]] = {
    "eventId": UUID("0b6ff5ad-8ab0-4e7b-9f5c-3bd7b1b8a7c4"),
    "eventType": "message.sent",
    "timestamp": datetime(2026, 11, 21, 10, 23, 45, 678000, tzinfo=UTC),
    "version": 2,
    "data": {
        "messageId": "01JD7QZ8M3V5W9XK2T4B6N8P0R",
        "channelId": "chn_7f3a9c2e41",
        "workspaceId": "ws_5d2b8e6f",
        "userId": "usr_c4e19a7b30",
        "content": "Could you look at the release notes before we ship? Two questions are in the draft.",
        "attachments": [
            {"name": "notes.md", "url": "https://files.example.org/f/9x2k", "mimeType": "text/plain", "sizeBytes": 4096}
        ],
        "mentions": ["usr_8d1f6b2a95"],
        "threadId": None,
    },
    "metadata": {
        "source": "message-service",
        "correlationId": "6a1e0d94-53c7-4f0e-8d5b-2f9c7a3e1b68",
        "userAgent": "quikapp-ios/4.2",
    },
}
"""The values of a MessageSent as users send them, 356 bytes in Avro."""


@dataclass(frozen=True)
class Measured:
    """One event that is measured."""

    why: str
    """What it was chosen for."""
    cls: type[Event]
    value: Any
    """The event as plain values."""
    raw: bytes
    """The event as Avro bytes."""
    oldest: avro.Schema
    """The first version of its contract that the newest can read: evolution reads its bytes."""

    def __str__(self) -> str:
        contract = self.cls.contract
        return f"{self.why}: {contract.system} {contract.name} v{contract.version}, {len(self.raw)} bytes"

    @cached_property
    def schema(self) -> avro.Schema:
        """The schema of the class."""
        return schema_of(self.cls)

    @cached_property
    def text(self) -> str:
        """The same as JSON without references, as the peers want it."""
        return avro.meaning(self.schema)

    @cached_property
    def raw_oldest(self) -> bytes:
        """What a producer of the first version would have written."""
        codec = avro.Codec(self.oldest)
        try:
            return codec.encode(codec.decode(self.raw, writer=self.schema))
        except avro.DecodeError:  # the first version cannot read the newest: another example of it then
            return codec.encode(ValueMaker(Random(0)).value(self.oldest))

    @cached_property
    def classes(self) -> Mapping[str, Binding]:
        """The generated classes by full Avro name."""
        assert self.cls.contract.classes is not None
        return self.cls.contract.classes()


def measured_events(folder: Path) -> list[Measured]:
    """Generate the five systems' packages into `folder`, and choose."""
    repository = ContractRepository.load(parse_source(f"dir:{CONTRACTS}", CONTRACTS))
    generate(repository, folder)
    sizes: dict[type[Event], list[tuple[bytes, Any]]] = {cls: list(_encoded(cls)) for cls in _events(folder)}
    message = next(cls for cls in sizes if cls.contract.full_name == "io.quikapp.message.MessageSent")
    chosen = {message: ("quikapp's MessageSent", avro.Codec(schema_of(message)).encode(MESSAGE), MESSAGE)}
    del sizes[message]
    for why, rank in _RANKS.items():
        cls, (raw, value) = max(
            ((cls, example) for cls, made in sizes.items() for example in made), key=lambda one: rank(*one[1])
        )
        chosen[cls] = (why, raw, value)
        del sizes[cls]
    return [Measured(why, cls, value, raw, _oldest(repository, cls)) for cls, (why, raw, value) in chosen.items()]


def _events(folder: Path) -> Iterator[type[Event]]:
    """The classes of all events, each version's newest."""
    for package in sorted(folder.glob("*/*_events")):
        sys.path.insert(0, str(package.parent))
        module = importlib.import_module(package.name)
        classes = (getattr(module, name) for name in module.__all__)
        yield from (cls for cls in classes if isinstance(cls, type) and issubclass(cls, Event) and cls is not Event)


def _encoded(cls: type[Event]) -> Iterator[tuple[bytes, Any]]:
    codec = avro.Codec(schema_of(cls))
    with identified("benchmark"):
        made = list(examples(cls, _EXAMPLES))
    for event in made:
        raw = cls.contract.encode(event)
        yield raw, codec.decode(raw)


def _depth(value: Any) -> int:
    """How many containers lie inside each other."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(_depth, inner), default=0)


_RANKS: Final[Mapping[str, Callable[[bytes, Any], tuple[int, ...]]]] = {
    "the smallest": lambda raw, _: (-len(raw),),
    "the largest": lambda raw, _: (len(raw),),
    "the most nested": lambda raw, value: (_depth(value), -len(raw)),
}
"""The example that ranks highest is chosen; among nested ones the smallest, which is nesting and little else."""


def _oldest(repository: ContractRepository, cls: type[Event]) -> avro.Schema:
    topics = repository.systems[cls.contract.system].topics.values()
    events = chain.from_iterable(topic.events.values() for topic in topics)
    event = next(event for event in events if event.full_name == cls.contract.full_name)
    schemas = (version.schema for version in event.versions)
    return next(old for old in schemas if avro.resolve(writer=old, reader=event.latest.schema).compatible)
