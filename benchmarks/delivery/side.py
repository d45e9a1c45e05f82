"""What every side of the delivery benchmark is told, and what it makes of it."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import confluent_kafka

from eventpact import Event, Group, Producer, SchemaCatalog, Settings
from eventpact.in_hand import CORRELATION_HEADER
from eventpact.produce.route import headers_of, key_of
from eventpact.wire import frame
from eventpact_testing.examples import examples

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eventpact.produce.route import Headers

EVENTS: Final = 1_000
"""How many different events are sent again and again."""
DRAIN: Final = 1_000
"""Records that a plain consumer takes at once, as ours does."""
QUIET: Final = 3.0
"""Seconds without a record after which a consumer has read everything."""


class Side:
    """What every side is told, and what it makes of it."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        self.told = told
        self.count: int = told.get("count", 0)
        self.settings = Settings(
            brokers=told["brokers"],
            client_id="benchmark",
            registry_url=told["registry"],
            producer=told.get("producer", {}),
            consumer=told.get("consumer", {}),
        )
        package = import_module(told["package"])
        self.cls: type[Event] = package.MessageSent
        self.producer_class: type[Producer] = getattr(package, told["producer_class"])
        self.events = list(examples(self.cls, EVENTS))

    def records(self) -> list[tuple[bytes, bytes | None, Headers]]:
        """The events as records, with the correlation id that a service in the middle would give them."""
        contract = self.cls.contract
        catalog = SchemaCatalog(self.settings, register="dev")
        identifier = catalog.schema_id(contract, contract.subject)
        catalog.close()
        key, headers = key_of(contract), headers_of(contract)
        carried = {CORRELATION_HEADER: b"of what came before"}
        return [
            (frame(identifier, contract.encode(event)), key(event), [*(carried | dict(headers(event))).items()])
            for event in self.events
        ]

    def config(self) -> dict[str, str]:
        """The producer's configuration, the same on both sides."""
        return self.settings.producer_config()

    def plain_consumer(self, **properties: str) -> confluent_kafka.Consumer:
        """A plain consumer of the topic, with the settings of a typed group's."""
        client = confluent_kafka.Consumer({**self.settings.consumer_config(self.told["group"]), **properties})
        client.subscribe([self.told["topic"]])
        return client

    def group(self) -> type[Group]:
        """A group with one handler, as a generated one would have it; the service's class has to name its method."""
        return type(
            "BenchmarkGroup",
            (Group,),
            {
                "topics": (self.told["topic"],),
                "handlers": {self.cls.contract.full_name: (self.cls, "on_message_sent")},
                "name": self.told["group"],
            },
        )

    def producer(self, **options: Any) -> Producer:
        """The typed producer with this configuration: the contracts' gzip would be all that is measured."""
        made = type("BenchmarkProducer", (self.producer_class,), {"settings": {}})
        producer: Producer = made(self.settings, register="dev", **options)
        return producer


class Memory:
    """Resident memory at a fifth of a run and at its end, MiB: between the two, nothing should grow."""

    def __init__(self, count: int) -> None:
        self._from = count // 5
        self._early = 0.0

    def look(self, done: int) -> None:
        """Look once, when a fifth is done."""
        if not self._early and done >= self._from:
            self._early = _resident()

    def found(self) -> dict[str, float]:
        """What it was and is."""
        return {"early": self._early, "late": _resident()}


def _resident() -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024
