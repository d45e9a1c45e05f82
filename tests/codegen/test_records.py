"""What every generated class can do: JSON in and out, validation, equality and hash, text that keeps secrets."""

from __future__ import annotations

import copy
import json
import logging
import pickle
import pprint
from collections.abc import Iterator
from dataclasses import FrozenInstanceError, fields, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any

import pytest

from eventpact import Event, Record, avro
from eventpact.errors import DecodeError, EncodeError, ValidationError
from eventpact.record_type import record_type
from eventpact_codegen.python.names import EVENT_ATTRIBUTES, RECORD_ATTRIBUTES
from tests.codegen.conftest import Import
from tests.codegen.packages import GOLDEN, written
from tests.registry.contracts.building import avsc, field

ORDER = "shop/order.placed/OrderPlaced.v1.avsc"
TEXTS = {"type": "map", "values": "string"}


@pytest.fixture
def bookshop(import_from: Import) -> ModuleType:
    return import_from(GOLDEN / "bookshop", "bookshop_events")


@pytest.fixture
def torture(import_from: Import) -> ModuleType:
    return import_from(GOLDEN / "torture", "torture_events")


@pytest.fixture
def order(bookshop: ModuleType) -> Any:
    """An order with something in every field."""
    return bookshop.OrderPlaced(
        timestamp=datetime(2026, 3, 2, 8, tzinfo=UTC),
        metadata=bookshop.EventMetadata(source="till", correlation_id="r-1"),
        data=bookshop.OrderPlacedData(
            order_id="o-1",
            customer_id="c-1",
            total=bookshop.Money(amount=Decimal("12.50")),
            lines=(bookshop.OrderLine(isbn="978", discount=bookshop.Money(amount=Decimal("0.50"))),),
            deliver_on=date(2026, 3, 2),
            attributes={"gift": "yes", "wrap": "no"},
            shipping=bookshop.Parcel(address="1 Long Lane"),
        ),
    )


@pytest.fixture
def every_type(torture: ModuleType) -> Any:
    return torture.EveryType(
        a_required_optional=None,
        either_record=torture.Circle(centre=torture.EveryPoint(x=1)),
        a_fixed_decimal=Decimal("1.25"),
        a_local_micros=datetime(2026, 3, 2, 8),
        a_local_nanos=1,
        not_a_number=0.5,
    )


class TestJson:
    @pytest.mark.parametrize("encoding", ["avro", "plain"])
    def test_an_event_comes_back_as_it_was(self, order: Any, encoding: Any) -> None:
        assert type(order).from_json(order.to_json(encoding=encoding), encoding=encoding) == order

    @pytest.mark.parametrize("encoding", ["avro", "plain"])
    def test_every_type_comes_back_as_it_was(self, every_type: Any, encoding: Any) -> None:
        assert (
            type(every_type).from_json(every_type.to_json(encoding=encoding, indent=2), encoding=encoding) == every_type
        )

    def test_the_avro_encoding_tags_unions_and_leaves_logical_types_as_they_are(self, order: Any) -> None:
        shown = json.loads(order.to_json())

        assert shown["timestamp"] == 1772438400000
        assert shown["data"]["total"] == {"amount": "\u0004\u00e2", "currency": "EUR"}
        assert shown["data"]["deliverOn"] == {"int": 20514}
        assert shown["data"]["shipping"] == {"org.bookshop.order.Parcel": {"address": "1 Long Lane"}}

    def test_the_plain_encoding_is_for_people(self, order: Any) -> None:
        shown = json.loads(order.to_json(encoding="plain"))

        assert shown["timestamp"] == "2026-03-02T08:00:00.000Z"
        assert shown["data"]["total"] == {"amount": "12.50", "currency": "EUR"}
        assert shown["data"]["deliverOn"] == "2026-03-02"
        assert shown["data"]["shipping"] == {"address": "1 Long Lane"}

    def test_parts_of_events_do_it_alone(self, bookshop: ModuleType) -> None:
        money = bookshop.Money(amount=Decimal("12.50"), currency=bookshop.Currency.CHF)

        assert money.to_json(encoding="plain") == '{"amount":"12.50","currency":"CHF"}'
        assert bookshop.Money.from_json('{"amount": "12.50", "currency": "CHF"}', encoding="plain") == money

    def test_pinned_versions_do_it_with_their_own_schema(self, bookshop: ModuleType, import_from: Import) -> None:
        pinned = import_from(GOLDEN / "bookshop", "bookshop_events.v1.order")
        data = pinned.OrderPlacedData(order_id="o-1", customer_id="c-1", total=bookshop.Money(amount=Decimal(1)))
        event = pinned.OrderPlaced(data=data)

        assert pinned.OrderPlaced.from_json(event.to_json()) == event
        with pytest.raises(DecodeError, match=r"^data\.shipping: missing"):
            bookshop.OrderPlaced.from_json(event.to_json())

    def test_an_event_that_does_not_fit_has_no_json(self, order: Any) -> None:
        with pytest.raises(EncodeError, match=r"data\.total\.amount"):
            replace(order, data=replace(order.data, total=replace(order.data.total, amount=Decimal("0.001")))).to_json()

    def test_what_is_wrong_with_a_text_is_said_with_its_path(self, bookshop: ModuleType, order: Any) -> None:
        text = order.to_json(encoding="plain").replace('"isbn":"978"', '"isbn":978')

        with pytest.raises(DecodeError, match=r"^data\.lines\[0\]\.isbn: expected a string, got a number$"):
            bookshop.OrderPlaced.from_json(text, encoding="plain")

    def test_what_python_cannot_hold_is_refused_without_a_byte_of_ours(
        self, torture: ModuleType, every_type: Any
    ) -> None:
        text = every_type.to_json().replace('"aTimestampMillis":0', f'"aTimestampMillis":{2**62}')

        with pytest.raises(DecodeError, match=r"^aTimestampMillis: expected a whole number") as caught:
            torture.EveryType.from_json(text)
        assert caught.value.offset is None


class TestValidation:
    def test_what_fits_is_valid(self, order: Any, every_type: Any) -> None:
        order.validate()
        every_type.validate()
        order.data.shipping.validate()

    def test_everything_that_does_not_fit_is_listed_with_its_path(self, torture: ModuleType, every_type: Any) -> None:
        wrong = replace(
            every_type,
            a_boolean=1,
            an_int=2**31,
            a_float=1e39,
            some_bytes="text",
            a_string="\ud800",
            a_fixed=b"too long",
            an_enum="no symbol",
            an_array=(1, "2", None),
            an_array_of_arrays=(("a", 1),),
            a_map={"k": "v", 1: 2},
            a_required_optional=5,
            records=(torture.EveryPoint(x=2**31), None),
            a_decimal=Decimal("0.0001"),
            a_fixed_decimal=Decimal(10) ** 17,
            a_timestamp_millis=datetime(2026, 1, 1),
            a_duration=avro.Duration(months=-1),
        )

        with pytest.raises(ValidationError) as caught:
            wrong.validate()

        assert [violation.path for violation in caught.value.violations] == [
            "aBoolean",
            "anInt",
            "aFloat",
            "someBytes",
            "aString",
            "aFixed",
            "anEnum",
            "anArray[1]",
            "anArray[2]",
            "anArrayOfArrays[0][1]",
            "aMap['k']",
            "aMap",
            "aRequiredOptional",
            "records[0].x",
            "records[1]",
            "aDecimal",
            "aFixedDecimal",
            "aTimestampMillis",
            "aDuration",
        ]
        assert str(caught.value).startswith(
            "EveryType does not fit its schema in 19 places:\n- aBoolean: expected a bool, got int\n"
        )
        assert (
            "- aDecimal: expected a Decimal (decimal), got Decimal that does not fit: more than 3 decimal places"
            in str(caught.value)
        )

    def test_what_is_said_of_one_thing_is_what_encoding_says(self, every_type: Any) -> None:
        wrong = replace(every_type, an_array=(1, 2**40))

        with pytest.raises(EncodeError) as encoding:
            type(wrong).contract.encode(wrong)
        with pytest.raises(ValidationError) as validation:
            wrong.validate()
        assert [str(violation) for violation in validation.value.violations] == [str(encoding.value)]

    def test_a_validation_error_is_an_encode_error(self, bookshop: ModuleType) -> None:
        with pytest.raises(EncodeError, match="Money does not fit its schema in 1 place"):
            bookshop.Money(amount=12.5).validate()

    def test_values_nested_too_deep_end_there(self, torture: ModuleType) -> None:
        bird = torture.Bird()
        for _ in range(200):
            bird = torture.Bird(friend=bird)

        with pytest.raises(ValidationError, match="records nest more than 100 deep"):
            bird.validate()


class TestSecrets:
    def test_personal_data_are_masked_at_any_depth(self, order: Any) -> None:
        assert "shipping=Parcel(address=***)" in repr(order)
        assert "Long Lane" not in f"{order} {order!r} {order.data.shipping} {[order]} {pprint.pformat(order)}"

    def test_whole_containers_and_records_are_masked(self, torture: ModuleType, every_type: Any) -> None:
        event = replace(
            every_type,
            a_personal_text="joe",
            a_personal_map={"joe@shop.io": (1,)},
            a_personal_record=torture.EveryPoint(x=77),
        )

        assert "a_personal_text=***, a_personal_map=***, a_personal_record=***)" in repr(event)

    def test_everything_else_is_shown_as_dataclasses_are(self, bookshop: ModuleType) -> None:
        assert repr(bookshop.Pickup(branch="north")) == "Pickup(branch='north')"

    def test_logs_hold_what_repr_holds(self, order: Any, caplog: pytest.LogCaptureFixture) -> None:
        logging.getLogger("shop").warning("sent %s and %r", order, order.data)

        assert "Long Lane" not in caplog.text
        assert "address=***" in caplog.text

    def test_errors_name_neither_values_nor_keys(self, torture: ModuleType, every_type: Any) -> None:
        event = replace(every_type, a_personal_text=["joe"], a_personal_map={"joe@shop.io": ("joe",), "ann": (2**40,)})

        with pytest.raises(ValidationError) as caught:
            event.validate()
        with pytest.raises(EncodeError, match=r"^aPersonalMap\[\*\*\*\]\[0\]: expected an int of 32 bits, got str$"):
            torture.EveryType.contract.encode(replace(event, a_personal_text=""))

        assert "joe" not in str(caught.value)
        assert "ann" not in str(caught.value)
        assert "aPersonalMap[***][0]: expected an int of 32 bits, got int" in str(caught.value)

    def test_errors_of_reading_name_no_keys_either(self, torture: ModuleType, every_type: Any) -> None:
        contract = torture.EveryType.contract
        data = contract.encode(replace(every_type, a_personal_map={"joe@shop.io": (1,)}))
        cut = data[: data.index(b"joe@shop.io") + len(b"joe@shop.io")]

        with pytest.raises(DecodeError, match=r"^aPersonalMap\[\*\*\*\] at byte \d+: ") as caught:
            contract.decode(cut)
        assert "joe" not in str(caught.value)

    def test_one_type_marked_here_and_not_there_is_refused(self, tmp_path: Path) -> None:
        person = {"type": "record", "name": "Person", "fields": [field("mail", pii=True)]}
        other = {"type": "record", "name": "Person", "fields": [field("mail")]}
        changes = {
            ORDER: avsc("OrderPlaced", field("orderId"), field("who", person)),
            "shop/order.placed/OrderSent.v1.avsc": avsc("OrderSent", field("orderId"), field("who", other)),
        }

        with pytest.raises(Exception, match=r"io\.shop\.Person is defined differently"):
            written(tmp_path, changes)


class TestValues:
    def test_events_with_maps_have_a_hash(self, order: Any) -> None:
        other = replace(order, data=replace(order.data, attributes={"wrap": "no", "gift": "yes"}))

        assert order == other
        assert hash(order) == hash(other)
        assert len({order, other, replace(order, data=replace(order.data, attributes={}))}) == 2

    def test_any_mapping_will_do(self, order: Any) -> None:
        other = replace(order, data=replace(order.data, attributes=MappingProxyType(dict(order.data.attributes))))

        assert order == other
        assert hash(order) == hash(other)

    def test_maps_inside_arrays_and_maps_count_too(self, tmp_path: Path, import_from: Import) -> None:
        deep = {"type": "array", "items": ["null", {"type": "map", "values": {"type": "array", "items": TEXTS}}]}
        cls = import_from(
            written(tmp_path, {ORDER: avsc("OrderPlaced", field("orderId"), field("deep", deep))}), "shop_events"
        ).OrderPlaced

        def made(*keys: str) -> Any:
            return cls(order_id="o", deep=(None, {key: ({key: "x"},) for key in keys}))

        assert hash(made("a", "b")) == hash(made("b", "a"))
        assert made("a", "b") == made("b", "a")

    def test_two_classes_with_the_same_values_are_different(self, bookshop: ModuleType) -> None:
        parcel, pickup = bookshop.Parcel(address="x"), bookshop.Pickup(branch="x")

        assert parcel != pickup
        assert len({parcel, pickup}) == 2

    @pytest.mark.parametrize(
        "made_again", [copy.copy, copy.deepcopy, lambda event: pickle.loads(pickle.dumps(event)), replace]
    )
    def test_copies_are_equal(self, order: Any, every_type: Any, made_again: Any) -> None:
        for event in (order, every_type):
            again = made_again(event)
            assert again == event
            assert hash(again) == hash(event)
            assert repr(again) == repr(event)

    def test_what_was_decoded_is_no_different(self, order: Any) -> None:
        decoded = order.contract.decode(order.contract.encode(order))

        assert decoded == order
        assert hash(decoded) == hash(order)
        assert pickle.loads(pickle.dumps(decoded)) == order
        assert {order: "first"}[decoded] == "first"

    def test_they_can_be_taken_apart_by_match(self, bookshop: ModuleType, order: Any) -> None:
        match order.data.shipping:
            case bookshop.Pickup(branch=branch):
                pytest.fail(branch)
            case bookshop.Parcel(address=address):
                assert address == "1 Long Lane"

    def test_they_are_frozen(self, order: Any) -> None:
        with pytest.raises(FrozenInstanceError):
            order.version = 3
        assert not hasattr(order, "__dict__")


class TestAvroSide:
    def test_attributes_know_their_avro_fields(self, torture: ModuleType, bookshop: ModuleType) -> None:
        of_event = record_type(torture.Event)

        assert of_event.name == "org.torture.class.Event"
        assert {attribute: found.name for attribute, found in of_event.fields.items()}["class_"] == "class"
        assert [found.name for found in of_event.fields.values() if found.name.startswith("_")][:2] == [
            "__init__",
            "__private",
        ]
        assert list(of_event.fields) == [each.name for each in fields(torture.Event)]
        assert record_type(bookshop.Parcel).fields["address"].is_personal
        assert repr(record_type(bookshop.Parcel)).startswith("RecordType(org.bookshop.")

    def test_symbols_keep_their_avro_spelling(self, torture: ModuleType) -> None:
        assert torture.EveryKind.title_.value == "title"
        assert torture.EveryKind("_ignore_") is torture.EveryKind.ignore_

    def test_names_that_the_base_class_needs_are_kept_free(self, torture: ModuleType) -> None:
        def public(cls: type) -> Iterator[str]:
            return (name for name in vars(cls) if not name.startswith("_"))

        assert set(public(Record)) == RECORD_ATTRIBUTES
        assert {*public(Event), *public(Record)} == EVENT_ATTRIBUTES
        assert record_type(torture.Event).fields["validate_"].name == "validate"
        assert torture.Record(to_json_="x", repr="y").validate() is None

    def test_a_class_that_nobody_generated_has_no_avro_side(self) -> None:
        class Own(Record):
            pass

        with pytest.raises(TypeError, match="Own is part of no contract"):
            Own().validate()

    def test_a_subclass_is_not_what_the_contract_knows(self, bookshop: ModuleType) -> None:
        class Mine(bookshop.Pickup):  # type: ignore[name-defined,misc]  # imported at run time
            pass

        with pytest.raises(TypeError, match="Mine is not the class that its contract knows"):
            Mine(branch="x").validate()
