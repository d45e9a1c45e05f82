"""Classes with a say of their own: whichever executor fills and reads them, nothing that they do is passed over."""

from __future__ import annotations

import enum
import json
from dataclasses import dataclass, field
from typing import Any, Self

import pytest

from eventpact import avro

pytestmark = pytest.mark.usefixtures("executor")

FIVE = b"\x0a"
SIX = b"\x0c"


def numbered(cls: type[Any]) -> avro.Codec:
    """A codec for a record of one int, which the class calls `number`."""
    schema = {"type": "record", "name": "R", "fields": [{"name": "number", "type": "int"}]}
    return avro.Codec(avro.parse(json.dumps(schema)), classes={"R": avro.Binding(cls, ("number",))})


def refuse(number: int) -> None:
    if number > 5:
        raise ValueError("too large")


@dataclass(frozen=True, slots=True)
class Initialised:
    number: int

    def __init__(self, number: int) -> None:
        refuse(number)
        object.__setattr__(self, "number", number)


@dataclass(frozen=True, slots=True)
class New:
    number: int

    def __new__(cls, number: int) -> Self:
        refuse(number)
        return object.__new__(cls)


@dataclass(slots=True)
class Assigned:
    number: int

    def __setattr__(self, name: str, value: Any) -> None:
        refuse(value)
        object.__setattr__(self, name, value)


@pytest.mark.parametrize("cls", [Initialised, New, Assigned])
def test_a_class_that_checks_what_it_is_given_is_called(cls: type[Any]) -> None:
    codec = numbered(cls)

    assert codec.decode(FIVE) == cls(number=5)
    with pytest.raises(avro.DecodeError, match="refuses its fields: too large"):
        codec.decode(SIX)


def test_a_field_that_cannot_be_given_is_refused() -> None:
    @dataclass(frozen=True, slots=True)
    class Own:
        number: int = field(init=False)

    with pytest.raises(avro.DecodeError, match="Own refuses its fields"):
        numbered(Own).decode(FIVE)


def test_a_class_bound_to_two_records_is_filled_for_each() -> None:
    @dataclass(frozen=True, slots=True)
    class Priced:
        number: int
        price: int = 7

    fields = [{"name": "number", "type": "int"}, {"name": "price", "type": "int"}]
    schema = avro.parse(json.dumps({"type": "record", "name": "R", "fields": fields}))
    both = avro.Codec(schema, classes={"R": avro.Binding(Priced, ("number", "price"))})

    assert both.decode(FIVE + SIX) == Priced(5, 6)
    assert numbered(Priced).decode(FIVE) == Priced(5, 7)


def test_a_class_is_not_told_of_subclasses_that_nobody_made() -> None:
    told: list[str] = []

    class Registry:
        __slots__ = ()

        def __init_subclass__(cls) -> None:
            told.append(cls.__qualname__)

    @dataclass(frozen=True)
    class Registered(Registry):
        __slots__ = ("number",)
        number: int

    assert numbered(Registered).decode(FIVE) == Registered(5)
    assert told == [Registered.__qualname__]


def test_an_instance_that_says_goodbye_is_whole() -> None:
    seen: list[int] = []

    @dataclass(frozen=True, slots=True)
    class Leaving:
        number: int
        other: int

        def __del__(self) -> None:
            seen.append(self.number + self.other)

    fields = [{"name": "number", "type": "int"}, {"name": "other", "type": "int"}]
    schema = avro.parse(json.dumps({"type": "record", "name": "R", "fields": fields}))
    codec = avro.Codec(schema, classes={"R": avro.Binding(Leaving, ("number", "other"))})

    codec.encode(codec.decode(FIVE + SIX))
    with pytest.raises(avro.DecodeError):
        codec.decode(FIVE)
    assert seen == [11]


def test_an_attribute_that_is_worked_out_is_not_read_from_behind() -> None:
    class Doubled:
        __slots__ = ("_number",)

        def __init__(self, number: int) -> None:
            self._number = number

        @property
        def number(self) -> int:
            return self._number * 2

        @number.setter
        def number(self, value: int) -> None:
            self._number = value

    assert numbered(Doubled).encode(Doubled(5)) == b"\x14"


def test_a_class_of_classes_that_lies_about_their_size_is_not_believed() -> None:
    class Boasting(type):
        @property
        def __basicsize__(cls) -> int:
            return 1 << 40

    class Small(metaclass=Boasting):
        __slots__ = ("number",)

    small = Small()
    small.number = 5  # type: ignore[attr-defined]  # typing sees no slots in an unannotated class

    assert numbered(Small).encode(small) == FIVE


def test_enums_need_not_be_text() -> None:
    class Colour(enum.Enum):
        RED = "RED"
        BLUE = "BLUE"

    schema = avro.parse('{"type": "enum", "name": "Colour", "symbols": ["RED", "BLUE"]}')
    either = avro.parse('["null", "string", {"type": "enum", "name": "Colour", "symbols": ["RED", "BLUE"]}]')
    classes = {"Colour": avro.Binding(Colour)}

    assert avro.Codec(schema, classes=classes).encode(Colour.BLUE) == b"\x02"
    assert avro.Codec(schema, classes=classes).encode("BLUE") == b"\x02"
    assert avro.Codec(schema, classes=classes).decode(b"\x02") is Colour.BLUE
    assert avro.Codec(either, classes=classes).encode(Colour.BLUE) == b"\x04\x02"
    with pytest.raises(avro.EncodeError, match="expected a Colour, got str"):
        avro.Codec(schema, classes=classes).encode("GREEN")


def test_a_member_that_stands_in_for_a_symbol_is_none() -> None:
    class Colour(enum.StrEnum):
        RED = "RED"
        UNKNOWN = "UNKNOWN"

        @classmethod
        def _missing_(cls, value: object) -> Colour:
            return cls.UNKNOWN

    schema = avro.parse('{"type": "enum", "name": "Colour", "symbols": ["RED", "BLUE", "GREEN"]}')

    with pytest.raises(ValueError, match="Colour has no member for 'BLUE'"):
        avro.Codec(schema, classes={"Colour": avro.Binding(Colour)})


def test_a_class_without_slots_may_stand_for_a_record_without_fields() -> None:
    @dataclass(frozen=True)
    class Nothing:
        pass

    schema = avro.parse('{"type": "record", "name": "Nothing", "fields": []}')
    codec = avro.Codec(schema, classes={"Nothing": avro.Binding(Nothing)})

    assert codec.decode(codec.encode(Nothing())) == Nothing()
