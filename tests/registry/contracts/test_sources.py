"""Contracts are read alike from a folder and from a git revision."""

import os
import subprocess
from pathlib import Path

import pytest

from eventpact.errors import ContractError
from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.contracts.source import DirectorySource, GitSource, parse_base, parse_source

from .building import SHOP, TOPIC


def write(folder: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


def git(folder: Path, *arguments: str) -> None:
    identity = {
        "GIT_AUTHOR_NAME": "a",
        "GIT_AUTHOR_EMAIL": "a@b",
        "GIT_COMMITTER_NAME": "a",
        "GIT_COMMITTER_EMAIL": "a@b",
    }
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, env={**os.environ, **identity})


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A git repository with the shop committed on `main`; the tests stand in it."""
    folder = tmp_path / "repository"
    write(folder, {f"contracts/{path}": text for path, text in SHOP.items()})
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "Open the shop")
    monkeypatch.chdir(folder)
    return folder


def partitions(source: DirectorySource | GitSource) -> int:
    return ContractRepository.load(source).systems["shop"].topics["order.placed"].partitions


def test_a_revision_holds_what_was_committed_and_a_folder_what_is_there(repository: Path) -> None:
    write(repository / "contracts", {"shop/order.placed/topic.yaml": TOPIC.replace("partitions: 3", "partitions: 9")})

    assert partitions(GitSource("main", Path("contracts"))) == 3
    assert partitions(DirectorySource(Path("contracts"))) == 9


def test_a_revision_is_read_from_a_part_of_a_larger_repository(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(repository, "mv", "contracts", "team")
    (repository / "team").rename(repository / "moving")
    (repository / "team").mkdir()
    (repository / "moving").rename(repository / "team/contracts")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "Move the contracts to their team")
    monkeypatch.chdir(repository / "team")

    assert partitions(GitSource("HEAD", Path("contracts"))) == 3


def test_a_revision_is_read_from_outside_its_repository(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")

    assert partitions(GitSource("main", repository / "contracts")) == 3


def test_a_contracts_folder_may_be_a_whole_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, SHOP)
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "Open the shop")
    monkeypatch.chdir(tmp_path)

    assert partitions(GitSource("main", Path())) == 3


def test_contracts_that_the_working_tree_has_lost_are_still_in_the_revision(repository: Path) -> None:
    git(repository, "rm", "-rq", "contracts")

    assert partitions(GitSource("main", Path("contracts"))) == 3


def test_a_revision_from_before_there_were_contracts_has_none(repository: Path) -> None:
    git(repository, "mv", "contracts", "later")

    assert not ContractRepository.load(GitSource("main", Path("later"))).systems


def test_places_in_a_revision_name_it(repository: Path) -> None:
    topic = ContractRepository.load(GitSource("main", Path("contracts"))).systems["shop"].topics["order.placed"]

    assert str(topic.locate("/partitions")) == "git:main:contracts/shop/order.placed/topic.yaml:2:13"


def test_an_unknown_revision_is_said_with_what_to_write(repository: Path) -> None:
    with pytest.raises(ContractError) as caught:
        GitSource("mian", Path("contracts")).read()

    assert str(caught.value) == (
        "git does not know the revision 'mian' "
        "(hint: write a branch, a tag or a commit; a remote branch is origin/NAME after `git fetch`)"
    )


def test_a_shallow_clone_without_the_revision_is_said_with_how_to_deepen_it(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = subprocess.run(["git", "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
    git(repository, "commit", "-q", "--allow-empty", "-m", "Go on")
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{repository}", "shallow")
    monkeypatch.chdir(tmp_path / "shallow")

    with pytest.raises(ContractError, match=r"this clone is shallow \(hint: fetch it: "):
        GitSource(first, Path("contracts")).read()


def test_a_revision_cannot_smuggle_an_option_into_git(repository: Path) -> None:
    with pytest.raises(ContractError, match="'--output=x' is not a git revision"):
        GitSource("--output=x", Path("contracts")).read()


def test_a_folder_outside_any_repository_has_no_revisions(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="is in no git repository"):
        GitSource("main", tmp_path).read()


def test_a_folder_that_does_not_exist_is_said_with_how_to_name_one(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="there is no contracts folder"):
        DirectorySource(tmp_path / "contracts").read()


def test_a_symbolic_link_is_refused_in_both(repository: Path) -> None:
    link = repository / "contracts/shop/order.placed/OrderPlaced.v2.avsc"
    link.symlink_to("OrderPlaced.v1.avsc")
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "Link")

    refused = {"shop/order.placed/OrderPlaced.v2.avsc"}
    assert set(DirectorySource(Path("contracts")).read().refused) == refused
    assert set(GitSource("main", Path("contracts")).read().refused) == refused


def test_a_file_of_unreasonable_size_is_refused_in_both(repository: Path) -> None:
    (repository / "contracts/shop/order.placed/OrderPlaced.v2.avsc").write_bytes(b" " * (1 << 20) + b"{}")
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "Grow")

    for source in (DirectorySource(Path("contracts")), GitSource("main", Path("contracts"))):
        [reason] = source.read().refused.values()
        assert reason == "is too large: 1,048,578 bytes, and a contract file may have 1,048,576"


def test_what_lies_deeper_than_contracts_go_is_refused_in_both(repository: Path) -> None:
    write(repository / "contracts", {"shop/order.placed/old/OrderPlaced.v1.avsc": "{}"})
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "Nest")

    for source in (DirectorySource(Path("contracts")), GitSource("main", Path("contracts"))):
        assert set(source.read().refused) == {"shop/order.placed/old"}


def test_a_revision_may_have_the_contracts_elsewhere(repository: Path) -> None:
    (repository / "team").mkdir()
    git(repository, "mv", "contracts", "team/contracts")
    git(repository, "commit", "-qm", "Move the contracts to their team")

    source = parse_source("git:HEAD~1:contracts", Path("team/contracts"))

    assert partitions(source) == 3
    topic = ContractRepository.load(source).systems["shop"].topics["order.placed"]
    assert str(topic.locate("")) == "git:HEAD~1:contracts/shop/order.placed/topic.yaml:1:1"


def test_a_branch_that_a_shallow_clone_lacks_is_said_with_how_to_fetch_it_alone(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(repository, "checkout", "-qb", "change")
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{repository}", "shallow")
    monkeypatch.chdir(tmp_path / "shallow")

    with pytest.raises(ContractError) as caught:
        GitSource("origin/main", Path("contracts")).read()
    assert "`git fetch --depth=1 origin main:refs/remotes/origin/main`" in str(caught.value)
    git(tmp_path / "shallow", "fetch", "-q", "--depth=1", "origin", "main:refs/remotes/origin/main")

    assert partitions(GitSource("origin/main", Path("contracts"))) == 3


@pytest.mark.parametrize("text", ["registry:", "registry:localhost:8081", "registry:file:///etc"])
def test_a_registry_is_named_by_its_http_address(text: str) -> None:
    with pytest.raises(ContractError, match="is not a source"):
        parse_base(text, Path("contracts"))


def test_a_registrys_password_is_never_shown() -> None:
    source = parse_base("registry:https://me:secret@registry.example:8081/api", Path("contracts"))

    assert str(source) == "registry:https://registry.example:8081/api"


@pytest.mark.parametrize("text", ["main", "git:", "ftp:x", "", "registry:http://localhost:8081"])
def test_a_source_of_files_is_a_folder_or_a_revision(text: str) -> None:
    with pytest.raises(ContractError, match="is not a source"):
        parse_source(text, Path("contracts"))


def test_sources_are_written_as_they_are_read() -> None:
    for text in ("dir:contracts", "git:origin/main~2", "git:v1:old/contracts"):
        assert str(parse_source(text, Path("contracts"))) == text
