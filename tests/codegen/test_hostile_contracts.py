"""Contracts written to break out of strings, docstrings, comments and project files: their text stays data."""

from __future__ import annotations

import ast
import json
import tomllib

from hypothesis import given, settings
from hypothesis import strategies as st

from eventpact_codegen.python.formatting import formatted
from tests.codegen.packages import sources
from tests.registry.contracts.building import avsc, field

PAYLOADS = st.sampled_from(
    [
        '"""\nBOOM()\n"""',
        '""" + BOOM + """',
        "'''\nBOOM()",
        '"; BOOM(); "',
        "\\\nBOOM()",
        '\\"""\nBOOM()',
        "\nBOOM()\n#",
        "\r\nBOOM()",
        "\u2028BOOM()\u2029",
        "\x0cBOOM()\x0b\x1c\x85BOOM()",
        "{BOOM}",
        "{{ BOOM }}{% set x = BOOM %}{# BOOM",
        '"]\n[tool.BOOM]\nx = "',
        "\u202eBOOM\u2066",
        "*/ BOOM",
    ]
)
TEXT = (
    st.lists(
        PAYLOADS | st.text(st.characters(max_codepoint=0xFFFD, exclude_categories=["Cs"]), max_size=8),
        min_size=1,
        max_size=3,
    )
    .map(" ".join)
    .filter(lambda text: text.strip())
)


def identifiers(tree: ast.AST) -> set[str]:
    """Every name in source: of variables, attributes, functions, classes, modules and arguments."""
    spelled = ("id", "attr", "name", "asname", "arg", "module")
    found = {getattr(node, kind, None) for node in ast.walk(tree) for kind in spelled}
    return {name for name in found if isinstance(name, str)}


@settings(max_examples=25, deadline=None)
@given(st.lists(TEXT, min_size=6, max_size=6))
def test_no_text_of_a_contract_becomes_code(texts: list[str]) -> None:
    doc, default, description, header, setting, symbol_doc = texts
    kind = {"type": "enum", "name": "Kind", "symbols": ["A"], "doc": symbol_doc, "note": doc}
    event = avsc(
        "OrderPlaced",
        field("orderId", doc=doc),
        field("note", default=default, doc=default, pii=description),
        field("raw", "bytes", default="".join(char for char in default if ord(char) < 256)),
        field("tags", {"type": "map", "values": "string"}, default={description: default}),
        field("kind", kind, default="A"),
        field("alias", "string", default="", aliases=[doc, default]),
        field("unknown", {"type": "string", "logicalType": description, doc: default}, default=default),
        doc=doc,
    )
    topic = {
        "description": description,
        "partitions": 1,
        "retention": "1d",
        "key": "orderId",
        "headers": {"content-type": "=" + "".join(filter(str.isprintable, header))},
    }
    shop = {
        "system": "shop",
        "namespace": "io.shop",
        "description": description,
        "owner": description,
        "package": {"name": "shop-events", "version": "1.0.0"},
        "producer": {"client.rack": setting},
        "groups": {"reader": {"description": doc, "topics": ["*"], "settings": {"client.rack": setting}}},
    }

    files = sources(
        {
            "shop/system.yaml": json.dumps(shop),
            "shop/order.placed/topic.yaml": json.dumps(topic),
            "shop/order.placed/OrderPlaced.v1.avsc": event,
        }
    )

    assert formatted(files) == files
    for path, text in files.items():
        if path.endswith(".py"):
            assert not [name for name in identifiers(ast.parse(text)) if "BOOM" in name]
    project = tomllib.loads(files["pyproject.toml"])
    assert set(project["tool"]) == {"hatch", "ruff", "mypy"}
    assert project["project"]["name"] == "shop-events"
