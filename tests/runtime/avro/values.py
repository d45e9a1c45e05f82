"""Schemas and values of them for property tests: every type that Avro has, as hypothesis strategies.

Names are positional, so that any two schemas drawn together can stand in one union.
"""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Context, Decimal
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from eventpact import avro
from eventpact.avro.model import Array, Enum, Fixed, Map, Primitive, Record, Schema, Union

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

PRIMITIVES = ("null", "boolean", "int", "long", "float", "double", "bytes", "string")
LOGICAL: list[dict[str, Any]] = [
    {"type": "bytes", "logicalType": "decimal", "precision": 12, "scale": 4},
    {"type": "string", "logicalType": "uuid"},
    {"type": "int", "logicalType": "date"},
    {"type": "int", "logicalType": "time-millis"},
    {"type": "long", "logicalType": "time-micros"},
    {"type": "long", "logicalType": "timestamp-millis"},
    {"type": "long", "logicalType": "timestamp-micros"},
    {"type": "long", "logicalType": "local-timestamp-millis"},
    {"type": "long", "logicalType": "local-timestamp-micros"},
]
OURS: list[dict[str, Any]] = [
    {"type": "long", "logicalType": "timestamp-nanos"},
    {"type": "long", "logicalType": "local-timestamp-nanos"},
]
"""What fastavro reads differently."""
FIXED: list[dict[str, Any]] = [
    {"size": 0},
    {"size": 5},
    {"size": 9, "logicalType": "decimal", "precision": 20, "scale": 2},
]
OURS_FIXED: list[dict[str, Any]] = [{"size": 16, "logicalType": "uuid"}, {"size": 12, "logicalType": "duration"}]


@dataclass
class SchemaMaker:
    """Draws schemas as JSON."""

    draw: Callable[[st.SearchStrategy[Any]], Any]
    all_types: bool
    """Also what fastavro does not agree on."""
    ambiguous: bool = False
    """Also unions whose branches look alike: which one a value means is then a question of its inside."""
    names: Iterator[int] = field(default_factory=itertools.count)

    def schema(self, depth: int) -> Any:
        kinds = ["primitive", "primitive", "logical", "enum", "fixed"]
        kinds += ["array", "map", "union", "record", "record"] if depth else []
        match self.draw(st.sampled_from(kinds)):
            case "primitive":
                return self.draw(st.sampled_from(PRIMITIVES))
            case "logical":
                return dict(self.draw(st.sampled_from(LOGICAL + (OURS if self.all_types else []))))
            case "enum":
                count = self.draw(st.sampled_from((1, 3, 70)))
                return {"type": "enum", "name": f"E{next(self.names)}", "symbols": [f"S{i}" for i in range(count)]}
            case "fixed":
                chosen = self.draw(st.sampled_from(FIXED + (OURS_FIXED if self.all_types else [])))
                return {"type": "fixed", "name": f"F{next(self.names)}", **chosen}
            case "array":
                return {"type": "array", "items": self.schema(depth - 1)}
            case "map":
                return {"type": "map", "values": self.schema(depth - 1)}
            case "union":
                return self.union(depth)
            case _:
                return self.record(depth)

    def record(self, depth: int) -> Any:
        name = f"R{next(self.names)}"
        fields = [self.schema(depth - 1) for _ in range(self.draw(st.integers(0, 4)))]
        if self.draw(st.booleans()):
            fields.append(["null", name])
        return {
            "type": "record",
            "name": name,
            "fields": [{"name": f"f{index}", "type": schema} for index, schema in enumerate(fields)],
        }

    def union(self, depth: int) -> Any:
        branches = [self.schema(depth - 1) for _ in range(self.draw(st.integers(1, 4)))]
        if self.draw(st.booleans()):
            branches.append("null")
        if not self.all_types:
            branches = _without_guesses(branches)
        kept: dict[str, Any] = {}
        for branch in branches:
            if isinstance(branch, list):
                continue
            look = _look(branch) if self.all_types else _FASTAVRO_LOOKS.get(_kind(branch), _kind(branch))
            if self.ambiguous and _kind(branch) in {"enum", "fixed", "record"}:
                look = branch["name"]
            elif self.ambiguous:
                look = _kind(branch)
            is_new = _kind(branch) in {"enum", "fixed", "record"} or _kind(branch) not in map(_kind, kept.values())
            if is_new and look not in kept:
                kept[look] = branch
        return list(kept.values()) or ["null"]


def _kind(branch: Any) -> str:
    return branch if isinstance(branch, str) else str(branch["type"])


def _look(branch: Any) -> str:
    """What values look like; unions here have one branch a look: which branch a shared one means is tested apart."""
    logical = branch.get("logicalType", "") if isinstance(branch, dict) else ""
    if logical.endswith("nanos"):
        return "number"
    return str(logical.split("-")[0] or _LOOKS.get(_kind(branch), _kind(branch)))


def _without_guesses(branches: list[Any]) -> list[Any]:
    """No logical type beside other types: fastavro takes text for a date, a uuid or a time, and whole numbers too."""
    logical = [branch for branch in branches if isinstance(branch, dict) and "logicalType" in branch]
    others = [branch for branch in branches if branch not in logical and branch != "null"]
    return [branch for branch in branches if branch not in (logical if others else logical[1:])]


_LOOKS = {"int": "number", "long": "number", "fixed": "bytes", "enum": "string", "record": "map"}
_FASTAVRO_LOOKS = {**_LOOKS, "float": "number", "double": "number", "array": "bytes"}
"""fastavro writes an int to the first branch of numbers, and bytes to an array or a decimal."""


@st.composite
def schemas(
    draw: Callable[[st.SearchStrategy[Any]], Any], *, all_types: bool = True, ambiguous: bool = False, depth: int = 3
) -> Any:
    """A schema as JSON."""
    return SchemaMaker(draw, all_types, ambiguous).schema(depth)


def values(schema: Schema, depth: int = 0) -> st.SearchStrategy[Any]:
    """Plain values of a schema."""
    match schema:
        case Primitive(kind=kind, logical=None):
            return _PRIMITIVE_VALUES[kind]
        case Primitive(logical=logical) | Fixed(logical=logical) if logical is not None:
            if logical.name == "decimal":
                return _decimals(logical.precision, logical.scale)
            return _LOGICAL_VALUES[logical.name]
        case Fixed(size=size):
            return st.binary(min_size=size, max_size=size)
        case Enum(symbols=symbols):
            return st.sampled_from(symbols)
        case Array(items=items):
            return st.lists(values(items, depth + 1), max_size=3 if depth < 4 else 0)
        case Map(values=inner):
            return st.dictionaries(st.text(max_size=5), values(inner, depth + 1), max_size=3 if depth < 4 else 0)
        case Union(branches=branches):
            if depth > 4 and branches[0].kind == "null":
                return st.none()
            return st.one_of([values(branch, depth + 1) for branch in branches])
        case Record(fields=fields):
            return st.fixed_dictionaries({one.name: st.deferred(_of(one.type, depth + 1)) for one in fields})
        case _:
            raise AssertionError(schema)


def _of(schema: Schema, depth: int) -> Callable[[], st.SearchStrategy[Any]]:
    return lambda: values(schema, depth)


@st.composite
def typed_values(
    draw: Callable[[st.SearchStrategy[Any]], Any], *, all_types: bool = True, ambiguous: bool = False, depth: int = 3
) -> tuple[Any, Any]:
    """A schema as JSON, and a value of it."""
    schema = draw(schemas(all_types=all_types, ambiguous=ambiguous, depth=depth))
    return schema, draw(values(avro.parse(json.dumps(schema))))


def _decimals(precision: int, scale: int) -> st.SearchStrategy[Decimal]:
    most = 10**precision - 1
    return st.integers(-most, most).map(lambda n: Decimal(n).scaleb(-scale, Context(prec=precision)))


_NAIVE = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59))
_MICROS = _NAIVE.map(lambda moment: moment.replace(tzinfo=UTC))
_LONGS = st.integers(-(2**63), 2**63 - 1) | st.integers(-200, 200) | st.integers(-20000, 20000)


def _to_millis(moment: Any) -> Any:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


_PRIMITIVE_VALUES: Mapping[str, st.SearchStrategy[Any]] = {
    "null": st.none(),
    "boolean": st.booleans(),
    "int": st.integers(-(2**31), 2**31 - 1) | st.integers(-200, 200),
    "long": _LONGS,
    "float": st.floats(width=32, allow_nan=False),
    "double": st.floats(allow_nan=False),
    "bytes": st.binary(max_size=100),
    "string": st.text(max_size=10) | st.text("abé\U0001f600", min_size=60, max_size=200),
}
_LOGICAL_VALUES: Mapping[str, st.SearchStrategy[Any]] = {
    "uuid": st.uuids(),
    "date": st.dates(),
    "time-millis": st.times().map(_to_millis),
    "time-micros": st.times(),
    "timestamp-millis": _MICROS.map(_to_millis),
    "timestamp-micros": _MICROS,
    "timestamp-nanos": _LONGS,
    "local-timestamp-millis": _NAIVE.map(_to_millis),
    "local-timestamp-micros": _NAIVE,
    "local-timestamp-nanos": _LONGS,
    "duration": st.builds(avro.Duration, *[st.integers(0, 2**32 - 1)] * 3),
}
