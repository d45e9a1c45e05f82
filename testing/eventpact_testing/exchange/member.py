"""One side of the exchange, in an interpreter of its own: sends its events, then reads what both have sent.

`python -m eventpact_testing.exchange.member` takes a task in JSON on its input and answers in JSON on its output.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypedDict

from eventpact import Event, Group, Producer, SchemaCatalog, Settings
from eventpact.names import topic_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eventpact import Context

PATIENCE: Final = 60.0
"""Seconds without an event after which no more are expected."""


class Part(TypedDict):
    """What is to do for one event."""

    package: str
    full_name: str
    parameters: dict[str, str]
    """Of the topic."""
    send: list[str]
    """The events' Avro bytes, in hexadecimal."""
    expect: int
    """How many records there will be on the topic."""


class Seen(TypedDict):
    """What one side saw of one event."""

    schema_id: int
    """Of its own version."""
    read: list[tuple[int, str]]
    """The writer's schema id, and the Avro bytes of the event that the handler got, in this side's version."""


class Keeper(Group):
    """Keeps every event as the bytes that this side would write for it."""

    def __init__(self) -> None:
        self.read: dict[str, tuple[int, str]] = {}
        """By the record's position: one that is handled again, as after a rebalance, is kept once."""

    def on_event(self, event: Event, context: Context) -> None:
        """Keep it."""
        self.read[context.position] = (context.schema_id or 0, event.contract.encode(event).hex())


def found(package: str, full_name: str) -> type[Event]:
    """The class of an event.

    Raises:
        LookupError: the package has none of this name.
    """
    module = import_module(package)
    for name in module.__all__:
        one = getattr(module, name)
        if isinstance(one, type) and issubclass(one, Event) and one.contract.full_name == full_name:
            return one
    raise LookupError(f"{package} has no event {full_name}")


def send(part: Part, settings: Settings, catalog: SchemaCatalog) -> None:
    """Send this side's events and wait until the broker has them."""
    event = found(part["package"], part["full_name"])
    events = [event.contract.decode(bytes.fromhex(text)) for text in part["send"]]
    with Producer(settings, catalog=catalog) as producer:
        producer.send_many(events, timeout=PATIENCE, **part["parameters"]).raise_for_failures()


def read(part: Part, settings: Settings, catalog: SchemaCatalog, member: str) -> Seen:
    """Read what both sides have sent."""
    event = found(part["package"], part["full_name"])
    topic = topic_name(event.contract.topic).fill(part["parameters"])

    class Reader(Keeper, name=f"exchange-{member}-{event.contract.name}", system=event.contract.system):
        topics: ClassVar[tuple[str, ...]] = (topic,)
        handlers: ClassVar[Mapping[str, tuple[type[Event], str]]] = {event.contract.full_name: (event, "on_event")}

    reader = Reader()
    left = part["expect"]
    while left > 0:
        before = len(reader.read)
        done = reader.run(settings, max_events=left, idle_timeout=PATIENCE, catalog=catalog)
        if not done.records:
            break
        left -= len(reader.read) - before + done.dead_lettered + done.discarded
    subject = event.contract.subject.format_map(part["parameters"])
    return Seen(schema_id=catalog.schema_id(event.contract, subject), read=list(reader.read.values()))


def main() -> None:
    """Do the task."""
    task: Any = json.load(sys.stdin)
    settings = Settings.from_env()
    catalog = SchemaCatalog(settings)
    for part in task["parts"]:
        send(part, settings, catalog)
    answer = [read(part, settings, catalog, task["member"]) for part in task["parts"]]
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
