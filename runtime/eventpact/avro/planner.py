"""The plan that reads a writer's bytes into a reader's types, as Avro Java 1.12's `Resolver` and its grammar do it.

Its choices are Java's: a union's branch is taken by exact name or kind, then by structure, then by promotion; records
are paired without looking at their names; two unions of one structure are paired branch by branch. Where Java fails and
the specification does not, the plan reads: field aliases count although the record's namespace changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from eventpact.avro.deep import Deep, run
from eventpact.avro.defaults import Checker
from eventpact.avro.mismatches import described
from eventpact.avro.model import Array, Enum, Fixed, Map, Primitive, Record, Schema, Union
from eventpact.avro.names import short_name
from eventpact.avro.pairing import PROMOTIONS, Ambiguous, Path, missing_default, pair_fields, pointer
from eventpact.avro.plan import (
    ArrayPlan,
    EnumPlan,
    FailPlan,
    FixedPlan,
    MapPlan,
    Mismatch,
    Plan,
    ReaderUnionPlan,
    RecordPlan,
    ScalarPlan,
    SkipPlan,
    Step,
    WriterUnionPlan,
)
from eventpact.avro.structure import same_structure
from eventpact.avro.walk import walk

if TYPE_CHECKING:
    from eventpact.avro.model import Named
    from eventpact.avro.plan import MismatchKind

MAX_STRUCTURES: Final = 50_000
"""How often a writer's record is tried on a union's records of other names; then only names count."""


def make_plan(writer: Schema, reader: Schema) -> Plan:
    """The plan of the pair; what cannot be read fails only when bytes lead there."""
    return run(_Planner(writer, reader).plan(writer, reader, None))


class _Planner:
    def __init__(self, writer: Schema, reader: Schema) -> None:
        self.renamed = {} if writer is reader else _renames(reader)
        self.records: dict[tuple[int, int], RecordPlan | FailPlan] = {}
        self.begun: dict[tuple[int, int], list[Plan]] = {}
        self.alike: dict[tuple[int, int], bool] = {}
        self.structures = 0
        self.checker = Checker(exact=True)

    def name(self, writer: Named) -> str:
        """The name of a writer's type in the reader's terms."""
        return self.renamed.get(writer.name, writer.name)

    def plan(self, writer: Schema, reader: Schema, path: Path) -> Deep[Plan]:
        match writer, reader:
            case Union(), _:
                plan: Plan = yield self.writer_union(writer, reader, path)
            case _, Union():
                plan = yield self.reader_union(writer, reader, path)
            case Record(), Record():
                plan = yield self.record(writer, reader, path)
            case Array(), Array():
                plan = ArrayPlan(reader, (yield self.plan(writer.items, reader.items, (path, "items"))))
            case Map(), Map():
                plan = MapPlan(reader, (yield self.plan(writer.values, reader.values, (path, "values"))))
            case _:
                plan = self.leaf(writer, reader, path)
        return plan

    def leaf(self, writer: Schema, reader: Schema, path: Path) -> Plan:
        match writer, reader:
            case Primitive(), Primitive() if writer.kind == reader.kind or (writer.kind, reader.kind) in PROMOTIONS:
                return ScalarPlan(writer.kind, reader)
            case Enum(), Enum() if self.is_short_name(writer, reader):
                return EnumPlan(reader, tuple(_symbol(symbol, reader, path) for symbol in writer.symbols))
            case Fixed(), Fixed() if self.is_short_name(writer, reader):
                if writer.size == reader.size:
                    return FixedPlan(reader)
                message = f"{writer.size} bytes were written, {reader.name} has {reader.size}"
                return _fail("FIXED_SIZE_MISMATCH", path, message, "size")
            case _ if reader.kind in {"enum", "fixed"} and writer.kind == reader.kind:
                return _fail("NAME_MISMATCH", path, f"{described(writer)} was written, not {described(reader)}", "name")
            case _:
                return _fail("TYPE_MISMATCH", path, f"{described(writer)} cannot be read as {described(reader)}")

    def is_short_name(self, writer: Named, reader: Named) -> bool:
        return short_name(self.name(writer)) == short_name(reader.name)

    def record(self, writer: Record, reader: Record, path: Path) -> Deep[RecordPlan | FailPlan]:
        key = (id(writer), id(reader))
        if key in self.records:
            return self.records[key]
        try:
            pairs = pair_fields(writer, reader)
        except Ambiguous as error:
            return self.refuse(key, _fail("NAME_MISMATCH", path, str(error), *error.path))
        targets = _targets(writer, reader, pairs)
        defaults = []
        for index, (field, written) in enumerate(zip(reader.fields, pairs, strict=True)):
            if written is not None and targets[written] == index:
                continue
            at = ((path, "fields"), str(index))
            if not field.has_default:
                return self.refuse(key, _fail("READER_FIELD_MISSING_DEFAULT_VALUE", at, missing_default(field.name)))
            if not self.checker.accepts(field):
                message = f"the default of field {field.name!r} is none of its type"
                return self.refuse(key, _fail("READER_FIELD_MISSING_DEFAULT_VALUE", at, message))
            defaults.append((index, field.default))
        plan = self.records[key] = RecordPlan(reader, defaults=tuple(defaults))
        plans = self.begun[key] = []
        for written, field in enumerate(writer.fields):
            target = targets.get(written)
            if target is None:
                plans.append(SkipPlan(field.type))
            else:
                within = (((path, "fields"), str(target)), "type")
                plans.append((yield self.plan(field.type, reader.fields[target].type, within)))
        steps = [Step(field.name, targets.get(i), plans[i]) for i, field in enumerate(writer.fields)]
        object.__setattr__(plan, "steps", tuple(steps))
        return plan

    def refuse(self, key: tuple[int, int], plan: FailPlan) -> FailPlan:
        self.records[key] = plan
        return plan

    def writer_union(self, writer: Union, reader: Schema, path: Path) -> Deep[Plan]:
        plans: list[Plan] = []
        by_position = isinstance(reader, Union) and self.is_alike(writer, reader)
        for index, branch in enumerate(writer.branches):
            if by_position and isinstance(reader, Union):
                plan = yield self.plan(branch, reader.branches[index], (path, str(index)))
                plans.append(ReaderUnionPlan(reader, index, plan))
            else:
                plans.append((yield self.plan(branch, reader, path)))
        return WriterUnionPlan(tuple(plans))

    def reader_union(self, writer: Schema, reader: Union, path: Path) -> Deep[Plan]:
        index = yield self.branch(writer, reader, path)
        if index is None:
            return _fail("MISSING_UNION_BRANCH", path, f"no branch of the union can read {described(writer)}")
        plan = yield self.plan(writer, reader.branches[index], (path, str(index)))
        return ReaderUnionPlan(reader, index, plan)

    def branch(self, writer: Schema, reader: Union, path: Path) -> Deep[int | None]:
        """Which branch of a reader's union a writer's type goes to."""
        name = self.name(writer) if isinstance(writer, (Record, Enum, Fixed)) else None
        for index, branch in enumerate(reader.branches):
            if branch.kind == writer.kind and (name is None or getattr(branch, "name", None) == name):
                return index
        if isinstance(writer, Record):
            chosen: int | None = yield self.structure(writer, reader, path)
            return chosen
        for index, branch in enumerate(reader.branches):
            if (writer.kind, branch.kind) in PROMOTIONS:
                return index
        return None

    def structure(self, writer: Record, reader: Union, path: Path) -> Deep[int | None]:
        """The first record that can be read, or the last such of the same short name."""
        chosen: int | None = None
        for index, branch in enumerate(reader.branches):
            if not isinstance(branch, Record):
                continue
            self.structures += 1
            same_name = self.is_short_name(writer, branch)
            if self.structures > MAX_STRUCTURES and not same_name:
                continue
            if (chosen is None or same_name) and (yield self.can_read(writer, branch, (path, str(index)))):
                chosen = index
        return chosen

    def can_read(self, writer: Record, reader: Record, path: Path) -> Deep[bool]:
        """Whether no field fails outright; how far a record in progress got is all that is known of it."""
        plan = yield self.record(writer, reader, path)
        if isinstance(plan, FailPlan):
            return False
        begun = self.begun[(id(writer), id(reader))]
        return not any(isinstance(field, FailPlan) for field in begun)

    def is_alike(self, writer: Union, reader: Union) -> bool:
        """Whether two unions hold the same types under the same short names, in one order."""
        key = (id(writer), id(reader))
        if key not in self.alike:
            self.alike[key] = same_structure(writer, reader, self.renamed)
        return self.alike[key]


def _targets(writer: Record, reader: Record, pairs: list[int | None]) -> dict[int, int]:
    """Which reader field each writer field goes to; one that matches two goes to that with the alias, as in Java."""
    by_name: dict[int, int] = {}
    by_alias: dict[int, int] = {}
    for index, written in enumerate(pairs):
        if written is not None:
            same = writer.fields[written].name == reader.fields[index].name
            (by_name if same else by_alias)[written] = index
    return by_name | by_alias


def _renames(reader: Schema) -> dict[str, str]:
    return {
        alias: schema.name
        for schema in walk(reader)
        if isinstance(schema, (Record, Enum, Fixed))
        for alias in schema.aliases
    }


def _symbol(symbol: str, reader: Enum, path: Path) -> str | Mismatch:
    if symbol in reader.symbols:
        return symbol
    if reader.default is not None:
        return reader.default
    message = f"{symbol} is no symbol of {reader.name}, which has no default"
    return Mismatch("MISSING_ENUM_SYMBOLS", pointer(path, "symbols"), message)


def _fail(kind: MismatchKind, path: Path, message: str, *more: str) -> FailPlan:
    return FailPlan(Mismatch(kind, pointer(path, *more), message))
