"""`generate` at a user's disk: the same again, drift, files of others, and output that cannot be written."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
from pathlib import Path

import pytest

from tests.cli.commands import COMMAND, PATIENCE, Ended, Run, Started, environment, tree, write
from tests.registry.contracts.building import TOPIC, avsc, field

PACKAGE = Path("build/packages/shop")
EVENTS = PACKAGE / "shop_events"
MORE = {
    "shop/order.paid/topic.yaml": TOPIC,
    "shop/order.paid/OrderPaid.v1.avsc": avsc("OrderPaid", field("orderId")),
}
"""A second topic with an event."""


def test_a_second_run_changes_not_a_byte_and_writes_nothing(run: Run, shop: Path) -> None:
    first = run("generate")
    before, times = tree(PACKAGE), {file: file.stat().st_mtime_ns for file in PACKAGE.rglob("*")}
    second = run("generate")

    assert (first.code, first.err, second.code, second.err) == (0, "", 0, "")
    assert first.out.startswith("build/packages/shop: shop-events, 1 event, ")
    assert first.out.endswith(f" files, {len(before)} changed\n")
    assert second.out.endswith(" files, unchanged\n")
    assert tree(PACKAGE) == before
    assert {file: file.stat().st_mtime_ns for file in PACKAGE.rglob("*")} == times


def test_quiet_says_nothing_when_all_went_well(run: Run, shop: Path) -> None:
    said = run("generate", "--quiet")

    assert (said.code, said.out, said.err) == (0, "", "")


def test_only_the_systems_that_are_asked_for_are_written(run: Run, shop: Path) -> None:
    store = {"store/system.yaml": (shop / "shop/system.yaml").read_text().replace("shop", "store")}
    write(shop, {**store, "store/stock/topic.yaml": TOPIC.replace("orderId", "item")})
    write(shop, {"store/stock/Stocked.v1.avsc": avsc("Stocked", field("item"), namespace="io.store")})

    assert run("generate", "--system", "store").code == 0
    assert [folder.name for folder in Path("build/packages").iterdir()] == ["store"]


def test_drift_is_listed_and_fails_and_nothing_is_written(run: Run, shop: Path) -> None:
    run("generate")
    write(shop, MORE)
    before = tree(PACKAGE)

    checked = run("generate", "--check")

    assert (checked.code, checked.err) == (1, "")
    assert f"{EVENTS}/schemas/io.shop.OrderPaid.v1.avsc: missing\n" in checked.out
    assert f"{EVENTS}/__init__.py: changed\n" in checked.out
    assert checked.out.splitlines()[-1].endswith(
        "files differ from the contracts; run `eventpact generate --out build/packages`"
    )
    assert tree(PACKAGE) == before
    run("generate")
    assert run("generate", "--check").code == 0


def test_drift_leads_to_the_command_that_was_checked(run: Run, shop: Path) -> None:
    Path("our templates").mkdir()

    said = run("generate", "--check", "--system", "shop", "--templates", "our templates", "--target", "typescript").out

    assert said.splitlines()[-1].endswith(
        "run `eventpact generate --system shop --target typescript --out build/typescript --templates 'our templates'`"
    )


def test_one_file_that_differs_is_counted_as_one(run: Run, shop: Path) -> None:
    run("generate")
    (EVENTS / "py.typed").unlink()

    assert run("generate", "--check").out.splitlines()[-1].startswith("1 file differs from the contracts; ")


def test_stale_files_of_its_own_go_and_files_of_others_stay(run: Run, shop: Path) -> None:
    write(shop, MORE)
    run("generate")
    write(Path(), {f"{PACKAGE}/NOTES.txt": "mine", f"{EVENTS}/extra.py": "mine = 1\n"})
    for path in MORE:
        (shop / path).unlink()

    assert f"{EVENTS}/schemas/io.shop.OrderPaid.v1.avsc: stale\n" in run("generate", "--check").out
    assert run("generate").code == 0
    assert not (EVENTS / "schemas/io.shop.OrderPaid.v1.avsc").exists()
    assert (PACKAGE / "NOTES.txt").read_text() == "mine"
    assert (EVENTS / "extra.py").read_text() == "mine = 1\n"


@pytest.mark.parametrize("path", ["pyproject.toml", "shop_events/__init__.py"])
def test_a_file_of_somebody_else_in_the_way_stops_the_whole_run(run: Run, shop: Path, path: str) -> None:
    write(PACKAGE, {path: "somebody's\n"})

    error = run("generate").error

    assert error.startswith(f"{PACKAGE}/{path}: not as `eventpact generate` left it, so it is not overwritten; ")
    assert tree(PACKAGE) == {path: b"somebody's\n"}


def test_a_file_that_was_edited_by_hand_is_not_overwritten(run: Run, shop: Path) -> None:
    run("generate")
    (EVENTS / "__init__.py").write_text("# edited\n")
    write(shop, MORE)
    before = tree(PACKAGE)

    assert "__init__.py: not as `eventpact generate` left it" in run("generate").error
    assert tree(PACKAGE) == before


def test_a_folder_in_the_way_of_a_file_is_an_error(run: Run, shop: Path) -> None:
    (PACKAGE / "README.md").mkdir(parents=True)

    error = run("generate").error

    assert error == f"{PACKAGE}/README.md: {os.strerror(errno.EISDIR)}; move it out of the way of generated files"


@pytest.mark.parametrize("file", ["build", "build/packages/shop", "build/packages/shop/shop_events"])
def test_a_file_in_the_way_of_a_folder_is_an_error(run: Run, shop: Path, file: str) -> None:
    write(Path(), {file: "in the way\n"})

    said = run("generate")

    assert (said.code, said.out) == (2, "")
    assert file in said.errors[0]
    assert Path(file).read_text() == "in the way\n"


def test_the_output_folder_itself_may_not_be_a_file(run: Run, shop: Path) -> None:
    write(Path(), {"out": ""})

    assert "'out' is a file" in run("generate", "--out", "out").error


def test_a_manifest_that_somebody_broke_is_not_trusted(run: Run, shop: Path) -> None:
    run("generate")
    (PACKAGE / ".eventpact-files").write_text(f"{'0' * 64}  ../../../contracts/shop/system.yaml\n")

    assert run("generate").error.startswith(f"{PACKAGE}/.eventpact-files:1: no line of a manifest")
    assert (shop / "shop/system.yaml").exists()


def full_disk_at(file: Path) -> None:
    """Let the disk be full as soon as new content of a file is put beside it."""
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full, which Linux has")
    file.with_name(f"{file.name}.eventpact-new").symlink_to("/dev/full")


def test_a_full_disk_is_an_error_and_leaves_nothing_half_written(run: Run, shop: Path) -> None:
    PACKAGE.mkdir(parents=True)
    full_disk_at(PACKAGE / "pyproject.toml")

    error = run("generate").error

    assert error == f"build/packages: {os.strerror(errno.ENOSPC)}; generated files were not written"
    assert list(PACKAGE.iterdir()) == []


def test_a_disk_that_fills_up_later_leaves_the_package_as_it_was(run: Run, shop: Path) -> None:
    run("generate")
    before = tree(PACKAGE)
    write(shop, MORE)
    full_disk_at(EVENTS / "topics.py")  # among the last that change

    error = run("generate").error

    assert os.strerror(errno.ENOSPC) in error
    assert tree(PACKAGE) == before
    assert run("generate").code == 0


def limited_to(size: int, folder: Path) -> Ended:
    """`generate` as a process that may write no file of more than `size` bytes: how a quota shows itself."""
    done = subprocess.run(
        [*COMMAND, "generate"],
        cwd=folder,
        env=environment(PYTHONDONTWRITEBYTECODE="1"),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def test_a_file_that_may_not_grow_is_an_error_and_leaves_nothing_half_written(shop: Path) -> None:
    said = limited_to(256, shop.parent)

    assert os.strerror(errno.EFBIG) in said.error
    assert not (shop.parent / "build").exists()


def test_a_folder_that_cannot_be_written_is_an_error(run: Run, shop: Path) -> None:
    said = run("generate", "--out", "/proc/packages")  # not even root may make a folder there

    assert (said.code, said.out) == (2, "")
    assert said.errors[0].startswith("/proc/packages: ")


def test_a_run_that_is_stopped_leaves_no_file_of_its_own_making(shop: Path) -> None:
    package = shop.parent / PACKAGE
    package.mkdir(parents=True)
    os.mkfifo(package / "pyproject.toml.eventpact-new")  # whoever writes to it waits for somebody to read

    with Started("generate", cwd=shop.parent) as generating:
        generating.until((package / "README.md.eventpact-new").exists)
        said = generating.stop()

    assert (said.code, said.out, said.err) == (143, "", "")
    assert list(package.iterdir()) == []
