"""Whatever stands in a contract file, loading ends in a repository or in problems that say where: no traceback."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eventpact.errors import ContractError, Problem
from eventpact_registry.contracts.repository import ContractRepository

from .building import ORDER_PLACED, SHOP, SYSTEM, MemorySource, avsc, field, problems

FULL = {
    **SHOP,
    "eventpact.yaml": "rules: {EVENT_DOC: error}\nruntime-path: ..\n",
    "shop/system.yaml": f"""{SYSTEM}
defaults: {{retry: {{attempts: 3, backoff: 100ms}}, headers: {{a: =b}}, config: {{min.insync.replicas: 2}}}}
groups: {{billing: {{description: Bills., topics: ["order.*"], reads: {{OrderPlaced: 1}}}}}}
fill: {{orderId: id}}
alerts: {{lag: {{warning: 1}}}}
""",
    "shop/types/Address.v1.avsc": avsc("Address", field("city")),
    "shop/order.placed/OrderPlaced.v1.avsc": avsc(
        "OrderPlaced",
        field("orderId"),
        field("to", ["null", "Address"], default=None),
        references=[{"name": "io.shop.Address", "version": 1}],
    ),
}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)


def loads_or_names_its_problems(files: dict[str, bytes]) -> None:
    said: tuple[Problem, ...] = ()
    try:
        ContractRepository.load(MemorySource(files))
    except ContractError as error:
        said = error.problems
    assert all(problem.message and problem.file and problem.line and problem.column for problem in said)


def encoded(changes: dict[str, bytes]) -> dict[str, bytes]:
    return {path: text.encode() for path, text in FULL.items()} | changes


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(FULL)), st.data())
def test_a_file_with_bytes_replaced(path: str, data: st.DataObject) -> None:
    text = bytearray(FULL[path].encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text) - 1))
        cut = data.draw(st.integers(0, 12))
        text[at : at + cut] = data.draw(
            st.binary(max_size=6) | st.sampled_from([b"{", b"]", b":", b"\n- ", b'"', b"null"])
        )

    loads_or_names_its_problems(encoded({path: bytes(text)}))


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from([path for path in sorted(FULL) if path.endswith(".avsc")]), st.data())
def test_a_schema_with_a_value_replaced(path: str, data: st.DataObject) -> None:
    schema = json.loads(FULL[path])
    holder, key = data.draw(st.sampled_from(list(places(schema))))
    holder[key] = data.draw(json_values | st.sampled_from(["OrderPlaced", "io.shop.Address", "record", [], {}]))

    loads_or_names_its_problems(encoded({path: json.dumps(schema).encode()}))


def places(node: Any) -> Any:
    """Every (container, key) in a JSON value."""
    for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield node, key
        yield from places(value)


@settings(deadline=None, max_examples=200)
@given(st.text(alphabet="abcXYZ019._-{}/ \\é\x7f\n", min_size=1, max_size=30), st.sampled_from([b"", b"{}", b"a: 1"]))
def test_a_file_of_any_name(name: str, content: bytes) -> None:
    parts = [part for part in name.split("/") if part.strip(".")]
    if parts and len(parts) <= 3:
        loads_or_names_its_problems(encoded({"/".join(parts): content}))


@pytest.mark.parametrize(
    "type_",
    [
        '{"type":"array","items":' * 5_000 + '"int"' + "}" * 5_000,
        "[" * 100_000 + "]" * 100_000,
        json.dumps([{"type": "fixed", "name": f"F{n}", "size": 1} for n in range(2_000)] * 2),
        "\"__import__('os').system('true')\"",
        '{"type":"fixed","name":"F","size":1e400}',
        '{"type":"fixed","name":"F","size":' + "9" * 5_000 + "}",
    ],
    ids=["deep arrays", "deep unions", "a union with twins", "code for a name", "an infinite size", "a huge size"],
)
def test_a_hostile_schema_is_one_problem(type_: str) -> None:
    event = ORDER_PLACED.replace('"string"', type_)

    assert len(problems({"shop/order.placed/OrderPlaced.v1.avsc": event})) == 1


def test_a_thousand_types_in_a_chain_are_loaded_without_recursion() -> None:
    def link(number: int) -> str:
        if number == 0:
            return avsc("T0", field("x"))
        previous = f"io.shop.T{number - 1}"
        # Only the pin makes the chain: types inside each other would be a schema that is too deep.
        return avsc(f"T{number}", field("x"), references=[{"name": previous, "version": 1}])

    files = {f"shop/types/T{number}.v1.avsc": link(number).encode() for number in range(1_000)}

    loads_or_names_its_problems(encoded(files))


def test_a_topic_with_every_key_wrong_reports_each_of_them() -> None:
    keys = ("description", "partitions", "retention", "key", "headers", "retry", "config")
    wrong = dict.fromkeys(keys, "[{}]")
    text = "".join(f"{key}: {value}\n" for key, value in wrong.items())

    found = problems({"shop/order.placed/topic.yaml": text})

    lines = {problem.split(":")[1] for problem in found if problem.startswith("shop/order.placed/topic.yaml")}
    assert lines == {str(line) for line in range(1, len(wrong) + 1)}
