"""The walk over a schema that makes its strategy, for plain values and for generated classes alike."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final

from hypothesis import strategies as st

from eventpact.avro.form import Form
from eventpact.avro.interpret.choose import branch_name
from eventpact.avro.model import Array, Enum, Fixed, Map, Primitive, Record, Union
from eventpact.avro.walk import children
from eventpact_testing.endings import Endings
from eventpact_testing.strategies.leaves import leaf
from eventpact_testing.strategies.overrides import NONE, Overrides, overrides

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eventpact.avro.binding import Binding
    from eventpact.avro.model import Field, Schema

MAX_ITEMS: Final = 3
"""Items of the longest container that is made."""
SPARE_DEPTH: Final = 2
"""How much deeper than they must be records nest that contain themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """Which of a schema's values are made."""

    formats: bool = True
    """Whether text follows the `"format"` of its field; otherwise it is any text."""
    name_branches: bool = False
    """Plain values: name the branch in every union of several types, not only where a value leaves it open."""
    logical_types: bool = True
    """False gives the numbers, bytes and text that logical types stand on."""
    classes: Mapping[str, Binding] = field(default_factory=dict)
    """Classes of records and enums by full name; with them arrays are tuples and branches are told by class."""


def values(
    schema: Schema,
    fields: Mapping[str, st.SearchStrategy[Any]] | None = None,
    *,
    style: Style | None = None,
) -> st.SearchStrategy[Any]:
    """Values that `avro.Codec(schema)` encodes.

    Args:
        schema: of the values.
        fields: strategies for some fields, by path (`data.userId`). A path goes through containers, and makes optional
            records on its way present.
        style: which values; by default plain ones, with text that follows formats.

    Raises:
        ValueError: a path leads to no field, or no value of the schema ends.
        TypeError: a field is given something that is no strategy.
    """
    return _Builder(schema, style or Style()).root(overrides(fields or {}))


class _Builder:
    def __init__(self, schema: Schema, style: Style) -> None:
        self._schema = schema
        self._style = style
        self._form = Form(style.logical_types, dict(style.classes))
        self._endings = Endings(schema)
        self._known: dict[tuple[int, str | None, float], st.SearchStrategy[Any]] = {}

    def root(self, given: Overrides) -> st.SearchStrategy[Any]:
        least = self._endings.least(self._schema)
        if least == float("inf"):
            raise ValueError("no value of this schema ends: each holds another of the same type")
        return self._of(self._schema, None, least + SPARE_DEPTH, given)

    def _of(self, schema: Schema, text_format: str | None, depth: float, given: Overrides) -> st.SearchStrategy[Any]:
        """Values at most `depth` deep in records that contain themselves."""
        if given:
            return self._made(schema, text_format, depth, given)
        key = (id(schema), text_format, depth)
        if key not in self._known:
            self._known[key] = self._made(schema, text_format, depth, given)
        return self._known[key]

    def _made(self, schema: Schema, text_format: str | None, depth: float, given: Overrides) -> st.SearchStrategy[Any]:
        if given and not children(schema):
            raise ValueError(f"{min(given.names)} is given inside of {schema.kind}, which has no fields")
        match schema:
            case Record():
                return self._record(schema, depth, given)
            case Union():
                return self._union(schema, text_format, depth, given)
            case Array(items=inner):
                lists = self._items(inner, text_format, depth, given)
                return lists if self._form.sequence is list else lists.map(tuple)
            case Map(values=inner):
                if self._endings.least(inner) > depth:
                    return st.builds(dict)
                filled = self._of(inner, text_format, depth, given)
                return st.dictionaries(st.text(max_size=6), filled, max_size=MAX_ITEMS)
            case Enum(name=name, symbols=symbols):
                cls = self._form.cls(name)
                return st.sampled_from([cls(symbol) for symbol in symbols] if cls else symbols)
            case Primitive() | Fixed():
                chosen = text_format if self._style.formats else None
                return leaf(schema, chosen, logical_types=self._style.logical_types)

    def _items(self, inner: Schema, text_format: str | None, depth: float, given: Overrides) -> st.SearchStrategy[Any]:
        if self._endings.least(inner) > depth:
            return st.builds(list)
        return st.lists(self._of(inner, text_format, depth, given), max_size=MAX_ITEMS)

    def _record(self, record: Record, depth: float, given: Overrides) -> st.SearchStrategy[Any]:
        binding = self._style.classes.get(record.name)
        names = binding.attributes if binding else tuple(field.name for field in record.fields)
        self._check(record, names, given)
        inner = depth - self._endings.contains_itself(record)
        strategies = {
            name: given.given[name]
            if name in given.given
            else self._of(one.type, _format(one), inner, given.below.get(name, NONE))
            for name, one in zip(names, record.fields, strict=True)
        }
        return st.builds(binding.cls, **strategies) if binding else st.fixed_dictionaries(strategies)

    def _check(self, record: Record, names: tuple[str, ...], given: Overrides) -> None:
        for unknown in sorted(given.names - set(names)):
            likely = get_close_matches(unknown, names, 1)
            hint = f"; did you mean {likely[0]}?" if likely else f"; it has {', '.join(names)}"
            raise ValueError(f"{record.name} has no field {unknown}{hint}")

    def _union(self, union: Union, text_format: str | None, depth: float, given: Overrides) -> st.SearchStrategy[Any]:
        branches = [branch for branch in union.branches if self._endings.least(branch) <= depth]
        if given:
            branches = [branch for branch in branches if self._leads_on(branch, given)]
            if not branches:
                raise ValueError(f"no branch of the union has the field {min(given.names)}")
        looks = Counter(_look(branch, self._form) for branch in union.branches)
        several = self._style.name_branches and len(union.branches) - looks["null"] > 1
        made = []
        for branch in branches:
            strategy = self._of(branch, text_format, depth, given)
            unclear = several or looks[_look(branch, self._form)] > 1
            made.append(
                _named(branch, strategy) if unclear and self._form.plain and branch.kind != "null" else strategy
            )
        return st.one_of(made)

    def _leads_on(self, branch: Schema, given: Overrides) -> bool:
        """Whether overrides can be inside a branch."""
        match branch:
            case Record():
                binding = self._style.classes.get(branch.name)
                names = binding.attributes if binding else [field.name for field in branch.fields]
                return given.names <= set(names)
            case Array(items=inner) | Map(values=inner):
                return self._leads_on(inner, given)
            case Union():
                return any(self._leads_on(inner, given) for inner in branch.branches)
            case _:
                return False


def _format(field: Field) -> str | None:
    found = field.props.get("format", getattr(field.type, "props", {}).get("format"))
    return found if isinstance(found, str) else None


def _named(branch: Schema, made: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Values with the name of their branch."""
    name = branch_name(branch)
    return made.map(lambda value: (name, value))


def _look(branch: Schema, form: Form) -> str:
    """What a plain value of a branch is in Python; where branches share it, the value alone does not tell them."""
    if isinstance(branch, (Primitive, Fixed)) and (conversion := form.conversion(branch)) is not None:
        return conversion.type.__name__
    return _LOOKS.get(branch.kind, branch.kind)


_LOOKS: Final = {
    "enum": "string",
    "fixed": "bytes",
    "map": "record",
    "int": "number",
    "long": "number",
    "float": "number",
    "double": "number",
}
