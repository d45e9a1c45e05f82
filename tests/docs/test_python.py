"""The Python on the pages of the how-tos compiles, fits the generated packages under mypy, and runs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from eventpact_codegen import generate
from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.contracts.source import DirectorySource
from eventpact_testing.stack import Stack, embedded_stack, planned, synchronise
from tests.docs.pages import HOW_TOS, ROOT, Block, blocks

BLOCKS = [block for page in HOW_TOS for block in blocks(page, "python")]
SYSTEMS = ("quikapp", "chatplatform", "caas")
ROOMS = [str(ROOT / room) for room in ("runtime", "registry", "codegen", "testing")]
_TEST = "\ndef test_"
NEEDS_A_CLUSTER = "tenants.create("
"""The embedded broker creates no topics by admin requests."""


def is_test(block: Block) -> bool:
    return _TEST in block.text


@pytest.fixture(scope="module")
def repository() -> ContractRepository:
    return ContractRepository.load(DirectorySource(ROOT / "contracts"))


@pytest.fixture(scope="module")
def search_path(repository: ContractRepository, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The rooms, and the packages that the pages import."""
    out = tmp_path_factory.mktemp("packages")
    generate(repository, out, systems=SYSTEMS)
    return os.pathsep.join([*ROOMS, *(str(out / system) for system in SYSTEMS)])


@pytest.fixture(scope="module")
def stack(repository: ContractRepository) -> Iterator[Stack]:
    with embedded_stack(client_id="pages") as running:
        synchronise(planned(repository, running, systems=SYSTEMS), running)
        yield running


def write(chosen: list[Block], folder: Path) -> list[str]:
    """Each block as a file whose name tells page and line."""
    files = []
    for block in chosen:
        file = folder / f"test_{block.page.stem}_{block.line}.py".replace("-", "_")
        file.write_text(block.text, encoding="utf-8")
        files.append(str(file))
    return files


def run(*arguments: str, environ: dict[str, str], cwd: Path) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.name)
def test_a_block_compiles(block: Block) -> None:
    compile(block.text, block.name, "exec")


def test_the_blocks_are_right_to_a_strict_type_checker(search_path: str, tmp_path: Path) -> None:
    # aiokafka has no types, which is nothing that a page could do about
    options = ["--strict", "--disable-error-code=import-untyped"]
    options += ["--follow-imports=silent", f"--cache-dir={tmp_path / 'cache'}"]

    code, output = run(
        "-m", "mypy", *options, *write(BLOCKS, tmp_path), environ={"MYPYPATH": search_path}, cwd=tmp_path
    )

    assert code == 0, output


def test_the_blocks_run_on_the_embedded_stack(search_path: str, stack: Stack, tmp_path: Path) -> None:
    chosen = [block for block in BLOCKS if not is_test(block) and NEEDS_A_CLUSTER not in block.text]
    program = "import runpy, sys\nfor file in sys.argv[1:]:\n    runpy.run_path(file)\n"
    environ = {**stack.environ(), "PYTHONPATH": search_path}

    code, output = run("-c", program, *write(chosen, tmp_path), environ=environ, cwd=ROOT)

    assert code == 0, output


def test_the_tests_on_the_pages_pass(search_path: str, tmp_path: Path) -> None:
    chosen = [block for block in BLOCKS if is_test(block)]
    told = ("-o", f"eventpact_contracts={ROOT / 'contracts'}", "-o", "eventpact_packages=quikapp_events")

    code, output = run(
        *("-m", "pytest", "-q", "-p", "no:cacheprovider", "--import-mode=importlib", *told),
        *write(chosen, tmp_path),
        environ={"PYTHONPATH": search_path},
        cwd=tmp_path,
    )

    assert code == 0, output
    assert f"{sum(block.text.count(_TEST) for block in chosen)} passed" in output
