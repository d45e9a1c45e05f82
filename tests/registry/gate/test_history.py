"""Twelve pull requests, one after another, judged alike against a folder, a git revision and a registry.

What passes is merged: the next one is judged against it. What fails is turned down, and leaves nothing behind.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from eventpact.settings import Settings
from eventpact_registry.client import RegistryClient
from eventpact_registry.contracts.problems import Tolerable
from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.contracts.source import DirectorySource, GitSource
from eventpact_registry.findings import Severity
from eventpact_registry.gate import check
from eventpact_registry.plan import apply, desired, plan, read_state
from eventpact_registry.registered import registered
from eventpact_registry.server import EmbeddedRegistry
from tests.registry.contracts.building import SHOP, SYSTEM, TOPIC, Files, avsc, field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from eventpact_registry.findings import Finding

ORDER: Final = "shop/order.placed"
PAID: Final = "shop/order.paid"
MONEY: Final = [{"name": "io.shop.Money", "version": 1}]
ID: Final = field("orderId")
NOTE: Final = field("note", ["null", "string"], default=None)
PAYMENT: Final = avsc("OrderPaid", ID, field("price", "io.shop.Money"), references=MONEY)
PAID_TOPIC: Final = TOPIC.replace("placed", "paid")

AGAINST_FILES: Final = frozenset({"TOPIC_REMOVED", "PARTITIONS_CHANGED", "RETENTION_SHORTENED"})
"""What a registry cannot know."""


@dataclass(frozen=True)
class PullRequest:
    """A change of files (None deletes one), and what the gate says of it: rule and file."""

    title: str
    changes: Files
    findings: tuple[str, ...] = ()


HISTORY: Final = (
    PullRequest("Let buyers say something", {f"{ORDER}/OrderPlaced.v2.avsc": avsc("OrderPlaced", ID, NOTE)}),
    PullRequest(
        "Need to know the channel",
        {f"{ORDER}/OrderPlaced.v3.avsc": avsc("OrderPlaced", ID, NOTE, field("channel"))},
        (f"FIELD_WITHOUT_DEFAULT {ORDER}/OrderPlaced.v3.avsc",),
    ),
    PullRequest(
        "Correct version 2",
        {f"{ORDER}/OrderPlaced.v2.avsc": avsc("OrderPlaced", ID, NOTE, field("gift", "boolean", default=False))},
        (f"VERSION_MUTATED {ORDER}/OrderPlaced.v2.avsc",),
    ),
    PullRequest(
        "Tell of payments, with a type that no registry knows",
        {
            "shop/types/Money.v1.avsc": avsc("Money", field("amount")),
            f"{PAID}/topic.yaml": PAID_TOPIC,
            f"{PAID}/OrderPaid.v1.avsc": PAYMENT,
        },
    ),
    PullRequest(
        "Count money in cents",
        {
            "shop/types/Money.v2.avsc": avsc("Money", field("amount", "long")),
            f"{PAID}/OrderPaid.v2.avsc": PAYMENT.replace('"version": 1', '"version": 2'),
        },
        ("TYPE_INCOMPATIBLE shop/types/Money.v2.avsc", "TYPE_INCOMPATIBLE shop/types/Money.v2.avsc"),
    ),
    PullRequest(
        "Rename a field, and say so",
        {f"{ORDER}/OrderPlaced.v3.avsc": avsc("OrderPlaced", ID, {**NOTE, "name": "remark", "aliases": ["note"]})},
    ),
    PullRequest(
        "Take version 3 back",
        {f"{ORDER}/OrderPlaced.v3.avsc": None},
        (f"VERSION_REMOVED {ORDER}/OrderPlaced.v3.avsc",),
    ),
    PullRequest(
        "Stop telling of payments",
        {f"{PAID}/topic.yaml": None, f"{PAID}/OrderPaid.v1.avsc": None, "shop/types/Money.v1.avsc": None},
        (
            f"EVENT_REMOVED {PAID}/OrderPaid.v1.avsc",
            f"TOPIC_REMOVED {PAID}/topic.yaml",
            "EVENT_REMOVED shop/types/Money.v1.avsc",
        ),
    ),
    PullRequest(
        "Make room for more consumers",
        {f"{ORDER}/topic.yaml": TOPIC.replace("partitions: 3", "partitions: 12").replace("7d", "1d")},
        (f"PARTITIONS_CHANGED {ORDER}/topic.yaml", f"RETENTION_SHORTENED {ORDER}/topic.yaml"),
    ),
    PullRequest(
        "Put payments where they belong",
        {
            f"{PAID}/topic.yaml": None,
            f"{PAID}/OrderPaid.v1.avsc": None,
            "shop/payments/topic.yaml": PAID_TOPIC,
            "shop/payments/OrderPaid.v1.avsc": PAYMENT,
        },
        (
            f"TOPIC_REMOVED {PAID}/topic.yaml",
            "EVENT_MOVED shop/payments/OrderPaid.v1.avsc",
            "SUBJECT_RENAMED shop/payments/OrderPaid.v1.avsc",
        ),
    ),
    PullRequest(
        "Let payments break once",
        {f"{PAID}/topic.yaml": PAID_TOPIC + "compatibility: NONE\n"},
        (f"COMPATIBILITY_WEAKENED {PAID}/topic.yaml",),
    ),
    PullRequest(
        "Say something where nothing was said",
        {
            f"{ORDER}/OrderPlaced.v4.avsc": avsc(
                "OrderPlaced", ID, field("remark", ["string", "null"], default="none", aliases=["note"])
            )
        },
        (f"DEFAULT_CHANGED {ORDER}/OrderPlaced.v4.avsc",),
    ),
)
"""Good and bad, in order."""


class Repository:
    """A git repository with contracts on `main`, a copy of them beside it, and a registry that has them."""

    def __init__(self, folder: Path, client: RegistryClient) -> None:
        self.contracts = folder / "work/contracts"
        self.deployed = folder / "deployed"
        self.client = client
        self.merged = 0
        _write(self.contracts, SHOP)
        self._git("init", "-q", "-b", "main")
        self.merge("Open the shop")

    def open(self, request: PullRequest) -> ContractRepository:
        """The contracts with a pull request's changes, its package's version raised."""
        version = SYSTEM.replace("1.0.0", f"{self.merged + 1}.0.0")
        _write(self.contracts, {**request.changes, "shop/system.yaml": version})
        return self.load()

    def load(self) -> ContractRepository:
        return ContractRepository.load(DirectorySource(self.contracts))

    def merge(self, title: str) -> None:
        self._git("add", "-A")
        self._git("commit", "-qm", title)
        shutil.rmtree(self.deployed, ignore_errors=True)
        shutil.copytree(self.contracts, self.deployed)
        wanted = desired(self.load())
        apply(plan(wanted, read_state(wanted, registry=self.client, cluster=None)), registry=self.client, cluster=None)
        self.merged += 1

    def turn_down(self) -> None:
        self._git("checkout", "-q", ".")
        self._git("clean", "-qfd")

    def _git(self, *arguments: str) -> None:
        identity = {f"GIT_{role}_{what}": "a@b" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        subprocess.run(["git", *arguments], cwd=self.contracts.parent, check=True, env={**os.environ, **identity})


def _write(folder: Path, files: Files) -> None:
    for path, text in files.items():
        file = folder / path
        if text is None:
            file.unlink()
            if not list(file.parent.iterdir()):
                file.parent.rmdir()
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)


MODES: Final[dict[str, Callable[[Repository, ContractRepository], ContractRepository]]] = {
    "files": lambda repository, _: ContractRepository.load(DirectorySource(repository.deployed)),
    "git": lambda repository, _: ContractRepository.load(GitSource("main", repository.contracts)),
    "registry": lambda repository, contracts: registered(repository.client, contracts, "registry:r"),
}


@contextmanager
def opened(folder: Path) -> Iterator[Repository]:
    with EmbeddedRegistry() as embedded, RegistryClient(Settings(registry_url=embedded.url)) as client:
        yield Repository(folder, client)


def told(findings: list[Finding]) -> list[str]:
    return sorted(f"{finding.rule} shop/{finding.location.file.partition('/shop/')[2]}" for finding in findings)


@pytest.mark.parametrize("mode", MODES)
def test_every_pull_request_is_judged_as_expected(mode: str, tmp_path: Path) -> None:
    said, expected = {}, {}
    with opened(tmp_path) as repository:
        for request in HISTORY:
            contracts = repository.open(request)
            findings = check(contracts, MODES[mode](repository, contracts))
            said[request.title] = told(findings)
            expected[request.title] = sorted(
                finding
                for finding in request.findings
                if mode != "registry" or finding.partition(" ")[0] not in AGAINST_FILES
            )
            if any(
                finding.severity is Severity.ERROR for finding in check(contracts, MODES["git"](repository, contracts))
            ):
                repository.turn_down()
            else:
                repository.merge(request.title)

    assert len(HISTORY) == 12
    assert said == expected


@pytest.mark.parametrize("mode", MODES)
def test_a_skipped_version_is_found_whatever_it_is_compared_with(mode: str, tmp_path: Path) -> None:
    with opened(tmp_path) as repository:
        _write(repository.contracts, {f"{ORDER}/OrderPlaced.v3.avsc": avsc("OrderPlaced", ID, NOTE)})
        contracts = ContractRepository.load(DirectorySource(repository.contracts), tolerated={Tolerable.GAP})

        found = [one for one in check(contracts, MODES[mode](repository, contracts)) if one.severity is Severity.ERROR]

    [skipped] = found
    assert (skipped.rule, str(skipped.location)) == (
        "VERSION_SKIPPED",
        f"{repository.contracts}/{ORDER}/OrderPlaced.v3.avsc:1:1",
    )


def test_the_bases_together_say_what_files_say_alone(tmp_path: Path) -> None:
    with opened(tmp_path) as repository:
        contracts = repository.open(HISTORY[2])
        bases = [base(repository, contracts) for base in MODES.values()]

        assert told(check(contracts, bases[1], bases[2])) == told(check(contracts, bases[0]))
