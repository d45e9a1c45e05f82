"""Contracts from classes: AvroModels say their own schema, dataclasses and pydantic models are read by annotation."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from dataclasses import field as attribute
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import pytest
from pydantic import BaseModel, Field

from eventpact import avro
from eventpact.adapters import adapt
from eventpact.errors import ContractError
from eventpact_registry.importers.drafts import Wishes
from eventpact_registry.importers.python_classes import from_python
from eventpact_registry.importers.saving import prove
from eventpact_registry.importers.writing import written
from tests.cli.commands import write
from tests.registry.importers import avro_models
from tests.registry.importers.avro_models import Moved

SHOP = Wishes(namespace="io.shop")
AVRO_MODELS = avro_models.__name__


class Channel(Enum):
    WEB = "web"
    APP = "app"
    OTHER = "not a symbol"


@dataclass
class Line:
    """One thing that was ordered."""

    sku: str
    price: Decimal = attribute(metadata={"precision": 9, "scale": 2})


@dataclass
class Ordered:
    """An order
    was placed."""

    order_id: UUID
    at: datetime
    day: date
    lines: list[Line]
    channel: Channel = Channel.WEB
    labels: dict[str, int] = attribute(default_factory=dict)
    note: str | None = None
    count: int | None = 3
    same: Line | None = None
    kind: Literal["a", "b"] = "a"
    blob: bytes = b"\xff"
    nonce: str = attribute(default_factory=lambda: "different each time", metadata={"doc": "A number once."})


class Paid(BaseModel):
    """An order was paid."""

    total: Decimal = Field(max_digits=12, decimal_places=2, description="What was paid.")
    tags: set[str] = Field(default_factory=set)


@dataclass
class Odd:
    wait: timedelta
    price: Decimal
    anything: Any


def bodies(tmp_path: Path, *classes: str, module: str = __name__, wishes: Wishes = SHOP) -> dict[str, dict[str, Any]]:
    """The schemas that classes of a module become, by name; the contracts they are in load."""
    files = written(from_python([f"{module}:{name}" for name in classes], wishes).system)
    prove(files, tmp_path)
    return {
        path.split("/")[-1].split(".")[0]: json.loads(text) for path, text in files.items() if path.endswith("avsc")
    }


def test_an_avro_model_says_its_own_schema(tmp_path: Path) -> None:
    body = bodies(tmp_path, "Moved", module=AVRO_MODELS, wishes=Wishes())["Moved"]

    assert list(body) == ["type", "name", "namespace", "doc", "fields"]
    assert avro.meaning(avro.parse(body)) == avro.meaning(avro.parse(Moved.avro_schema()))
    assert adapt(Moved, schema=avro.parse(body)) is not None


def test_what_avro_models_share_becomes_a_type(tmp_path: Path) -> None:
    found = bodies(tmp_path, "Moved", "Invited", module=AVRO_MODELS)

    assert found["Address"]["namespace"] == "io.shop"
    assert found["Invited"]["references"] == [{"name": "io.shop.Address", "version": 1}]


def test_a_pydantic_avro_model_leaves_nothing_of_its_librarys_own(tmp_path: Path) -> None:
    assert set(bodies(tmp_path, "Billed", module=AVRO_MODELS)["Billed"]) == {"type", "name", "namespace", "fields"}


def test_a_dataclass_is_read_by_its_annotations(tmp_path: Path) -> None:
    body = bodies(tmp_path, "Ordered")["Ordered"]

    fields = {each.pop("name"): each for each in body["fields"]}
    assert body["doc"] == "An order was placed."
    assert fields == {
        "order_id": {"type": {"type": "string", "logicalType": "uuid"}},
        "at": {"type": {"type": "long", "logicalType": "timestamp-micros"}},
        "day": {"type": {"type": "int", "logicalType": "date"}},
        "lines": {
            "type": {
                "type": "array",
                "items": {
                    "type": "record",
                    "name": "Line",
                    "doc": "One thing that was ordered.",
                    "fields": [
                        {"name": "sku", "type": "string"},
                        {
                            "name": "price",
                            "type": {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2},
                        },
                    ],
                },
            }
        },
        "channel": {
            "type": {"type": "enum", "name": "Channel", "symbols": ["web", "app", "OTHER"]},
            "default": "web",
        },
        "labels": {"type": {"type": "map", "values": "long"}, "default": {}},
        "note": {"type": ["null", "string"], "default": None},
        "count": {"type": ["long", "null"], "default": 3},
        "same": {"type": ["null", "Line"], "default": None},
        "kind": {"type": "string", "default": "a"},
        "blob": {"type": "bytes", "default": "ÿ"},
        "nonce": {"type": "string", "doc": "A number once."},
    }


def test_a_pydantic_model_brings_its_digits_and_descriptions(tmp_path: Path) -> None:
    total, tags = bodies(tmp_path, "Paid")["Paid"]["fields"]

    assert total == {
        "name": "total",
        "type": {"type": "bytes", "logicalType": "decimal", "precision": 12, "scale": 2},
        "doc": "What was paid.",
    }
    assert tags == {"name": "tags", "type": {"type": "array", "items": "string"}, "default": []}


@pytest.mark.parametrize("cls", [Paid, Line])
def test_what_was_read_from_annotations_is_what_the_class_is_sent_with(cls: type[Any], tmp_path: Path) -> None:
    body = bodies(tmp_path, cls.__name__)[cls.__name__]

    assert adapt(cls, schema=avro.parse(body)) is not None


def test_every_field_that_avro_has_no_type_for_is_named() -> None:
    with pytest.raises(ContractError) as caught:
        from_python([f"{__name__}:Odd"], SHOP)

    assert [(problem.message, problem.file) for problem in caught.value.problems] == [
        ("Avro has no type for timedelta", f"{__name__}:Odd.wait"),
        ("a Decimal needs its precision and scale", f"{__name__}:Odd.price"),
        ("Avro has no type for Any", f"{__name__}:Odd.anything"),
    ]


def test_a_class_without_a_namespace_needs_one_to_be_given() -> None:
    with pytest.raises(ContractError, match=r"Line: the class says no namespace .*--namespace"):
        from_python([f"{__name__}:Line"], Wishes())


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ("", "{}", "the module {} defines no model"),
        ("", "{}:Order", "{}:Order: the module has no such class"),
        ("Order = 3", "{}:Order", "{}:Order: the module has it, but it is no model"),
        ("1 / 0", "{}:Order", "{}: importing it failed: ZeroDivisionError: division by zero"),
        ("raise SystemExit(3)", "{}:Order", "{}: importing it ended with sys.exit"),
        ("import not_installed_here", "{}:Order", "there is no module not_installed_here"),
        ("import dataclasses_avroschema.nothing", "{}:Order", "there is no module dataclasses_avroschema.nothing"),
    ],
)
def test_what_is_wrong_with_a_module_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, name: str, said: str
) -> None:
    module = f"odd_module_{abs(hash(text + name))}"
    write(tmp_path, {f"{module}.py": text})
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])

    with pytest.raises(ContractError) as caught:
        from_python([name.format(module)], SHOP)

    assert said.format(module) in str(caught.value)


def test_a_library_that_eventpact_does_not_bring_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"needs_avroschema.py": "from dataclasses_avroschema import AvroModel\n"})
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    for name in [name for name in sys.modules if name.partition(".")[0] == "dataclasses_avroschema"]:
        monkeypatch.delitem(sys.modules, name)

    with pytest.raises(ContractError, match="pip install dataclasses-avroschema: eventpact does not bring it"):
        from_python(["needs_avroschema:Order"], SHOP)
