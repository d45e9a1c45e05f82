"""Classes made in less time than `dataclasses` takes are dataclasses to everything that asks."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import math
import pickle
from dataclasses import FrozenInstanceError, asdict, astuple, field, fields, is_dataclass, replace
from typing import Any

import pytest

from eventpact import Record
from eventpact.avro.binding import Binding, twin
from eventpact.classes import dataclass


def standard(cls: type[Any]) -> type[Any]:
    """What the standard decorator makes."""
    return dataclasses.dataclass(frozen=True, slots=True, kw_only=True)(cls)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line(Record):
    isbn: str
    copies: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(Record):
    """An order."""

    number: int
    lines: tuple[Line, ...] = ()
    tags: dict[str, str] = field(default_factory=dict)
    card: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Empty(Record):
    pass


def as_standard() -> type[Any]:
    """The same as `Order`, made by the standard decorator."""

    class Order:
        """An order."""

        number: int
        lines: tuple[Line, ...] = ()
        tags: dict[str, str] = field(default_factory=dict)
        card: str = field(default="", repr=False)

    return standard(Order)


def test_dataclasses_sees_one_of_its_own() -> None:
    theirs = as_standard()

    assert is_dataclass(Order)
    assert [each.name for each in fields(Order)] == [each.name for each in fields(theirs)]
    assert str(Order.__dataclass_params__) == str(theirs.__dataclass_params__)  # type: ignore[attr-defined]  # typeshed lacks it
    assert Order.__slots__ == theirs.__slots__ == ("number", "lines", "tags", "card")
    assert Order.__match_args__ == theirs.__match_args__ == ()
    assert Order.__doc__ == "An order."


def test_signatures_are_the_same() -> None:
    assert str(inspect.signature(Order)) == str(inspect.signature(as_standard()))
    assert Order.__init__.__annotations__ == as_standard().__init__.__annotations__


@pytest.mark.parametrize("given", [{}, {"number": 1, "other": 2}])
def test_wrong_arguments_are_refused_in_pythons_words(given: dict[str, Any]) -> None:
    with pytest.raises(TypeError) as ours:
        Order(**given)
    with pytest.raises(TypeError) as theirs:
        as_standard()(**given)

    assert str(ours.value) == str(theirs.value).replace("as_standard.<locals>.", "")


def test_arguments_are_keywords() -> None:
    with pytest.raises(TypeError, match="positional"):
        Order(1)  # type: ignore[call-arg]  # what is refused


def test_each_instance_has_a_default_of_its_own() -> None:
    assert Order(number=1).tags is not Order(number=1).tags


def test_values_cannot_be_changed() -> None:
    order = Order(number=1)

    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'number'"):
        order.number = 2  # type: ignore[misc]  # what is refused
    with pytest.raises(FrozenInstanceError, match="cannot delete field 'number'"):
        del order.number
    with pytest.raises(FrozenInstanceError):
        order.other = 2  # type: ignore[attr-defined]  # what is refused


def test_equality_is_by_class_and_values() -> None:
    nan = math.nan

    assert Order(number=1) == Order(number=1) != Order(number=2)
    assert Order(number=1) != as_standard()(number=1)
    assert Empty() == Empty()
    assert Order(number=nan) == Order(number=nan)  # type: ignore[arg-type]  # one and the same object, as in tuples


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it)), replace])
def test_copies_are_equal(again: Any) -> None:
    order = Order(number=1, lines=(Line(isbn="978"),), tags={"a": "b"})

    assert again(order) == order
    assert again(Empty()) == Empty()


def test_the_helpers_of_dataclasses_work() -> None:
    order = Order(number=1, lines=(Line(isbn="978"),))

    assert asdict(order)["lines"] == ({"isbn": "978", "copies": 1},)
    assert astuple(order) == (1, (("978", 1),), {}, "")
    assert replace(order, number=2) == Order(number=2, lines=order.lines)


def test_the_standard_decorator_extends_such_a_class() -> None:
    @dataclasses.dataclass(frozen=True, kw_only=True)
    class More(Line):
        title: str = ""

    assert More(isbn="978", title="Emma").title == "Emma"
    assert hash(More(isbn="978")) == hash(More(isbn="978"))


def test_codecs_fill_instances_directly() -> None:
    assert twin(Binding(Order, ("number", "lines", "tags", "card"))) is not None


def test_another_kind_of_class_is_refused() -> None:
    with pytest.raises(TypeError, match="frozen, slotted and keyword-only"):
        dataclass(frozen=False, slots=True, kw_only=True)
