"""`eventpact init`, and the files beside it that have contracts judged: the action, the hook, the GitLab template."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from eventpact_cli import commands
from eventpact_cli.main import cli

ROOT = Path(__file__).parents[2]
STARTER = Path(str(commands.__file__)).parents[1] / "starter"
WRITTEN = {
    ".github/workflows/contracts.yml",
    ".gitlab-ci.yml",
    ".pre-commit-config.yaml",
    "contracts/eventpact.yaml",
    "contracts/example/order.placed/OrderPlaced.v1.avsc",
    "contracts/example/order.placed/topic.yaml",
    "contracts/example/system.yaml",
}


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def files(folder: Path) -> set[str]:
    return {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}


def sh(folder: Path, script: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """A script as CI runs it: in bash, ending at the first failure, with `eventpact` on the path."""
    identity = {f"GIT_{role}_{what}": "a@b" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    plain = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")}
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=folder,
        env={**plain, **identity, "PATH": path, **environ},
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_it_writes_passes_the_gate_without_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert run("init").exit_code == 0
    checked = run("check")

    assert files(tmp_path) == WRITTEN
    assert (checked.exit_code, checked.output) == (0, "nothing found\n")


def test_what_it_writes_can_be_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run("init")

    assert run("generate", "--out", "packages").exit_code == 0
    assert (tmp_path / "packages/example/example_events/py.typed").exists()


def test_a_second_run_changes_nothing_and_says_so(tmp_path: Path) -> None:
    run("init", str(tmp_path))
    before = {path: (tmp_path / path).read_bytes() for path in WRITTEN}

    second = run("init", str(tmp_path))

    assert {path: (tmp_path / path).read_bytes() for path in files(tmp_path)} == before
    assert "written" not in second.output


def test_nothing_that_is_there_is_overwritten_or_added_to(tmp_path: Path) -> None:
    (tmp_path / "contracts").mkdir()
    (tmp_path / ".gitlab-ci.yml").write_text("stages: []\n")

    run("init", str(tmp_path))

    assert (tmp_path / ".gitlab-ci.yml").read_text() == "stages: []\n"
    assert not list((tmp_path / "contracts").iterdir())


def test_only_what_is_asked_for_judges(tmp_path: Path) -> None:
    run("init", str(tmp_path / "new"), "--with", "gitlab")

    assert {path for path in files(tmp_path / "new") if not path.startswith("contracts")} == {".gitlab-ci.yml"}


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / ".github").write_text("a file where a folder should be")

    ended = sh(tmp_path, "eventpact init")

    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
    assert "cannot be written" in ended.stderr


def test_the_gitlab_template_is_what_init_writes() -> None:
    assert (ROOT / "templates/gitlab-ci.yml").read_bytes() == (STARTER / "gitlab-ci.yml").read_bytes()


def test_pre_commit_takes_the_hook_and_the_configuration(tmp_path: Path) -> None:
    run("init", str(tmp_path))

    hook = sh(ROOT, "pre-commit validate-manifest .pre-commit-hooks.yaml")
    configuration = sh(tmp_path, "pre-commit validate-config .pre-commit-config.yaml")

    assert (hook.returncode, configuration.returncode) == (0, 0), hook.stdout + configuration.stdout


@pytest.fixture
def pull_request(tmp_path: Path) -> Path:
    """A shallow clone that stands on a branch which breaks the example's event; it has no `main`."""
    origin = tmp_path / "origin"
    run("init", str(origin))
    uuid = '{"type": "string", "logicalType": "uuid"},'
    broken = f"sed 's/\"string\",$/{uuid}/' OrderPlaced.v1.avsc > new && mv new OrderPlaced.v1.avsc && git add ."
    done = sh(
        origin,
        "git init -qb main && git add . && git commit -qm Begin && git checkout -qb change && "
        f"cd contracts/example/order.placed && {broken} && git commit -qm Break && cd ../../../.. && "
        'git clone -q --depth 1 --branch change "file://$PWD/origin" clone',
    )
    assert done.returncode == 0, done.stderr
    return tmp_path / "clone"


def steps() -> dict[str, dict[str, Any]]:
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    return {step["name"]: step for step in action["runs"]["steps"] if "name" in step}


def act(folder: Path, names: tuple[str, ...] = ("Fetch the base", "Check"), **given: str) -> tuple[int, str]:
    """The action's steps, with what GitHub would put into their environment."""
    temporary = folder.parent / "runner"
    (temporary / "eventpact").mkdir(parents=True, exist_ok=True)
    (temporary / "eventpact/bin").symlink_to(Path(sys.executable).parent, target_is_directory=True)
    environ = {"AGAINST": "", "BASE": "", "CONTRACTS": "contracts", "FORMAT": "github", **given}
    output = ""
    for name in names:
        ended = sh(folder, steps()[name]["run"], RUNNER_TEMP=str(temporary), **environ)
        output += ended.stdout + ended.stderr
        if ended.returncode:
            return ended.returncode, output
    return 0, output


def test_the_action_marks_what_a_pull_request_breaks_in_a_shallow_clone(pull_request: Path) -> None:
    summary = pull_request.parent / "summary.md"

    code, output = act(pull_request, BASE="main", GITHUB_STEP_SUMMARY=str(summary))

    assert code == 1
    assert "::error file=contracts/example/order.placed/OrderPlaced.v1.avsc," in output
    assert "VERSION_MUTATED" in summary.read_text()


def test_the_action_compares_with_what_it_is_given(pull_request: Path) -> None:
    assert act(pull_request, BASE="main", AGAINST="git:HEAD dir:contracts", FORMAT="text") == (0, "nothing found\n")


def test_the_action_outside_of_a_pull_request_compares_with_nothing(pull_request: Path) -> None:
    assert act(pull_request, FORMAT="text") == (0, "nothing found\n")


def test_the_action_takes_no_text_for_a_command(pull_request: Path) -> None:
    code, _ = act(pull_request, AGAINST="git:HEAD;touch${IFS}owned", CONTRACTS="contracts")

    assert code == 2
    assert not (pull_request / "owned").exists()


def test_the_actions_scripts_take_everything_from_the_environment() -> None:
    assert [name for name, step in steps().items() if "${{" in step["run"]] == []


def test_the_gitlab_job_writes_both_reports_and_fails_on_an_error(pull_request: Path) -> None:
    job = yaml.safe_load((ROOT / "templates/gitlab-ci.yml").read_text())["contracts"]
    script = "\n".join([job["before_script"][1], *job["script"]])

    ended = sh(pull_request, script, CONTRACTS="contracts", TARGET="main")

    assert ended.returncode == 1
    reports = [pull_request / file for file in job["artifacts"]["reports"].values()]
    assert ["VERSION_MUTATED" in report.read_text() for report in reports] == [True, True]


def test_the_workflow_judges_against_the_pull_requests_base(pull_request: Path) -> None:
    workflow = yaml.safe_load((STARTER / "github-workflow.yml").read_text())
    commands = [step["run"] for step in workflow["jobs"]["check"]["steps"] if "run" in step]

    ended = sh(pull_request, "\n".join(commands[1:]), BASE="main")

    assert ended.returncode == 1
    assert "title=VERSION_MUTATED" in ended.stdout
