"""Reads the cases beside a rule, and builds the contracts that they describe.

A case changes the small system of `building.SHOP`: `given` alone is judged as it is, `new` against `old`. A file is
written as a mapping that is laid over the one that the shop has; null takes a key or a file away, except where null is
a value of its own. Names without a folder stand in the shop's topic, those with one in the system.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml

from eventpact_registry.contracts.problems import Tolerable
from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.findings import Finding
from eventpact_registry.gate import check
from eventpact_registry.rules.model import Rule

from ..contracts.building import SYSTEM, TOPIC, MemorySource

NULL_IS_A_VALUE = {"key", "dead-letters"}
FOLDER = "shop/order.placed"


@dataclass(frozen=True)
class Case:
    """One case of one rule."""

    rule: str
    name: str
    contracts: Mapping[str, Any]
    base: Mapping[str, Any] | None
    today: date
    finds: Mapping[str, Any] | None
    """What is expected of the one finding, or None for none."""

    def findings(self) -> list[Finding]:
        """What the rule finds."""
        against = _load(self.base, "base") if self.base is not None else None
        repository = _load(self.contracts if self.base is None else _over(self.base, self.contracts), "")
        return [
            finding for finding in check(repository, against, clock=lambda: self.today) if finding.rule == self.rule
        ]


def cases_of(rule: Rule) -> Iterator[Case]:
    """The cases in the file beside a rule."""
    module = import_module(rule.module)
    return cases_in(rule.id, Path(str(module.__file__)).with_suffix(".yaml").read_text())


def cases_in(rule_id: str, text: str) -> Iterator[Case]:
    """The cases that a file's text holds for a rule."""
    written = yaml.safe_load(text)
    assert written["rule"] == rule_id
    for case in written["cases"]:
        assert case.keys() <= {"name", "given", "old", "new", "today", "finds"}, case
        today = case.get("today", date(2027, 1, 1))
        finds = None if case["finds"] == "nothing" else case["finds"]
        if "given" in case:
            contracts = _over(_shop(), _placed(case["given"]))
            yield Case(rule_id, case["name"], contracts, None, today, finds)
        else:
            base = _over(_shop(), _placed(case.get("old", {})))
            yield Case(rule_id, case["name"], _placed(case["new"]), base, today, finds)


def _shop() -> dict[str, Any]:
    return {
        "shop/system.yaml": yaml.safe_load(SYSTEM),
        f"{FOLDER}/topic.yaml": yaml.safe_load(TOPIC),
        f"{FOLDER}/OrderPlaced.v1.avsc": {},
    }


def _placed(files: Mapping[str, Any]) -> dict[str, Any]:
    """Files by their whole path."""
    placed = {}
    for name, content in files.items():
        if name.startswith("/"):
            path = name[1:]
        elif "/" in name or name == "system.yaml":
            path = f"shop/{name}"
        else:
            path = f"{FOLDER}/{name}"
        placed[path] = content
    return placed


def _over(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for path, content in changes.items():
        merged[path] = None if content is None else {**(base.get(path) or {}), **content}
    return merged


def _load(files: Mapping[str, Any], revision: str) -> ContractRepository:
    texts = {path: _text(path, content).encode() for path, content in files.items() if content is not None}
    return ContractRepository.load(MemorySource(texts, revision), tolerated={Tolerable.GAP})


def _text(path: str, content: Mapping[str, Any]) -> str:
    if path.endswith(".avsc"):
        name = path.rsplit("/", 1)[1].partition(".")[0]
        fields = [{"name": "orderId", "type": "string"}]
        record = {"type": "record", "name": name, "namespace": "io.shop", "doc": "What happened.", "fields": fields}
        return json.dumps({key: value for key, value in {**record, **content}.items() if value is not None}, indent=2)
    kept = {key: value for key, value in content.items() if value is not None or key in NULL_IS_A_VALUE}
    return yaml.safe_dump(kept)
