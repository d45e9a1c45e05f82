"""The plan that reads a writer's bytes into a reader's types, as Avro Java 1.12's `Resolver` and its grammar do it.

Its choices are Java's: a union's branch is taken by exact name or kind, then by structure, then by promotion; records
are paired without looking at their names; two unions of one structure are paired branch by branch. Where Java fails and
the specification does not, the plan reads: a namespace that changed without an alias hides neither a field's aliases
nor a union's enum or fixed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from eventpact.avro.branches import Branches
from eventpact.avro.deep import Deep, run
from eventpact.avro.defaults import Checker, Strictness
from eventpact.avro.mismatches import described
from eventpact.avro.model import Array, Enum, Fixed, Map, Primitive, Record, Schema, Union
from eventpact.avro.pairing import PROMOTIONS, Ambiguous, Path, missing_default, pointer, targets
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
from eventpact.avro.renames import Renames
from eventpact.avro.structure import Structures

if TYPE_CHECKING:
    from eventpact.avro.plan import MismatchKind

MAX_STRUCTURES: Final = 20_000
"""How often in all a writer's record is tried on a union's records of other names; then only names count."""


def make_plan(writer: Schema, reader: Schema) -> Plan:
    """The plan of the pair; what cannot be read fails only when bytes lead there."""
    return run(_Planner(writer, reader).plan(writer, reader, None))


class _Planner:
    def __init__(self, writer: Schema, reader: Schema) -> None:
        self.renames = Renames(writer, reader)
        self.records: dict[tuple[int, int], RecordPlan | FailPlan] = {}
        self.begun: dict[tuple[int, int], list[Plan]] = {}
        self.alike = Structures(self.renames)
        self.branches: dict[int, Branches] = {}
        self.structures = 0
        self.checker = Checker(Strictness.READABLE)

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
            case Enum(), Enum() if self.renames.is_akin(writer, reader):
                known = frozenset(reader.symbols)
                symbols = [one if one in known else _substitute(one, reader, path) for one in writer.symbols]
                return EnumPlan(reader, tuple(symbols))
            case Fixed(), Fixed() if self.renames.is_akin(writer, reader):
                if writer.size == reader.size:
                    return FixedPlan(reader)
                message = f"{writer.size} bytes were written, {reader.name} has {reader.size}"
                return _fail("FIXED_SIZE_MISMATCH", path, message, "size")
            case _ if reader.kind in {"enum", "fixed"} and writer.kind == reader.kind:
                return _fail("NAME_MISMATCH", path, f"{described(writer)} was written, not {described(reader)}", "name")
            case _:
                return _fail("TYPE_MISMATCH", path, f"{described(writer)} cannot be read as {described(reader)}")

    def record(self, writer: Record, reader: Record, path: Path) -> Deep[RecordPlan | FailPlan]:
        key = (id(writer), id(reader))
        if key in self.records:
            return self.records[key]
        try:
            found = targets(writer, reader, by_alias=self.renames.between_fields(writer, reader))
        except Ambiguous as error:
            return self.refuse(key, _fail("NAME_MISMATCH", path, str(error), *error.path))
        defaults = []
        read = set(found.values())
        for index, field in enumerate(reader.fields):
            if index in read:
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
        for index, field in enumerate(writer.fields):
            if index not in found:
                plans.append(SkipPlan(field.type))
                continue
            inner = reader.fields[found[index]].type
            within = (((path, "fields"), str(found[index])), "type")
            if isinstance(field.type, Primitive) and isinstance(inner, Primitive):
                plans.append(self.leaf(field.type, inner, within))
            else:
                plans.append((yield self.plan(field.type, inner, within)))
        steps = [Step(field.name, found.get(index), plans[index]) for index, field in enumerate(writer.fields)]
        object.__setattr__(plan, "steps", tuple(steps))
        return plan

    def refuse(self, key: tuple[int, int], plan: FailPlan) -> FailPlan:
        self.records[key] = plan
        return plan

    def writer_union(self, writer: Union, reader: Schema, path: Path) -> Deep[Plan]:
        plans: list[Plan] = []
        by_position = isinstance(reader, Union) and self.alike.same(writer, reader)
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
        if id(reader) not in self.branches:
            self.branches[id(reader)] = Branches(reader)
        branches = self.branches[id(reader)]
        if not isinstance(writer, (Record, Enum, Fixed)):
            exact = branches.unnamed.get(writer.kind)
            promoted = [index for kind, index in branches.unnamed.items() if (writer.kind, kind) in PROMOTIONS]
            return exact if exact is not None else min(promoted, default=None)
        name = self.renames.name(writer)
        found = branches.named(writer.kind, name)
        if found is None and isinstance(writer, Record):
            found = yield self.structure(writer, reader, path)
        elif found is None:
            found = next(
                (index for index in branches.akin(writer, name) if _fits(writer, reader.branches[index])), None
            )
        return found

    def structure(self, writer: Record, reader: Union, path: Path) -> Deep[int | None]:
        """The first record that can be read, or the last such of the same short name."""
        chosen: int | None = None
        for index, branch in enumerate(reader.branches):
            if self.structures >= MAX_STRUCTURES:
                break
            if isinstance(branch, Record):
                self.structures += 1
                if (chosen is None or self.renames.is_same_short(writer, branch)) and (
                    yield self.can_read(writer, branch, (path, str(index)))
                ):
                    chosen = index
        return chosen

    def can_read(self, writer: Record, reader: Record, path: Path) -> Deep[bool]:
        """Whether no field fails outright; how far a record in progress got is all that is known of it."""
        plan = yield self.record(writer, reader, path)
        if isinstance(plan, FailPlan):
            return False
        begun = self.begun[(id(writer), id(reader))]
        return not any(isinstance(field, FailPlan) for field in begun)


def _fits(writer: Schema, reader: Schema) -> bool:
    """Whether an enum or fixed of another namespace can be read: Java's verdict says so, its decoder fails there."""
    return not isinstance(writer, Fixed) or (isinstance(reader, Fixed) and writer.size == reader.size)


def _substitute(symbol: str, reader: Enum, path: Path) -> str | Mismatch:
    """What stands for a symbol that the reader does not have."""
    if reader.default is not None:
        return reader.default
    message = f"{symbol} is no symbol of {reader.name}, which has no default"
    return Mismatch("MISSING_ENUM_SYMBOLS", pointer(path, "symbols"), message)


def _fail(kind: MismatchKind, path: Path, message: str, *more: str) -> FailPlan:
    return FailPlan(Mismatch(kind, pointer(path, *more), message))
