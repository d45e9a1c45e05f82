"""Files on disk: the same contracts give the same bytes, and nobody else's file is touched."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from eventpact.errors import ContractError, OutputError
from eventpact_codegen import generate
from eventpact_codegen.manifest import NAME, Maker
from eventpact_codegen.output import apply, compare
from eventpact_codegen.python.target import PYTHON
from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.contracts.source import DirectorySource
from tests.codegen.packages import system, tool, written
from tests.registry.contracts.building import SHOP, TOPIC, avsc, field, load

ORDER_V2 = {"shop/order.placed/OrderPlaced.v2.avsc": avsc("OrderPlaced", field("orderId"), field("note", default=""))}
BOOK = {
    "shop/book/topic.yaml": TOPIC,
    "shop/book/Book.v1.avsc": avsc("Book", field("orderId"), namespace="io.shop.book"),
}


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, without the way to the contracts, which a manifest notes and which depends on both."""
    files = {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    return {path: re.sub(rb"(?m)^# contracts: .*\n", b"", content) for path, content in files.items()}


def test_a_second_run_changes_nothing(tmp_path: Path) -> None:
    folder = written(tmp_path)
    times = {path: (folder / path).stat().st_mtime_ns for path in contents(folder)}

    report = generate(load(), tmp_path)

    assert report.drift == ()
    assert {path: (folder / path).stat().st_mtime_ns for path in contents(folder)} == times


def test_the_same_contracts_give_the_same_bytes_in_another_place(tmp_path: Path) -> None:
    assert contents(written(tmp_path / "a")) == contents(written(tmp_path / "somewhere" / "else"))


def test_a_check_of_nothing_says_what_is_missing_and_writes_nothing(tmp_path: Path) -> None:
    report = generate(load(), tmp_path / "out", check=True)

    assert report.checked_only
    assert {drift.kind for drift in report.drift} == {"missing"}
    assert tmp_path / "out" / "shop" / "pyproject.toml" in [drift.path for drift in report.drift]
    assert not (tmp_path / "out").exists()


def test_a_check_tells_missing_changed_and_stale_files_apart(tmp_path: Path) -> None:
    folder = written(tmp_path, BOOK)
    (folder / "README.md").unlink()
    (folder / "shop_events" / "events.py").write_text("# edited\n")
    before = contents(folder)

    drift = {str(each.path.relative_to(folder)): each.kind for each in generate(load(), tmp_path, check=True).drift}

    assert drift["README.md"] == "missing"
    assert drift["shop_events/events.py"] == "changed"
    assert drift["shop_events/book.py"] == "stale"
    assert "shop_events/py.typed" not in drift
    assert contents(folder) == before


def test_files_that_are_not_needed_any_more_go_with_their_empty_folders(tmp_path: Path) -> None:
    reader = "reader: {description: Reads old orders., topics: [order.placed], reads: {OrderPlaced: 1}}"
    folder = written(tmp_path, {**ORDER_V2, "shop/system.yaml": system("groups:", f"  {reader}")})
    assert (folder / "shop_events" / "v1" / "events.py").is_file()

    generate(load(ORDER_V2), tmp_path)

    assert not (folder / "shop_events" / "v1").exists()
    assert "v1/events.py" not in (folder / NAME).read_text()


def shops(tmp_path: Path, *names: str) -> ContractRepository:
    """Contracts on disk, beside the output, with a shop under each name."""
    folder = tmp_path / "contracts"
    shutil.rmtree(folder, ignore_errors=True)
    for name in names:
        for path, text in SHOP.items():
            file = folder / path.replace("shop", name, 1)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text.replace("shop", name))
    return ContractRepository.load(DirectorySource(folder))


def test_the_package_of_a_system_that_is_gone_is_stale_and_goes(tmp_path: Path) -> None:
    out = tmp_path / "out"
    generate(shops(tmp_path, "shop", "books"), out)
    fewer = shops(tmp_path, "shop")
    stale = contents(out / "books")

    checked = generate(fewer, out, check=True)

    assert {each.kind for each in checked.drift} == {"stale"}
    assert {str(each.path.relative_to(out / "books")) for each in checked.drift} == set(stale)
    assert contents(out / "books") == stale
    assert [gone.folder for gone in generate(fewer, out).left_over] == [out / "books"]
    assert [folder.name for folder in out.iterdir()] == ["shop"]
    assert generate(fewer, out, check=True).drift == ()


def test_what_somebody_put_into_the_package_of_a_system_that_is_gone_stays(tmp_path: Path) -> None:
    out = tmp_path / "out"
    generate(shops(tmp_path, "shop", "books"), out)
    (out / "books" / "notes.txt").write_text("mine")

    generate(shops(tmp_path, "shop"), out)

    assert contents(out / "books") == {"notes.txt": b"mine"}


def test_an_edited_file_in_the_package_of_a_system_that_is_gone_stops_the_run(tmp_path: Path) -> None:
    out = tmp_path / "out"
    generate(shops(tmp_path, "shop", "books"), out)
    (out / "books" / "README.md").write_text("mine")
    before = contents(out)

    with pytest.raises(OutputError, match=r"books/README\.md: not as `eventpact generate` left it"):
        generate(shops(tmp_path, "shop"), out)

    assert contents(out) == before


def test_packages_of_other_contracts_in_the_same_folder_stay(tmp_path: Path) -> None:
    out = tmp_path / "out"
    generate(shops(tmp_path / "theirs", "books"), out)

    report = generate(shops(tmp_path / "ours", "shop"), out)

    assert report.left_over == ()
    assert sorted(folder.name for folder in out.iterdir()) == ["books", "shop"]


def test_asking_for_one_system_leaves_all_other_packages_alone(tmp_path: Path) -> None:
    out = tmp_path / "out"
    generate(shops(tmp_path, "shop", "books"), out)

    assert generate(shops(tmp_path, "shop"), out, systems=["shop"]).left_over == ()
    assert (out / "books").is_dir()


def test_the_package_of_another_target_is_not_replaced(tmp_path: Path) -> None:
    before = contents(written(tmp_path))

    with pytest.raises(OutputError, match="shop holds a package of the target python; give those of other a folder"):
        generate(load(), tmp_path, target=replace(PYTHON, name="other"))

    assert contents(tmp_path / "shop") == before


def test_a_file_of_somebody_else_stays(tmp_path: Path) -> None:
    folder = written(tmp_path, BOOK)
    (folder / "shop_events" / "notes.txt").write_text("mine")
    (folder / "LICENSE").write_text("mine")

    generate(load(), tmp_path)

    assert (folder / "shop_events" / "notes.txt").read_text() == "mine"
    assert (folder / "LICENSE").read_text() == "mine"


def test_a_file_in_the_way_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    module = tmp_path / "shop" / "shop_events" / "events.py"
    module.parent.mkdir(parents=True)
    module.write_text("# mine\n")

    with pytest.raises(OutputError, match=r"events\.py: not as `eventpact generate` left it"):
        generate(load(), tmp_path)

    assert contents(tmp_path) == {"shop/shop_events/events.py": b"# mine\n"}


def test_a_file_in_the_way_that_is_the_same_already_is_taken_over(tmp_path: Path) -> None:
    folder = written(tmp_path)
    wanted = contents(folder)
    (folder / NAME).unlink()

    report = generate(load(), tmp_path)

    assert [drift.path.name for drift in report.drift] == [NAME]
    assert contents(folder) == wanted


@pytest.mark.parametrize("changes", [ORDER_V2, {}], ids=["overwritten", "left alone"])
def test_a_file_edited_by_hand_is_never_lost(tmp_path: Path, changes: dict[str, str]) -> None:
    folder = written(tmp_path, BOOK)
    edited = folder / "shop_events" / ("events.py" if changes else "book.py")
    edited.write_text(edited.read_text() + "# by hand\n")
    before = contents(folder)

    with pytest.raises(OutputError, match=edited.name):
        generate(load(changes), tmp_path)

    assert contents(folder) == before


def test_a_run_that_was_cut_off_between_files_can_be_repeated(tmp_path: Path) -> None:
    folder = written(tmp_path)
    old = (folder / NAME).read_text()
    new = written(tmp_path / "new", ORDER_V2)
    # What a kill in the middle leaves: a manifest with both states, some files new and some old.
    (folder / NAME).write_text(old + "".join((new / NAME).read_text().splitlines(keepends=True)[1:]))
    (folder / "shop_events" / "events.py").write_bytes((new / "shop_events" / "events.py").read_bytes())

    generate(load(ORDER_V2), tmp_path)

    assert contents(folder) == contents(new)


def test_contracts_that_cannot_be_generated_leave_every_package_as_it_was(tmp_path: Path) -> None:
    folder = written(tmp_path)
    before = contents(folder)

    with pytest.raises(ContractError):
        generate(load({"shop/order.placed/Two.v1.avsc": avsc("Two", field("orderId"), field("order_id"))}), tmp_path)

    assert contents(folder) == before


def test_only_the_systems_asked_for_are_written(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="no system 'shops' in contracts"):
        generate(load(), tmp_path, systems=["shops"])

    assert [package.system for package in generate(load(), tmp_path, systems=["shop"]).packages] == ["shop"]


def test_an_output_folder_that_is_a_file_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")

    with pytest.raises(OutputError, match="out"):
        generate(load(), tmp_path / "out")


@pytest.mark.parametrize("line", ["nonsense", f"{'0' * 64}  ../../elsewhere", f"{'0' * 64}  /etc/passwd"])
def test_a_manifest_that_reaches_outside_its_folder_is_refused(tmp_path: Path, line: str) -> None:
    folder = written(tmp_path)
    (folder / NAME).write_text(line + "\n")

    with pytest.raises(OutputError, match=r"\.eventpact-files:1: no line of a manifest"):
        generate(load(), tmp_path)


def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    apply([compare(tmp_path / "shop", {"small.txt": "old", "stale.txt": "old"}, Maker("python"))])
    before = contents(tmp_path)
    # A limit on the size of files stands for the disk that is full: writing fails in the middle of a file.
    program = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from eventpact_codegen.manifest import Maker\n"
        "from eventpact_codegen.output import apply, compare\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))\n"
        "files = {'new/large.txt': 'x' * 5000, 'small.txt': 'new'}\n"
        "apply([compare(Path(sys.argv[1]), files, Maker('python'))])\n"
    )

    done = tool("-c", program, tmp_path / "shop", cwd=tmp_path)

    assert "OutputError" in done.stderr
    assert "File too large; generated files were not written" in done.stderr
    assert contents(tmp_path) == before
    assert not (tmp_path / "shop" / "new").exists()


def test_several_packages_are_written_together_or_not_at_all(tmp_path: Path) -> None:
    books = {path.replace("shop", "books", 1): text.replace("shop", "books") for path, text in SHOP.items()}
    blocked = tmp_path / "shop" / "README.md"
    blocked.parent.mkdir()
    blocked.write_text("mine")

    with pytest.raises(OutputError, match=r"README\.md"):
        generate(load(books), tmp_path)

    assert contents(tmp_path) == {"shop/README.md": b"mine"}
