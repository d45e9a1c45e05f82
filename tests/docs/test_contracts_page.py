"""What `docs/contracts.md` shows is true: its files load and pass the gate, and its table of safe changes holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eventpact import avro
from eventpact.avro.model import Schema
from eventpact_codegen import generate
from eventpact_registry.compatibility import incompatibilities
from eventpact_registry.contracts.model import Mode
from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.contracts.source import DirectorySource
from eventpact_registry.gate import check
from tests.docs.pages import DOCS, blocks

PAGE = DOCS / "contracts.md"
COLUMNS = (Mode.BACKWARD, Mode.FORWARD, Mode.FULL)

SYMBOLS = {"type": "enum", "name": "Kind", "symbols": ["UNKNOWN", "A"]}
MORE_SYMBOLS = {**SYMBOLS, "symbols": ["UNKNOWN", "A", "B"]}
FALLBACK = {"default": "UNKNOWN"}


def event(*fields: dict[str, Any], **changes: Any) -> Schema:
    """A record with some fields beside its identifier."""
    record = {"type": "record", "name": "Event", "namespace": "io.acme", "fields": [field("id", "string"), *fields]}
    return avro.parse(json.dumps({**record, **changes}))


def field(name: str, kind: Any, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, **more}


def of(kind: Any, **more: Any) -> Schema:
    return event(field("x", kind, **more))


CASES: dict[str, list[tuple[Schema, Schema]]] = {
    "add a field with a default": [(event(), of("int", default=0))],
    "add a field without a default": [(event(), of("int"))],
    "remove a field that had a default": [(of("int", default=0), event())],
    "remove a field that had no default": [(of("int"), event())],
    'let a field be null (`T` to `["null", T]`)': [(of("string"), of(["null", "string"], default=None))],
    "forbid null in a field": [(of(["null", "string"], default=None), of("string"))],
    "widen a number (`int` to `long`, `float` or `double`)": [
        (of("int"), of("long")),
        (of("int"), of("float")),
        (of("int"), of("double")),
    ],
    "narrow a number": [(of("long"), of("int")), (of("double"), of("float"))],
    "change `string` to `bytes` or back": [(of("string"), of("bytes")), (of("bytes"), of("string"))],
    "change a type to anything else": [(of("string"), of("int")), (of("long"), of("boolean"))],
    "rename a field, with an alias": [(of("int"), event(field("y", "int", aliases=["x"])))],
    "rename a field that has a default, with an alias": [
        (of("int", default=0), event(field("y", "int", default=0, aliases=["x"])))
    ],
    "rename a field without an alias": [(of("int"), event(field("y", "int")))],
    "rename a record, enum or fixed, with an alias": [
        (event(), event(name="Renamed", aliases=["Event"])),
        (of(SYMBOLS), of({**SYMBOLS, "name": "Renamed", "aliases": ["Kind"]})),
        (
            of({"type": "fixed", "name": "Key", "size": 8}),
            of({"type": "fixed", "name": "Renamed", "size": 8, "aliases": ["Key"]}),
        ),
    ],
    "add a symbol to an enum that had a default": [(of(SYMBOLS | FALLBACK), of(MORE_SYMBOLS | FALLBACK))],
    "add a symbol to an enum that had no default": [
        (of(SYMBOLS), of(MORE_SYMBOLS)),
        (of(SYMBOLS), of(MORE_SYMBOLS | FALLBACK)),
    ],
    "remove a symbol from an enum that keeps a default": [(of(MORE_SYMBOLS | FALLBACK), of(SYMBOLS | FALLBACK))],
    "remove a symbol from an enum without a default": [(of(MORE_SYMBOLS), of(SYMBOLS))],
    "add a type to a union": [(of(["null", "string"]), of(["null", "string", "int"]))],
    "remove a type from a union": [(of(["null", "string", "int"]), of(["null", "string"]))],
    "change the size of a fixed": [
        (of({"type": "fixed", "name": "Key", "size": 8}), of({"type": "fixed", "name": "Key", "size": 16}))
    ],
    "change documentation, the order of fields, or a default": [
        (of("int", doc="a"), of("int", doc="b")),
        (event(field("x", "int"), field("y", "string")), event(field("y", "string"), field("x", "int"))),
        (of("int", default=0), of("int", default=1)),
    ],
}
"""The first cell of each row to pairs of an old and a new version that do what it says."""


def table() -> dict[str, list[str]]:
    """The rows of the table of changes."""
    rows = PAGE.read_text(encoding="utf-8").partition("| change | BACKWARD | FORWARD | FULL |\n")[2]
    cells = ([cell.strip() for cell in row.strip("|").split("|")] for row in rows.partition("\n\n")[0].splitlines()[1:])
    return {change: verdicts for change, *verdicts in cells}


def test_the_table_has_the_rows_that_are_tested() -> None:
    assert list(table()) == list(CASES)


@pytest.mark.parametrize("change", CASES)
def test_a_change_is_as_safe_as_the_table_says(change: str) -> None:
    for old, new in CASES[change]:
        verdicts = ["breaks" if incompatibilities(mode, new, [old]) else "safe" for mode in COLUMNS]

        assert verdicts == table()[change]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"type": "long", "logicalType": "timestamp-millis"}, {"type": "long", "logicalType": "timestamp-micros"}),
        (
            {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2},
            {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 3},
        ),
    ],
)
def test_avro_does_not_compare_logical_types(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert [mode for mode in Mode if incompatibilities(mode, of(new), [of(old)])] == []


def test_the_files_shown_are_contracts_without_a_finding(tmp_path: Path) -> None:
    for language in ("yaml", "json"):
        for block in blocks(PAGE, language):
            assert block.title is not None, f"{block.name} does not say which file it is"
            (tmp_path / block.title).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / block.title).write_text(block.text, encoding="utf-8")

    repository = ContractRepository.load(DirectorySource(tmp_path / "contracts"))
    package = generate(repository, tmp_path / "packages").packages[0]

    assert [f"{finding.location}: {finding.message}" for finding in check(repository)] == []
    assert (package.distribution, package.events) == ("shop-events", 1)
