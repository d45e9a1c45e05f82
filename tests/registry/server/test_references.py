"""Schemas that take types from other subjects."""

from __future__ import annotations

from tests.registry.server.rest import Rest, record, submission

MONEY = record("io.acme.Money", "amount: string")
PRICE = record("io.acme.Price", "money: io.acme.Money")
ORDER = record("io.acme.Order", "price: io.acme.Price")

TO_MONEY = ("io.acme.Money", "money", 1)
TO_PRICE = ("io.acme.Price", "price", 1)


def test_references_are_resolved_through_other_references(rest: Rest) -> None:
    rest.register("money", MONEY)
    rest.register("price", PRICE, TO_MONEY)

    assert rest.register("orders", ORDER, TO_PRICE).status == 200


def test_a_schema_is_given_back_with_its_references(rest: Rest) -> None:
    rest.register("money", MONEY)
    rest.register("price", PRICE, TO_MONEY)

    expected = [{"name": "io.acme.Money", "subject": "money", "version": 1}]
    assert rest("GET", "/schemas/ids/2").body["references"] == expected
    assert rest("GET", "/subjects/price/versions/1").body["references"] == expected
    assert "references" not in rest("GET", "/schemas/ids/1").body


def test_a_reference_that_leads_nowhere_is_refused(rest: Rest) -> None:
    answer = rest.register("price", PRICE, TO_MONEY)

    assert (answer.status, answer.code) == (422, 42201)
    assert 'no schema reference found for subject "money" and version 1' in answer.body["message"]


def test_a_type_that_no_reference_brings_is_refused(rest: Rest) -> None:
    rest.register("money", MONEY)

    assert rest.register("price", PRICE).code == 42201


def test_minus_one_pins_the_newest_version_of_now(rest: Rest) -> None:
    rest.register("money", MONEY)
    rest.register("price", PRICE, ("io.acme.Money", "money", -1))
    rest.register("money", record("io.acme.Money", "amount: string", "currency: string = EUR"))

    assert rest("GET", "/subjects/price/versions/1").body["references"][0]["version"] == 1


def test_the_same_text_on_another_version_of_a_type_is_another_version(rest: Rest) -> None:
    rest.register("money", MONEY)
    rest.register("money", record("io.acme.Money", "amount: string", "currency: string = EUR"))
    rest.register("price", PRICE, TO_MONEY)

    answer = rest.register("price", PRICE, ("io.acme.Money", "money", 2))

    assert answer.body["version"] == 2


def test_a_schema_with_its_references_written_out_is_found(rest: Rest) -> None:
    rest.register("money", MONEY)
    rest.register("price", PRICE, TO_MONEY)
    written_out = f'{{"type": "record", "name": "io.acme.Price", "fields": [{{"name": "money", "type": {MONEY}}}]}}'

    assert rest("POST", "/subjects/price", submission(written_out)).body["version"] == 1
    assert rest.register("price", written_out).place == (2, 1)


def test_normalising_makes_the_order_of_references_irrelevant(rest: Rest) -> None:
    both = record("io.acme.Pair", "first: io.acme.Money", "second: io.acme.Price")
    rest.register("money", MONEY)
    rest.register("price", PRICE, TO_MONEY)
    path = "/subjects/pair/versions?normalize=true"

    first = rest("POST", path, submission(both, TO_MONEY, TO_PRICE)).body
    again = rest("POST", path, submission(both, TO_PRICE, TO_MONEY)).body

    assert first == again


def test_a_version_knows_who_refers_to_it(rest: Rest) -> None:
    rest.register("money", MONEY)
    rest.register("price", PRICE, TO_MONEY)

    assert rest("GET", "/subjects/money/versions/1/referencedby").body == [2]
    assert rest("GET", "/subjects/price/versions/latest/referencedby").body == []


def test_what_others_refer_to_is_not_deleted(rest: Rest) -> None:
    rest.register("money", MONEY)
    rest.register("price", PRICE, TO_MONEY)

    for path in ("/subjects/money", "/subjects/money/versions/1"):
        answer = rest("DELETE", path)
        assert (answer.status, answer.code) == (422, 42206)

    rest("DELETE", "/subjects/price")
    assert rest("DELETE", "/subjects/money").body == [1]


def test_what_a_soft_deleted_schema_refers_to_is_kept_for_its_readers(rest: Rest) -> None:
    rest.register("money", MONEY)
    rest.register("price", PRICE, TO_MONEY)
    rest("DELETE", "/subjects/price")
    rest("DELETE", "/subjects/money")

    assert rest("DELETE", "/subjects/money?permanent=true").code == 42206

    rest("DELETE", "/subjects/price?permanent=true")
    assert rest("DELETE", "/subjects/money?permanent=true").body == [1]
