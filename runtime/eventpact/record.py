"""What generated classes have in common: a text form that keeps secrets, a hash, JSON in and out, validation.

A generated class is a frozen, slotted, keyword-only dataclass that names the contract which it is part of:

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Money(Record, contract="shop_events._codecs.order:ORDER_PLACED_CONTRACT"):
        amount: Decimal

The contract is imported when it is first needed, so that a package with many events costs a service what it uses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from eventpact.links import load
from eventpact.wording import MASK

if TYPE_CHECKING:
    from dataclasses import Field

    from eventpact.event import EventContract
    from eventpact.record_type import RecordType


class Record:
    """Base of all generated records, events among them."""

    __slots__ = ()

    if TYPE_CHECKING:
        __dataclass_fields__: ClassVar[dict[str, Field[Any]]]
    __contract__: ClassVar[str] = ""
    """Where the contract is that the class is part of: `module:NAME`."""

    def __init_subclass__(cls, *, contract: str | None = None) -> None:
        super().__init_subclass__()
        if contract is not None:
            cls.__contract__ = contract
        for method in (Record.__repr__, Record.__hash__):
            # In the class itself, where `dataclass` sees them and adds none of its own. Models have those of pydantic.
            if getattr(cls, method.__name__) is method:
                setattr(cls, method.__name__, method)

    @recursive_repr()
    def __repr__(self) -> str:
        """As dataclasses are shown, with personal data masked: fields that are made with `repr=False`."""
        shown = (
            f"{field.name}={getattr(self, field.name)!r}" if field.repr else f"{field.name}={MASK}"
            for field in fields(self)
        )
        return f"{type(self).__qualname__}({', '.join(shown)})"

    def __hash__(self) -> int:
        """By content, as equality goes; maps count by their entries, in any order."""
        return hash((type(self), *(_hashable(getattr(self, field.name)) for field in fields(self))))

    def to_json(self, *, encoding: Literal["avro", "plain"] = "avro", indent: int | None = None) -> str:
        """The record as JSON, personal data included.

        Args:
            encoding: `avro` is the encoding of Avro's specification, which every Avro tool reads and which loses
                nothing; `plain` is for people: no tags in unions, instants in ISO 8601, decimals as text.
            indent: spaces a level; on one line when it is not given.

        Raises:
            EncodeError: it does not fit its schema.
        """
        return _type_of(type(self)).to_json(self, encoding, indent)

    @classmethod
    def from_json(cls, text: str | bytes, *, encoding: Literal["avro", "plain"] = "avro") -> Self:
        """The record that a JSON text stands for; a field with a default in the schema may be left out.

        Raises:
            DecodeError: it is no JSON, or not what the schema says: names the path.
        """
        made: Self = _type_of(cls).from_json(text, encoding)
        return made

    def validate(self) -> None:
        """Look whether the record fits its schema: types, ranges, sizes, precision and scale, symbols, at any depth.

        Sending does so anyway, and ends at the first thing that does not fit.

        Raises:
            ValidationError: lists everything that does not.
        """
        _type_of(type(self)).validate(self)


def contract_of(cls: type[Record]) -> EventContract:
    """The contract that a class is part of; imported now, if it was not before.

    Raises:
        TypeError: the class is part of none.
    """
    contract: EventContract | None = load(cls.__contract__) if cls.__contract__ else getattr(cls, "contract", None)
    if contract is None:
        raise TypeError(f"{cls.__name__} is part of no contract; generated classes are")
    return contract


def _type_of(cls: type[Record]) -> RecordType:
    # Imported on the first call: it needs the parser, which a service that only sends and receives does without.
    from eventpact.record_type import record_type  # noqa: PLC0415

    return record_type(cls)


def _hashable(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_hashable, value))
    if isinstance(value, Mapping):
        return frozenset((key, _hashable(item)) for key, item in value.items())
    return value
