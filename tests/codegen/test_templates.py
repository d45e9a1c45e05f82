"""Templates and passes are replaceable, and neither can put a contract's text into a file unescaped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from eventpact.errors import OutputError
from eventpact_codegen import render
from eventpact_codegen.python.draft import Draft
from eventpact_codegen.python.target import PYTHON
from eventpact_codegen.target import Pass
from tests.registry.contracts.building import load


def with_template(folder: Path, name: str, text: str) -> dict[str, str]:
    """The shop's files when a template is replaced."""
    (folder / "templates").mkdir()
    (folder / "templates" / name).write_text(text)
    [(_, files)] = render(load(), folder / "out", templates=folder / "templates").values()
    return dict(files)


def test_a_users_template_replaces_the_built_in_one_of_its_name(tmp_path: Path) -> None:
    files = with_template(tmp_path, "README.md.jinja", "Ours: {{ view.distribution }}\n")

    assert files["README.md"] == "Ours: shop-events\n"
    assert files["shop_events/events.py"].startswith('"""Events of `io.shop`.')


def test_a_template_cannot_print_what_was_not_escaped(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"README\.md\.jinja cannot make README\.md: 'plain' is not source text"):
        with_template(tmp_path, "README.md.jinja", "{{ 'pla' ~ 'in' }}")


@pytest.mark.parametrize("text", ["{{ view.nothing }}", "{% for %}"])
def test_a_wrong_template_is_one_clear_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(OutputError, match=r"template README\.md\.jinja cannot make README\.md"):
        with_template(tmp_path, "README.md.jinja", text)


def test_source_that_is_no_python_is_an_error_before_any_file_is_written(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"ruff format failed on generated code"):
        with_template(tmp_path, "topics.py.jinja", "def (:\n")


def test_a_pass_can_be_put_between_the_others(tmp_path: Path) -> None:
    def shout(draft: Draft) -> Draft:
        return replace(draft, class_names={key: name.upper() for key, name in draft.class_names.items()})

    at = [step.name for step in PYTHON.passes].index("spelling") + 1
    passes = (*PYTHON.passes[:at], Pass("shouting", shout), *PYTHON.passes[at:])
    [(_, files)] = render(load(), tmp_path, target=replace(PYTHON, passes=passes)).values()

    assert "class ORDERPLACED(Event, contract=" in files["shop_events/events.py"]
    assert '"shop_events.events:ORDERPLACED"' in files["shop_events/producer.py"]
