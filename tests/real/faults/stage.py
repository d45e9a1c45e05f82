"""Where a fault happens: the cluster, a registry, the topics that are used, and programs that come and go."""

from __future__ import annotations

import itertools
import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from confluent_kafka import OFFSET_END, TopicPartition
from confluent_kafka.admin import AdminClient

from eventpact import Settings, Topics
from eventpact_registry.client import RegistryClient
from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.contracts.source import DirectorySource
from eventpact_registry.plan import apply, desired, plan, read_state
from eventpact_testing.stack import variables
from tests.real.conftest import CONTRACTS
from tests.real.faults.ledger import Ledger, judge
from tests.real.faults.programs import Program, environment, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from eventpact_testing.kafka import KafkaCluster

MESSAGES = "QuikApp.message.sent"
NOTIFICATIONS = "QuikApp.notification.push"
LETTERS = "QuikApp-dead-letters"
SESSION_MS = 3000
LONG_SESSION = {"session.timeout.ms": "45000"}
"""Properties of members that are not to be given up while the machine stands still."""


@dataclass
class Stage:
    """One test's view of the parts."""

    cluster: KafkaCluster
    settings: Settings
    """Of every program; its consumer group is the test's own."""
    packages: list[Path]
    folder: Path
    environ: dict[str, str] = field(default_factory=dict)
    """Further variables of every program."""
    programs: list[Program] = field(default_factory=list)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def sender(self, **arguments: object) -> Program:
        """A running sender with command line arguments of these names; `packages` is another import path."""
        return self._run("sender", arguments)

    def handler(self, **arguments: object) -> Program:
        """A running member of the test's group, or of another `consumer_group`."""
        return self._run("handler", arguments)

    def forwarder(self, **arguments: object) -> Program:
        """A running member of a group that turns each message into a notification, exactly once."""
        return self._run("forwarder", arguments)

    def bulk(self, **arguments: object) -> Program:
        """A running side of a bulk transfer, for which there is no ledger."""
        return self._run("bulk", arguments)

    def ledger(self) -> Ledger:
        """What became of everything so far."""
        return judge(program.journal for program in self.programs)

    def wait_for_handled(self, count: int, *, patience: float = 90.0) -> None:
        """Wait until so many events have been handled."""
        self._wait(lambda ledger: len(ledger.handled) >= count, f"{count} events handled", patience)

    def wait_for_all(self, *, patience: float = 90.0) -> None:
        """Wait until all that is acknowledged has been handled."""
        self._wait(lambda ledger: not ledger.lost, "everything acknowledged is handled", patience)

    def wait_for_sent(self, count: int, *, patience: float = 90.0) -> None:
        """Wait until so many events have been sent."""
        self._wait(lambda ledger: len(ledger.sent) >= count, f"{count} events sent", patience)

    def wait_for_note(self, *words: str, patience: float = 90.0) -> None:
        """Wait until a program has noted something."""
        self._wait(lambda ledger: words in ledger.notes, f"noted: {' '.join(words)}", patience)

    def settle(self, *, patience: float = 150.0, gone: Program | None = None) -> Ledger:
        """Wait until every sender has ended and all that is acknowledged is handled, then let the handlers end.

        What the sender `gone` has sent is waited for by nobody.
        """
        deadline = time.monotonic() + patience
        for program in self._of("sender"):
            program.wait(max(1.0, deadline - time.monotonic()))
        left = max(1.0, deadline - time.monotonic())
        excused: set[str] = set() if gone is None else judge([gone.journal]).acknowledged
        self._wait(lambda ledger: ledger.lost <= excused, "everything acknowledged is handled", left)
        for program in (*self._of("forwarder"), *self._of("handler")):
            if program.running:
                assert program.stop() == 0, program.said()
        return self.ledger()

    def close(self) -> None:
        """End every program, whatever happened."""
        for program in self.programs:
            program.end()

    def _of(self, module: str) -> list[Program]:
        return [program for program in self.programs if program.journal.stem.startswith(module)]

    def _run(self, module: str, arguments: Mapping[str, object]) -> Program:
        given = dict(arguments)
        packages = given.pop("packages", self.packages)
        group = given.pop("consumer_group", self.settings.consumer_group)
        assert isinstance(packages, list)
        words = [word for name, value in given.items() for word in (f"--{name.replace('_', '-')}", _word(value))]
        journal = self.folder / f"{module}-{next(self._numbers)}.journal"
        values = {**variables(self.settings), "KAFKA_CONSUMER_GROUP": str(group), **self.environ}
        environ = environment(values, *packages)
        program = Program(f"tests.real.faults.{module}", *words, journal=journal, environ=environ)
        self.programs.append(program)
        return program

    def _wait(self, judged: Callable[[Ledger], bool], wanted: str, patience: float) -> None:
        def missing() -> str:
            for program in self.programs:
                program.abort()
            said = "\n".join(f"{program.journal.stem}: {program.said()}" for program in self.programs)
            return f"not {wanted}: {self.ledger().row('so far')}\n{said}"

        wait_until(lambda: judged(self.ledger()), patience=patience, what=missing)


def apply_messages(settings: Settings) -> None:
    """Bring QuikApp's schemas to the registry, and the topics of its messages to the cluster."""
    wanted = desired(ContractRepository.load(DirectorySource(CONTRACTS)), ["quikapp"])
    wanted = wanted.selected(["io.quikapp.*", "QuikApp.*-value", MESSAGES, NOTIFICATIONS, LETTERS])
    topics = Topics(settings, timeout=60)
    with RegistryClient(settings) as registry:
        apply(plan(wanted, read_state(wanted, registry=registry, cluster=topics)), registry=registry, cluster=topics)


def purge(settings: Settings) -> None:
    """Remove all records of all topics of QuikApp, so that a test finds none of another."""
    admin = AdminClient({**settings.admin_config(), "log_level": 0})
    names = [name for name in Topics(settings, timeout=60).states() if name.startswith("QuikApp")]
    topics = admin.list_topics(timeout=60).topics
    ends = [TopicPartition(name, number, OFFSET_END) for name in names for number in topics[name].partitions]
    for future in admin.delete_records(ends, request_timeout=60).values():
        future.result()


def _word(value: object) -> str:
    return json.dumps(value) if isinstance(value, dict) else str(value)
