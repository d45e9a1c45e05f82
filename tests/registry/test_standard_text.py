"""One text for every way of writing the same schema."""

from __future__ import annotations

import pytest

from eventpact import avro
from eventpact_registry.standard_text import standard_text


@pytest.mark.parametrize(
    ("written", "standard"),
    [
        ('{"type": "string"}', '"string"'),
        ('["null", {"type": "int"}]', '["null","int"]'),
        (
            '{"items": {"values": {"type": "long"}, "type": "map"}, "type": "array"}',
            '{"type":"array","items":{"type":"map","values":"long"}}',
        ),
        (
            '{"logicalType": "date", "type": "int", "b": 1, "a": 2}',
            '{"type":"int","a":2,"b":1,"logicalType":"date"}',
        ),
        (
            '{"size": 2, "name": "io.acme.Pair", "type": "fixed"}',
            '{"type":"fixed","name":"Pair","namespace":"io.acme","size":2}',
        ),
        (
            '{"symbols": ["A"], "default": "A", "aliases": ["io.acme.Old", "io.old.Older"], "doc": "Ü",'
            ' "name": "E", "namespace": "io.acme", "type": "enum"}',
            '{"type":"enum","name":"E","namespace":"io.acme","doc":"Ü","symbols":["A"],"default":"A",'
            '"aliases":["Old","io.old.Older"]}',
        ),
    ],
)
def test_attributes_stand_in_one_order_and_names_in_one_form(written: str, standard: str) -> None:
    assert standard_text(written) == standard


def test_a_type_is_named_as_shortly_as_its_namespace_allows() -> None:
    written = """{"type": "record", "name": "io.acme.Order", "fields": [
        {"name": "next", "type": ["null", "io.acme.Order"]},
        {"name": "other", "type": {"type": "fixed", "name": "Id", "namespace": "io.other", "size": 1}},
        {"name": "again", "type": "io.other.Id"},
        {"name": "plain", "type": {"type": "fixed", "name": "Bare", "namespace": "", "size": 1}}]}"""

    text = standard_text(written)

    assert '"type":["null","Order"]' in text
    assert '{"type":"fixed","name":"Id","namespace":"io.other","size":1}' in text
    assert '"type":"io.other.Id"' in text
    assert '{"type":"fixed","name":"Bare","namespace":"","size":1}' in text


def test_the_ascending_order_of_a_field_goes_without_saying() -> None:
    def field(order: str) -> str:
        return f'{{"type": "record", "name": "R", "fields": [{{"name": "a", "type": "int", "order": "{order}"}}]}}'

    assert "order" not in standard_text(field("ascending"))
    assert '"order":"descending"' in standard_text(field("descending"))


def test_defaults_and_unknown_attributes_are_kept_as_they_are() -> None:
    written = """{"type": "record", "name": "R", "owner": {"type": "string"}, "fields": [
        {"name": "a", "type": {"type": "map", "values": "int"}, "default": {"type": 1}, "pii": true}]}"""

    text = standard_text(written)

    assert '"default":{"type":1},"pii":true' in text
    assert '"owner":{"type":"string"}' in text


def test_the_standard_text_is_its_own_standard_text_and_means_the_same() -> None:
    written = """{"type": "record", "name": "io.acme.R", "doc": "d", "aliases": ["Q"], "fields": [
        {"name": "e", "type": {"type": "enum", "name": "E", "symbols": ["A", "B"]}, "default": "B"},
        {"name": "u", "type": ["null", "E", "R"], "default": null, "aliases": ["v"]}]}"""

    text = standard_text(written)

    assert standard_text(text) == text
    assert avro.meaning(avro.parse(text)) == avro.meaning(avro.parse(written))
