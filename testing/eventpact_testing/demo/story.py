"""The story: from the contracts in a repository, by way of a pull request that is stopped, to events that were handled.

Each chapter uses the parts as a user would. What should not happen raises `Unexpected`; what cannot run at all raises
the part's own error.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol

from eventpact.errors import ContractError, EventPactError, Problem
from eventpact.wording import counted
from eventpact_codegen import build, generate
from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.contracts.source import DirectorySource
from eventpact_registry.findings import Finding, Severity
from eventpact_registry.gate import check
from eventpact_testing.demo.flow_process import FlowProcess
from eventpact_testing.demo.pull_request import BROKEN_EVENT, before_message_sent_v2, break_message_sent
from eventpact_testing.demo.scratch import ScratchEnvironment
from eventpact_testing.stack import planned, run_time_topics, synchronise, tenants_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from eventpact.operate.tenants import Tenants
    from eventpact_registry.contracts.model import System
    from eventpact_testing.demo.flows.ledger import FlowResult
    from eventpact_testing.stack import Stack

FLOWS: Final = ("quikapp", "chatplatform", "showoff", "delivery", "caas")
TENANTS: Final[Mapping[str, tuple[str, ...]]] = {"chatplatform": ("acme", "globex"), "caas": ("initech",)}
"""The tenants that a system's flow works with; those of CAAS are created for it and deleted afterwards."""
SERVICES: Final = ("search",)
"""The services of the chat platform that take commands."""
_FLOW_MODULES: Final = "eventpact_testing.demo.flows"


class Unexpected(EventPactError):  # noqa: N818 - reads as the fact it states
    """Something happened that the demonstration promises does not."""


class Narrator(Protocol):
    """Who tells the story to the user."""

    def chapter(self, title: str) -> None:
        """Open a chapter."""

    def say(self, line: str) -> None:
        """Tell one thing that happened."""

    def finding(self, finding: Finding) -> None:
        """Show a finding of the gate as a user would see it."""

    def progress(self, what: str, done: int, total: int) -> None:
        """Something long went on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """One telling, on a folder of its own and a stack."""

    contracts: Path
    work: Path
    """An empty folder that may be deleted afterwards."""
    events: int
    """At least so many a system."""
    narrator: Narrator
    replication_limit: int | None = None
    """Replicas that the cluster can give, where these are fewer than production's."""

    def gate(self) -> ContractRepository:
        """Load and check the contracts, then catch the pull request that breaks one."""
        self.narrator.chapter("Contracts")
        repository = ContractRepository.load(DirectorySource(self.contracts))
        missing = [name for name in FLOWS if name not in repository.systems]
        if missing:
            hint = f"run it where the contracts of {', '.join(FLOWS)} are, or name their folder with --contracts DIR"
            raise ContractError(Problem(f"'{self.contracts}' lacks {', '.join(missing)} to demonstrate", hint=hint))
        for system in repository.systems.values():
            versions = [len(event.versions) for _, event in system.events()]
            self.narrator.say(
                f"{system.name}: {counted(len(system.topics), 'topic')}, {counted(len(versions), 'event')} "
                f"in {counted(sum(versions), 'version')}, "
                f"groups {', '.join(system.groups)}"
            )
        errors = [finding for finding in check(repository) if finding.severity is Severity.ERROR]
        if errors:
            raise Unexpected(f"the contracts have {counted(len(errors), 'error')}, the first: {errors[0].message}")
        self.narrator.say("every version pair holds under its mode: no errors")
        self._catch_breaking_change(repository)
        return repository

    def _catch_breaking_change(self, base: ContractRepository) -> None:
        self.narrator.chapter("A pull request adds a required field to MessageSent")
        branch = self.work / "pull-request"
        changed = ContractRepository.load(DirectorySource(break_message_sent(self.contracts, branch)))
        errors = [finding for finding in check(changed, base) if finding.severity is Severity.ERROR]
        proven = [
            finding for finding in errors if finding.counterexample and BROKEN_EVENT.name in str(finding.location)
        ]
        if not proven:
            raise Unexpected("the breaking pull request was not caught with a counterexample")
        at = proven[0].location
        in_branch = replace(at, file=at.file.removeprefix(f"{branch.as_posix()}/"))
        self.narrator.finding(replace(proven[0], location=in_branch))
        self.narrator.say("the gate stops it with exit code 1")

    def synchronise(self, repository: ContractRepository, stack: Stack) -> None:
        """Bring registry and cluster to what the contracts say; a second plan has to be empty."""
        self.narrator.chapter("Plan and apply")
        todo = planned(repository, stack, limit=self.replication_limit)
        synchronise(todo, stack, on_step=lambda step: self.narrator.progress("applying", step.done, step.total))
        self.narrator.say(
            f"{counted(len(todo.steps), 'change')} applied to {stack.settings.registry_url} "
            f"and {stack.settings.brokers}"
        )
        again = planned(repository, stack, limit=self.replication_limit)
        if not again.empty:
            left = f"{counted(len(again.steps), 'change')} and {counted(len(again.conflicts), 'conflict')}"
            raise Unexpected(f"a second plan still has {left}")
        self.narrator.say("a second plan has no changes")

    def packages(self, repository: ContractRepository) -> tuple[ScratchEnvironment, Path]:
        """Generate, build and install the packages; also one from before MessageSent's version 2, in a folder."""
        self.narrator.chapter("Typed packages")
        scratch = ScratchEnvironment(self.work / "environment")
        scratch.create()
        scratch.install(self._wheels(repository, "packages"))
        for name, system in repository.systems.items():
            events = sum(1 for _ in system.events())
            self.narrator.say(
                f"{name}: {system.package_name} {system.package_version}, {counted(events, 'typed event')}, installed"
            )
        past = before_message_sent_v2(self.contracts, self.work / "past")
        older = self.work / "older-package"
        scratch.install(
            self._wheels(ContractRepository.load(DirectorySource(past)), "older", systems=["quikapp"]), into=older
        )
        self.narrator.say("quikapp: quikapp-events 0.9.0, from before MessageSent version 2, for a service not updated")
        return scratch, older

    def _wheels(self, repository: ContractRepository, folder: str, *, systems: list[str] | None = None) -> list[Path]:
        out = self.work / folder
        report = generate(repository, out, systems=systems)
        return [build(package.folder, self.work / f"{folder}-wheels") for package in report.packages]

    def flows(
        self, repository: ContractRepository, stack: Stack, scratch: ScratchEnvironment, older: Path
    ) -> Iterator[FlowResult]:
        """Run each system's own flow; gives each result as it comes."""
        self.narrator.chapter(f"The five systems, at least {self.events:,} events each")
        for name in FLOWS:
            system = repository.systems[name]
            tenants = self._prepare(system, stack)
            result = self._quikapp(stack, scratch, older) if name == "quikapp" else self._run(name, stack, scratch)
            if name == "caas":
                self._remove_tenants(tenants)
            yield result
            if result.lost:
                raise Unexpected(f"{name} lost {counted(result.lost, 'event')}")
            if result.dead_letters != result.poisoned:
                raise Unexpected(f"{name}: {result.dead_letters} of {result.poisoned} poison records are dead letters")

    def _run(self, name: str, stack: Stack, scratch: ScratchEnvironment) -> FlowResult:
        process = FlowProcess(
            f"{_FLOW_MODULES}.{name}",
            scratch,
            stack,
            events=self.events,
            on_progress=lambda _sent, received, expected: self.narrator.progress(name, received, expected),
        )
        return process.finish()

    def _quikapp(self, stack: Stack, scratch: ScratchEnvironment, older: Path) -> FlowResult:
        """QuikApp's flow beside a service that was not updated and reads the same messages."""
        module = f"{_FLOW_MODULES}.older_reader"
        reader = FlowProcess(module, scratch, stack, events=self.events, first=older)
        try:
            result = self._run("quikapp", stack, scratch)
            note = reader.finish().notes[0]
        finally:
            reader.stop()
        self.narrator.say(f"quikapp: a service on quikapp-events 0.9.0 beside it: {note}")
        return result

    def _prepare(self, system: System, stack: Stack) -> Tenants:
        """Create the topics that are named at run time: each tenant's, and those of a service's commands."""
        tenants = tenants_of(system, stack, limit=self.replication_limit)
        for tenant in TENANTS.get(system.name, ()):
            created = tenants.create(tenant)
            self.narrator.say(f"{system.name}: tenant {tenant} has {counted(len(created), 'new topic')}")
        existing = stack.topics.states()
        named = (
            contract.for_parameters({"service": service})
            for contract in run_time_topics(system, limit=self.replication_limit)
            if contract.template.parameters == ("service",)
            for service in SERVICES
        )
        stack.topics.create(*(contract for contract in named if contract.name not in existing))
        return tenants

    def _remove_tenants(self, tenants: Tenants) -> None:
        """Delete the tenants that were created for the flow, and see that they are gone."""
        for tenant in TENANTS["caas"]:
            deleted = tenants.delete(tenant)
            left = tenants.health(tenant).existing
            if left or not deleted:
                left_over = counted(len(left), "topic")
                raise Unexpected(f"caas: {left_over} of tenant {tenant} still there after its deletion")
            self.narrator.say(f"caas: tenant {tenant} is deleted with its {counted(len(deleted), 'topic')}")
