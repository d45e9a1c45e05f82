"""The table of targets: what plug-ins may add to it, and templates that replace those of a target."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from eventpact.errors import EventPactError, OutputError
from eventpact_codegen import render
from eventpact_codegen.python.target import PYTHON
from eventpact_codegen.rendering import built_in_templates
from eventpact_codegen.targets import BUILT_IN, named, targets
from eventpact_codegen.typescript.target import TYPESCRIPT
from tests.registry.contracts.building import load

IMPORTS = (
    "from dataclasses import replace\n"
    "from eventpact_codegen.python.target import PYTHON\n"
    "from eventpact_codegen.target import ExtraPass, Pass\n"
)


@pytest.fixture(autouse=True)
def afresh() -> Iterator[None]:
    """Plug-ins are looked for once a process."""
    targets.cache_clear()
    yield
    targets.cache_clear()


@pytest.fixture
def plug_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """A distribution `acme` whose entry point is `GIVEN` of a module with this text."""
    module = f"acme_{abs(hash(request.node.name))}"
    info = tmp_path / "acme-1.0.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0.0\n")
    (info / "entry_points.txt").write_text(f"[eventpact.targets]\nacme = {module}:GIVEN\n")
    (tmp_path / f"{module}.py").write_text(IMPORTS + request.param)
    monkeypatch.syspath_prepend(str(tmp_path))


def test_the_built_in_targets_are_known_by_name() -> None:
    assert [targets()[target.name] for target in BUILT_IN] == list(BUILT_IN)
    assert named("typescript") is TYPESCRIPT


def test_an_unknown_target_is_an_error_that_lists_those_there_are() -> None:
    with pytest.raises(EventPactError, match="no target 'rust'; there are python, pydantic, typescript"):
        named("rust")


def test_passes_have_names_of_their_own() -> None:
    for target in BUILT_IN:
        assert len({step.name for step in target.passes}) == len(target.passes)


@pytest.mark.parametrize(
    "plug_in",
    ['GIVEN = (replace(PYTHON, name="cython"), ExtraPass(target="cython", step=Pass("own", id), after="layout"))\n'],
    indirect=True,
)
@pytest.mark.usefixtures("plug_in")
def test_a_plug_in_may_bring_a_target_and_passes_for_it() -> None:
    names = [step.name for step in named("cython").passes]

    assert names[:3] == ["spelling", "layout", "own"]
    assert named("python") is PYTHON


@pytest.mark.parametrize(
    ("plug_in", "said"),
    [
        ("import no_such_module\n", r"the targets of acme \(acme_\d+:GIVEN\) cannot be loaded: ModuleNotFoundError"),
        ("", "the targets of acme .* cannot be loaded: AttributeError"),
        ("GIVEN = 7\n", "of acme is neither a Target nor an ExtraPass: int; repair or uninstall it"),
        ("GIVEN = PYTHON\n", "the target 'python' of acme has the name of another one"),
        (
            'GIVEN = ExtraPass(target="rust", step=Pass("own", id), after="layout")\n',
            "the pass 'own' of acme is for a target 'rust'; there are python, pydantic, typescript",
        ),
        (
            'GIVEN = ExtraPass(target="typescript", step=Pass("own", id), after="scopes")\n',
            "the pass 'own' of acme follows 'scopes', which typescript lacks; it has spelling, layout, imports",
        ),
    ],
    indirect=["plug_in"],
)
@pytest.mark.usefixtures("plug_in")
def test_a_broken_plug_in_is_an_error_that_names_it(said: str) -> None:
    with pytest.raises(EventPactError, match=said):
        named("python")


def rendered(folder: Path, templates: dict[str, str]) -> dict[str, str]:
    """The shop's TypeScript when templates are replaced."""
    for name, text in templates.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    [(_, files)] = render(load(), folder / "out", templates=folder, target=TYPESCRIPT).values()
    return dict(files)


@pytest.mark.parametrize("name", ["python", "pydantic", "typescript"])
def test_every_template_is_there_to_be_read_and_copied(name: str) -> None:
    found = built_in_templates(named(name))

    assert "README.md.jinja" in found
    assert all(file.name == template and file.is_file() for template, file in found.items())


def test_a_target_that_builds_on_another_has_its_templates_but_for_those_of_its_own() -> None:
    python, pydantic = built_in_templates(named("python")), built_in_templates(named("pydantic"))

    assert pydantic["groups.py.jinja"] == python["groups.py.jinja"]
    assert pydantic["module.py.jinja"] != python["module.py.jinja"]


def test_a_template_of_an_unknown_name_is_an_error_that_lists_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(
        OutputError, match=r"modul\.ts\.jinja replaces no template; .* typescript has .*module\.ts\.jinja"
    ):
        rendered(tmp_path, {"modul.ts.jinja": ""})


def test_a_folder_of_templates_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="nowhere is no folder"):
        render(load(), tmp_path, templates=tmp_path / "nowhere")


def test_a_template_may_include_the_built_in_one_and_files_of_its_own(tmp_path: Path) -> None:
    files = rendered(
        tmp_path,
        {
            "module.ts.jinja": '{% include "_licence.jinja" %}{% include "builtin/module.ts.jinja" %}',
            "_licence.jinja": "// Ours.\n",
        },
    )

    assert files["src/events.ts"].startswith("// Ours.\n/**\n * Types of `io.shop`.")


@pytest.mark.parametrize("found", ["''.__class__.__mro__", "view.__class__.__init__.__globals__"])
def test_a_template_reaches_nothing_but_its_view(tmp_path: Path, found: str) -> None:
    harmless = "{{ view.name }}{% for each in [] %}{% endfor %}"

    assert rendered(tmp_path, {"README.md.jinja": harmless})["README.md"] == "shop-events"
    with pytest.raises(OutputError, match=r"template README\.md\.jinja cannot make README\.md"):
        rendered(tmp_path, {"README.md.jinja": harmless.replace("[]", found)})
