"""A service pays for what it uses: modules of a package are imported when their classes are first asked for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.codegen.packages import GOLDEN, tool


def imported(tmp_path: Path, *lines: str) -> set[str]:
    """The modules of the bookshop's package that are loaded behind these lines, without the package's name."""
    program = "\n".join(
        [
            "import json, sys",
            f"sys.path[:0] = [{str(GOLDEN / 'bookshop')!r}]",
            "sys.dont_write_bytecode = True",
            *lines,
            "print(json.dumps([name for name in sys.modules if name.startswith('bookshop_events.')]))",
        ]
    )
    done = tool("-c", program, cwd=tmp_path)
    assert done.stderr == ""
    return {name.removeprefix("bookshop_events.") for name in json.loads(done.stdout)}


@pytest.mark.parametrize(
    ("line", "modules"),
    [
        ("import bookshop_events", set()),
        ("from bookshop_events import BookshopProducer", {"producer"}),
        ("from bookshop_events.groups import StockKeeping, Invoicing", {"groups"}),
        ("from bookshop_events import Money", {"types"}),
        ("from bookshop_events import OrderPlaced", {"order", "types"}),
    ],
)
def test_only_the_module_that_is_asked_for_is_imported(tmp_path: Path, line: str, modules: set[str]) -> None:
    assert imported(tmp_path, line) == modules


def test_a_codec_comes_with_the_first_look_at_the_contract(tmp_path: Path) -> None:
    use = ["from bookshop_events import StockChanged", "StockChanged.contract.topic"]

    assert imported(tmp_path, *use) == {"stock", "_codecs", "_codecs.stock"}


def test_handlers_bring_the_modules_of_their_events(tmp_path: Path) -> None:
    use = ["from bookshop_events.groups import Invoicing", "dict(Invoicing.handlers)"]

    assert imported(tmp_path, *use) == {"groups", "v1", "v1.order", "v1.types", "types"}


def test_neither_the_parser_nor_the_codecs_compiler_is_needed_for_classes(tmp_path: Path) -> None:
    program = (
        f"import sys; sys.path[:0] = [{str(GOLDEN / 'bookshop')!r}]; sys.dont_write_bytecode = True\n"
        "from bookshop_events import OrderPlaced, Money\n"
        "print([name for name in sys.modules if name.startswith(('eventpact.avro.', 'confluent_kafka'))])"
    )

    assert tool("-c", program, cwd=tmp_path).stdout == "[]\n"
