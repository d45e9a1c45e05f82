"""What holds for every schema and its generated classes: in this process, interpreted, and as a package's module."""

from __future__ import annotations

import json
import sys
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings

from eventpact import avro
from eventpact.avro.emit import ClassReference, PackagedEvent, package_module
from eventpact.avro.form import Form
from eventpact.avro.interpret.read import PlanReader
from eventpact.avro.interpret.write import ValueWriter
from tests.runtime.avro.classes import made_classes
from tests.runtime.avro.values import typed_values

pytestmark = pytest.mark.usefixtures("executor")


@settings(max_examples=200, deadline=None)
@given(typed_values())
def test_every_way_to_the_classes_gives_the_same_bytes_and_instances(case: tuple[Any, Any]) -> None:
    text = json.dumps({"type": "record", "name": "Top", "fields": [{"name": "value", "type": case[0]}]})
    schema = avro.parse(text)
    assert isinstance(schema, avro.Record)
    data = avro.Codec(schema).encode({"value": case[1]})
    classes = made_classes(schema)
    form = Form(classes=classes)

    codec = avro.Codec(schema, classes=classes)
    instance = codec.decode(data)

    assert type(instance) is classes["Top"].cls
    assert codec.encode(instance) == data
    assert PlanReader(avro.resolve(writer=schema, reader=schema).plan, form).read(data) == instance
    assert ValueWriter(schema, form).write(instance) == data

    module = made_module(schema, text, classes)
    assert module["decode_top"](data) == instance
    assert module["encode_top"](instance) == data
    cut = data[:-1]
    if cut != data:
        assert refusal(module["decode_top"], cut) == refusal(codec.decode, cut)


def refusal(decode: Any, data: bytes) -> str:
    with pytest.raises(avro.DecodeError) as raised:
        decode(data)
    return str(raised.value)


def made_module(schema: avro.Record, text: str, classes: dict[str, avro.Binding]) -> dict[str, Any]:
    """The globals of the codec module that a package would have."""
    holder = ModuleType("made_events")
    for name, binding in classes.items():
        setattr(holder, name, binding.cls)
    sys.modules["made_events"] = holder
    references = {
        name: ClassReference(module="made_events", name=name, attributes=binding.attributes)
        for name, binding in classes.items()
    }
    event = PackagedEvent(name="top", schema=schema, text=text)
    namespace: dict[str, Any] = {}
    exec(compile(package_module([event], references), "<package>", "exec"), namespace)
    return namespace
