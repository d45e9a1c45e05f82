"""What every flow shares: running groups beside a producer, poison records, dead letters, and the report."""

from __future__ import annotations

import json
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click
from confluent_kafka import Consumer
from confluent_kafka import Producer as RawProducer

from eventpact import Settings
from eventpact.errors import EventPactError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from concurrent.futures import Future

    from eventpact import Context, Event, Group, Producer
    from eventpact_testing.demo.flows.ledger import FlowResult, Ledger

G = TypeVar("G", bound="Group")

PATIENCE = 60.0
"""Seconds until a flow gives up on what it waits for."""


def report(kind: str, **data: Any) -> None:
    """One line of JSON on standard output, which the story reads."""
    print(json.dumps({"kind": kind, **data}), flush=True)


def counting(group_class: type[G], ledger: Ledger, **first: Callable[[Any, Context], None]) -> G:
    """A group of that class whose every handler counts, after what `first` gives for a method's name."""

    def handler(method: str) -> Callable[[Group, Event, Context], None]:
        before = first.get(method)

        def handle(self: Group, event: Event, context: Context) -> None:
            if before is not None:
                before(event, context)
            ledger.handled(self, context)

        return handle

    methods = {method: handler(method) for _, method in group_class.handlers.values()}
    return cast("G", type(group_class.__name__, (group_class,), methods)())


@dataclass(frozen=True, slots=True)
class Poisoned:
    """What became of a poison record."""

    readers: int
    """Groups that met it."""
    dead_letters: int
    """Of these, groups that set it aside."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A system at work: its groups run in the background."""

    settings: Settings
    groups: Sequence[Group]
    ledger: Ledger

    def warmed_up(self) -> None:
        """Wait until the groups have handled what was sent so far, then start the clock."""
        if not self.ledger.wait(PATIENCE):
            raise EventPactError(f"the groups did not start to read within {PATIENCE:.0f} s")
        self.ledger.start_clock()

    def poison(self, event: type[Event], **parameters: str) -> Poisoned:
        """Write an undecodable record to an event's topic, and see how many of its readers set it aside."""
        letters = event.contract.dead_letters
        if letters is None:
            raise EventPactError(f"{event.contract.name} has no dead letter topic")
        # It looks like the wire format (magic byte, id of a schema) but no registry knows the id.
        record = f"\x00never was Avro, {event.contract.system} {time.time_ns()}".encode()
        write_raw(self.settings, event.contract.topic.format_map(parameters), record)
        readers = sum(event.contract.full_name in group.handlers for group in self.groups)
        found = count_dead_letters(self.settings, letters, record, expected=readers)
        return Poisoned(readers=readers, dead_letters=found)


@contextmanager
def drive(settings: Settings, groups: Sequence[Group], ledger: Ledger) -> Iterator[Stage]:
    """Run the groups, each in a thread, until the block ends; raises what ended one of them early."""
    stop = threading.Event()
    failures: list[BaseException] = []

    def run(group: Group) -> None:
        try:
            group.run(settings, stop=stop)
        except EventPactError as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(group,), name=group.name) for group in groups]
    for group, thread in zip(groups, threads, strict=True):
        ledger.add_group(group)
        thread.start()
    try:
        with reporting_progress(ledger):
            yield Stage(settings, groups, ledger)
    finally:
        stop.set()
        for thread in threads:
            thread.join(PATIENCE)
    if failures:
        raise failures[0]


def send_all(producer: Producer, events: Iterable[Event], ledger: Ledger, **parameters: str) -> None:
    """Send events and enter each acknowledgement in the ledger; raises the first failure."""
    sent: list[tuple[Event, Future[Any]]] = [(event, producer.submit(event, **parameters)) for event in events]
    producer.flush(PATIENCE)
    for event, future in sent:
        future.result(timeout=PATIENCE)
        ledger.sent(event, event.contract.topic.format_map(parameters))


@contextmanager
def reporting_progress(ledger: Ledger) -> Iterator[None]:
    """Report what is sent and received a few times a second while the block runs."""
    done = threading.Event()

    def tell() -> None:
        while not done.wait(0.2):
            report("progress", sent=ledger.total_sent, received=ledger.received, expected=ledger.expected)

    thread = threading.Thread(target=tell, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def write_raw(settings: Settings, topic: str, record: bytes) -> None:
    """Write one record as it is, as a service that does not use contracts would."""
    producer = RawProducer({**settings.admin_config(), "message.timeout.ms": "60000"})
    producer.produce(topic, value=record, key=b"poison")
    if producer.flush(PATIENCE):
        raise EventPactError(f"the poison record for {topic} was not written: is the broker at {settings.brokers} up?")


def count_dead_letters(settings: Settings, topic: str, record: bytes, *, expected: int) -> int:
    """How often the dead letter topic holds `record`, byte for byte; waits until it is there `expected` times."""
    consumer = Consumer(
        {
            **settings.admin_config(),
            "group.id": f"demo-dead-letters-{time.time_ns()}",
            "auto.offset.reset": "earliest",
            "enable.auto.commit": "false",
        }
    )
    consumer.subscribe([topic])
    found = 0
    deadline = time.monotonic() + PATIENCE
    try:
        while found < expected and time.monotonic() < deadline:
            letter = consumer.poll(0.2)
            if letter is not None and letter.error() is None and letter.value() == record:
                found += 1
    finally:
        consumer.close()
    return found


def main(flow: Callable[[Settings, int], FlowResult]) -> None:
    """Run a flow as a program: `--events N`; exit code 1 when anything was lost, 2 when it could not run."""

    @click.command()
    @click.option("--events", default=2_000, show_default=True, help="Events to send at least.")
    def command(events: int) -> None:
        try:
            result = flow(Settings.from_env(), events)
        except EventPactError as error:
            report("failed", message=str(error))
            sys.exit(2)
        report("result", **result.as_json())
        sys.exit(1 if result.lost else 0)

    command()
