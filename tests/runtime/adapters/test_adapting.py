"""Classes that no contract made, tied to a schema and sent through our codec."""

import datetime as dt
import decimal
import enum
import io
import json
import typing
import uuid
from dataclasses import dataclass, field, make_dataclass
from typing import Any, ClassVar, Literal

import fastavro
import pydantic
import pytest
from dataclasses_avroschema import AvroModel, types
from dataclasses_avroschema.pydantic import AvroBaseModel

from eventpact import Context, Group, Producer, Settings, adapt, avro
from eventpact.adapters import Adapted
from eventpact.containers import read_events, write_events
from eventpact.errors import DecodeError, EncodeError, ModelError, SchemaError
from eventpact_testing.broker import LocalBroker

ORDER: dict[str, Any] = {
    "type": "record",
    "name": "Order",
    "namespace": "io.shop",
    "fields": [
        {"name": "orderId", "type": {"type": "string", "logicalType": "uuid"}},
        {"name": "status", "type": {"type": "enum", "name": "Status", "symbols": ["OPEN", "PAID"]}},
        {
            "name": "lines",
            "type": {
                "type": "array",
                "items": {
                    "type": "record",
                    "name": "Line",
                    "fields": [
                        {"name": "sku", "type": "string"},
                        {
                            "name": "price",
                            "type": {"type": "bytes", "logicalType": "decimal", "precision": 10, "scale": 2},
                        },
                    ],
                },
            },
        },
        {"name": "placedAt", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {"name": "note", "type": ["null", "string"], "default": None},
        {"name": "labels", "type": {"type": "map", "values": "int"}, "default": {}},
        {"name": "replaces", "type": ["null", "Order"], "default": None},
    ],
}
ID = uuid.UUID("00000000-0000-4000-8000-000000000001")
AT = dt.datetime(2024, 2, 29, 12, tzinfo=dt.UTC)


class Status(enum.StrEnum):
    OPEN = "OPEN"
    PAID = "PAID"


class PydanticLine(pydantic.BaseModel):
    sku: str
    price: decimal.Decimal


class PydanticOrder(pydantic.BaseModel):
    order_id: uuid.UUID = pydantic.Field(alias="orderId")
    status: Status = Status.OPEN
    lines: list[PydanticLine]
    placed_at: dt.datetime
    note: str | None = None
    labels: dict[str, int] = {}
    replaces: "PydanticOrder | None" = None


@dataclass
class Line:
    sku: str
    price: decimal.Decimal


@dataclass
class Order:
    order_id: uuid.UUID
    status: Status
    lines: list[Line]
    placed_at: dt.datetime
    note: str | None = None
    labels: dict[str, int] = field(default_factory=dict)
    replaces: "Order | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FastLine:
    sku: str
    price: decimal.Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class FastOrder:
    order_id: uuid.UUID
    status: Status
    lines: tuple[FastLine, ...]
    placed_at: dt.datetime
    note: str | None = None
    labels: typing.Mapping[str, int] = field(default_factory=dict)
    replaces: "FastOrder | None" = None


def pydantic_order(**changes: Any) -> Any:
    lines = [PydanticLine(sku="s", price=decimal.Decimal("1.50"))]
    return PydanticOrder(**{"orderId": ID, "lines": lines, "placed_at": AT, "labels": {"a": 1}, **changes})


def plain_order(**changes: Any) -> Any:
    lines = [Line("s", decimal.Decimal("1.50"))]
    return Order(
        **{"order_id": ID, "status": Status.OPEN, "lines": lines, "placed_at": AT, "labels": {"a": 1}, **changes}
    )


def fast_order(**changes: Any) -> Any:
    lines = (FastLine(sku="s", price=decimal.Decimal("1.50")),)
    given = {"order_id": ID, "status": Status.OPEN, "lines": lines, "placed_at": AT, "labels": {"a": 1}, **changes}
    return FastOrder(**given)


EXPECTED = {
    "orderId": ID,
    "status": "OPEN",
    "lines": [{"sku": "s", "price": decimal.Decimal("1.50")}],
    "placedAt": AT,
    "note": None,
    "labels": {"a": 1},
    "replaces": None,
}


@pytest.mark.parametrize("make", [pydantic_order, plain_order, fast_order], ids=["pydantic", "dataclass", "slotted"])
class TestEveryKindOfClass:
    def test_others_read_what_it_sends(self, make: Any) -> None:
        data = adapt(type(make()), schema=ORDER).encode(make())

        assert fastavro.schemaless_reader(io.BytesIO(data), ORDER, None) == EXPECTED

    def test_it_comes_back_as_it_was(self, make: Any) -> None:
        orders = adapt(type(make()), schema=ORDER)
        order = make(replaces=make(note="first"), status=Status.PAID)

        assert orders.decode(orders.encode(order)) == order
        assert type(orders.decode(orders.encode(order)).lines) is type(order.lines)

    def test_older_and_newer_writers_are_resolved(self, make: Any) -> None:
        orders = adapt(type(make()), schema=ORDER)
        older = {**ORDER, "fields": [f for f in ORDER["fields"] if f["name"] not in {"labels", "note", "replaces"}]}
        written = avro.Codec(avro.parse(older)).encode(
            {name: EXPECTED[name] for name in ("orderId", "status", "lines", "placedAt")}
        )

        assert orders.decode(written, avro.parse(older)) == make(labels={})

    def test_a_wrong_value_is_refused_with_its_path(self, make: Any) -> None:
        orders = adapt(type(make()), schema=ORDER)
        order = make()
        object.__setattr__(order, "note", 5)

        with pytest.raises(EncodeError, match=r"note: expected .*got int"):
            orders.encode(order)

    def test_an_instance_of_another_class_is_refused(self, make: Any) -> None:
        orders: Any = adapt(type(make()), schema=ORDER)

        with pytest.raises(EncodeError, match=r"expected .*Order"):
            orders.encode({"orderId": "x"})

    def test_files_of_it_are_written_and_read(self, make: Any) -> None:
        orders = adapt(type(make()), schema=ORDER)
        stream = io.BytesIO()

        write_events(stream, [make(), make(note="second")], event=orders)
        stream.seek(0)

        assert list(read_events(stream, orders)) == [make(), make(note="second")]


class TestAvroModels:
    def test_a_model_brings_its_own_schema(self) -> None:
        @dataclass
        class Address(AvroModel):
            street: str

        @dataclass
        class User(AvroModel):
            name: str
            age: types.Int32
            pets: list[str]
            accounts: dict[str, int]
            money: types.condecimal(max_digits=10, decimal_places=3)  # type: ignore[valid-type]  # as its documentation
            address: Address
            checksum: types.confixed(size=4)  # type: ignore[valid-type]  # as its documentation
            since: dt.datetime | None = None
            kind: Literal["USER", "ADMIN"] = "USER"
            id: uuid.UUID = field(default_factory=uuid.uuid4)

            class Meta:
                namespace = "io.users"

        users = adapt(User)
        user = User("Ada", 36, ["cat"], {"a": 1 << 40}, decimal.Decimal("1.250"), Address("High"), b"abcd", AT, "ADMIN")

        assert users.contract.full_name == "io.users.User"
        assert users.decode(users.encode(user)) == user
        assert users.encode(user) == user.serialize()

    def test_a_pydantic_model_of_it_does_too(self) -> None:
        class Person(AvroBaseModel):
            name: str
            tags: list[str] = pydantic.Field(default_factory=list)

        people = adapt(Person)

        assert people.decode(people.encode(Person(name="Ada", tags=["x"]))) == Person(name="Ada", tags=["x"])
        assert people.encode(Person(name="Ada")) == Person(name="Ada").serialize()


class TestUnions:
    SCHEMA: ClassVar = {
        "type": "record",
        "name": "Paid",
        "fields": [
            {
                "name": "by",
                "type": [
                    "null",
                    {"type": "record", "name": "Card", "fields": [{"name": "number", "type": "string"}]},
                    {"type": "record", "name": "Voucher", "fields": [{"name": "number", "type": "string"}]},
                    {"type": "array", "items": "string"},
                    {"type": "enum", "name": "Other", "symbols": ["CASH", "CHEQUE"]},
                    "long",
                    "string",
                ],
            }
        ],
    }

    @pytest.mark.parametrize("base", ["pydantic", "dataclass"])
    def test_branches_are_told_apart_by_class(self, base: str) -> None:
        class Other(enum.Enum):
            CASH = 1
            CHEQUE = 2

        def model(name: str, attribute: str, hint: Any) -> Any:
            if base == "pydantic":
                create: Any = pydantic.create_model
                return create(name, **{attribute: (hint, ...)})
            return make_dataclass(name, [(attribute, hint)])

        card, voucher = model("Card", "number", str), model("Voucher", "number", str)
        paid = adapt(model("Paid", "by", voucher | card | list[str] | Other | int | str | None), schema=self.SCHEMA)

        for value in (None, card(number="1"), voucher(number="1"), ["a"], Other.CHEQUE, 5, "CASH"):
            back = paid.decode(paid.encode(paid.model(by=value))).by
            assert back == value
            assert type(back) is type(value)


class TestDifferences:
    def test_all_are_listed_before_anything_is_sent(self) -> None:
        @dataclass
        class Wrong:
            order_id: str
            status: Literal["OPEN", "LOST"]
            lines: dict[str, int]
            note: str
            labels: dict[str, int] | None
            replaces: Line | None
            color: str = ""

        with pytest.raises(ModelError) as caught:
            adapt(Wrong, schema=ORDER)

        assert [problem.message for problem in caught.value.problems] == [
            "Wrong.order_id: the schema has uuid, the class has str",
            "Wrong.status: the schema has the symbols PAID, Literal['OPEN', 'LOST'] has not",
            "Wrong.status: Literal['OPEN', 'LOST'] has LOST, the schema's enum has not",
            "Wrong.lines: the schema has array, the class has dict[str, int]",
            "Wrong: the schema's field placedAt has no attribute in Wrong",
            "Wrong.note: the schema allows null, the class has str",
            "Wrong.labels: may be None, the schema has map alone",
            *[
                f"Wrong.replaces: the schema's field {name} has no attribute in Line"
                for name in ("orderId", "status", "lines", "placedAt", "note", "labels", "replaces")
            ],
            "Wrong.replaces.sku: io.shop.Order has no field for it: its value would be lost",
            "Wrong.replaces.price: io.shop.Order has no field for it: its value would be lost",
            "Wrong.color: io.shop.Order has no field for it: its value would be lost",
        ]

    def test_each_says_what_to_do(self) -> None:
        @dataclass
        class One:
            value: str

        price = {"type": "bytes", "logicalType": "decimal", "precision": 4}
        schema = {"type": "record", "name": "One", "fields": [{"name": "value", "type": price}]}

        with pytest.raises(ModelError, match=r"annotate Decimal, or give adapt\(\) a converter"):
            adapt(One, schema=schema)

    def test_a_class_without_a_schema_needs_one(self) -> None:
        with pytest.raises(ModelError, match=r"Line has no schema of its own .*adapt\(…, schema=…\)"):
            adapt(Line)

    def test_a_schema_that_is_no_record_is_refused(self) -> None:
        with pytest.raises(ModelError, match="Line is sent as a record, its schema is of kind string"):
            adapt(Line, schema='"string"')

    def test_a_schema_must_be_valid(self) -> None:
        with pytest.raises(SchemaError):
            adapt(Line, schema='{"type": "recrod"}')

    def test_a_class_that_is_neither_is_refused(self) -> None:
        class Bare:
            sku: str

        with pytest.raises(ModelError, match="annotate a dataclass or a pydantic model"):
            adapt(Bare, schema=ORDER)


def test_a_model_that_refuses_what_it_is_given_ends_in_a_decode_error() -> None:
    class Positive(pydantic.BaseModel):
        value: int = pydantic.Field(gt=0)

    schema = {"type": "record", "name": "Positive", "fields": [{"name": "value", "type": "int"}]}
    numbers = adapt(Positive, schema=schema)

    with pytest.raises(DecodeError, match="greater than 0"):
        numbers.decode(b"\x01")


def test_fields_are_matched_by_the_aliases_of_either_side() -> None:
    class Renamed(pydantic.BaseModel):
        model_config = pydantic.ConfigDict(populate_by_name=True)
        who: str = pydantic.Field(alias="user-name", serialization_alias="userName")
        before: str
        HTTPCode: int

    schema = {
        "type": "record",
        "name": "Renamed",
        "fields": [
            {"name": "userName", "type": "string"},
            {"name": "after", "type": "string", "aliases": ["before"]},
            {"name": "http_code", "type": "int"},
        ],
    }
    renamed = adapt(Renamed, schema=schema)
    value = Renamed.model_validate({"who": "Ada", "before": "x", "HTTPCode": 200})

    assert renamed.decode(renamed.encode(value)) == value


def test_a_schema_may_refer_to_others() -> None:
    line = avro.parse(json.dumps(ORDER["fields"][2]["type"]["items"] | {"namespace": "io.shop"}))
    basket = {
        "type": "record",
        "name": "Basket",
        "fields": [{"name": "lines", "type": {"type": "array", "items": "io.shop.Line"}}],
    }

    @dataclass
    class Basket:
        lines: list[Line]

    baskets = adapt(Basket, schema=basket, references=[line])
    value = Basket([Line("s", decimal.Decimal("1.50"))])

    assert baskets.decode(baskets.encode(value)) == value
    assert avro.parse(baskets.contract.schema)  # stands on its own


class Shipped(pydantic.BaseModel):
    order_id: str
    to: str | None = None


SHIPPED = {
    "type": "record",
    "name": "Shipped",
    "fields": [{"name": "order_id", "type": "string"}, {"name": "to", "type": ["null", "string"], "default": None}],
}


class TestAsEvents:
    def test_a_producer_sends_them_and_a_group_reads_them(self, broker: LocalBroker, settings: Settings) -> None:
        shipped = adapt(
            Shipped,
            schema=SHIPPED,
            topic="sample.dead",
            key=["to", "order_id"],
            headers={"kind": "=shipped", "id": "order_id"},
        )

        class Shipping(Group, name="shipping"):
            topics = ("sample.dead",)
            handlers: ClassVar = {"Shipped": (shipped.event_type, "on_shipped")}

            def __init__(self) -> None:
                self.seen: list[tuple[Shipped, bytes | None, dict[str, bytes]]] = []

            def on_shipped(self, event: Adapted[Shipped], context: Context) -> None:
                self.seen.append((event.value, context.key, context.headers))

        with Producer(settings, register="dev") as producer:
            producer.send_and_wait(shipped.event(Shipped(order_id="o-1")), timeout=60)
        group = Shipping()
        group.run(settings, max_events=1, idle_timeout=60)

        assert group.seen == [(Shipped(order_id="o-1"), b"o-1", {"kind": b"shipped", "id": b"o-1"})]

    def test_a_key_or_header_that_is_no_attribute_is_refused_at_once(self) -> None:
        with pytest.raises(ModelError) as caught:
            adapt(Shipped, schema=SHIPPED, key=["orderId"], headers={"id": "order_id", "kind": "=x", "by": "who.id"})

        assert [problem.message for problem in caught.value.problems] == [
            "key 'orderId': Shipped has no attribute 'orderId'",
            "headers 'who.id': Shipped has no attribute 'who'",
        ]

    def test_they_are_equal_when_their_values_are(self) -> None:
        shipped = adapt(Shipped, schema=SHIPPED)

        assert shipped.event(Shipped(order_id="o")) == shipped.event(Shipped(order_id="o"))
        assert "Shipped(order_id='o', to=None)" in repr(shipped.event(Shipped(order_id="o")))
