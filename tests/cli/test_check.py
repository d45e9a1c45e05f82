"""`check` in a pull request: what a branch did to a history, told to its author; and `lint`."""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from tests.cli.commands import Run, write
from tests.registry.contracts.building import SHOP, SYSTEM, TOPIC, avsc, field

ORDER = "shop/order.placed"
GROUPS = """\
groups:
  billing: {description: Bills orders., topics: [order.placed]}
  archive: {description: Keeps everything., topics: ["*"], reads: {OrderPlaced: 1}}
"""
V1 = avsc("OrderPlaced", field("orderId"), field("amount", "long"))
V2 = avsc("OrderPlaced", field("orderId"), field("amount", "long"), field("note", default=""))
PAID = avsc("OrderPaid", field("orderId"))
HISTORY = {
    "shop/system.yaml": SYSTEM + GROUPS,
    f"{ORDER}/topic.yaml": TOPIC,
    f"{ORDER}/OrderPlaced.v1.avsc": V1,
    f"{ORDER}/OrderPlaced.v2.avsc": V2,
    "shop/order.paid/topic.yaml": TOPIC.replace("Orders that were placed", "Orders that were paid"),
    "shop/order.paid/OrderPaid.v1.avsc": PAID,
}


def git(folder: Path, *arguments: str) -> None:
    identity = {f"GIT_{role}_{what}": "a@b.c" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    subprocess.run(["git", "-C", str(folder), *arguments], check=True, env={**os.environ, **identity})


@pytest.fixture
def branch(work: Path) -> Path:
    """The contracts in the working tree of a repository whose `main` has the shop's history."""
    contracts = write(work / "contracts", HISTORY)
    git(work, "init", "--quiet", "--initial-branch=main")
    git(work, "add", "--all")
    git(work, "commit", "--quiet", "--message=Open the shop")
    return contracts


def test_a_branch_that_changed_nothing_passes(run: Run, branch: Path) -> None:
    said = run("check", "--against", "git:main")

    assert (said.code, said.out, said.err) == (0, "nothing found\n", "")


def test_a_branch_that_only_evolves_passes(run: Run, branch: Path) -> None:
    v3 = avsc("OrderPlaced", field("orderId"), field("amount", "long"), field("gift", "boolean", default=False))
    write(branch, {f"{ORDER}/OrderPlaced.v3.avsc": v3, "shop/system.yaml": (SYSTEM + GROUPS).replace("1.0.0", "1.1.0")})

    said = run("check", "--against", "git:main")

    assert (said.code, said.err) == (0, ""), said.out
    assert "error" not in said.out


def test_a_required_field_is_stopped_with_everything_its_author_needs(run: Run, branch: Path) -> None:
    v3 = avsc("OrderPlaced", field("orderId"), field("amount", "long"), field("currency"))
    write(branch, {f"{ORDER}/OrderPlaced.v3.avsc": v3})

    said = run("check", "--against", "git:main")

    assert (said.code, said.err) == (1, "")
    lines = said.out.splitlines()
    at = next(number for number, line in enumerate(lines) if line.endswith(" error FIELD_WITHOUT_DEFAULT"))
    line = v3.splitlines().index('      "name": "currency",')  # the object of the field opens on the line above it
    assert lines[at] == f"contracts/{ORDER}/OrderPlaced.v3.avsc:{line}:5: error FIELD_WITHOUT_DEFAULT"
    told = [text.strip() for text in lines[at + 1 : lines.index("", at)]]
    assert told[0] == "field currency was added without a default: version 3 cannot read what versions 1 and 2 wrote"
    evidence = {text.partition(" ")[0]: text.partition(" ")[2].strip() for text in told[1:]}
    assert evidence["mode"] == "BACKWARD_TRANSITIVE"
    assert evidence["groups"] == "shop/billing"  # the archive still reads version 1
    assert set(json.loads(evidence["message"])) == {"orderId", "amount", "note"}
    assert evidence["written"].startswith("with OrderPlaced version 2, ")
    assert evidence["fails"].startswith("in OrderPlaced version 3: ")
    assert evidence["fix"].startswith("give it a default")


@pytest.mark.parametrize(
    ("rule", "place", "changes"),
    [
        ("VERSION_MUTATED", f"contracts/{ORDER}/OrderPlaced.v1.avsc:", {f"{ORDER}/OrderPlaced.v1.avsc": V2}),
        ("VERSION_REMOVED", f"git:main:contracts/{ORDER}/OrderPlaced.v2.avsc:", {f"{ORDER}/OrderPlaced.v2.avsc": None}),
        (
            "TOPIC_REMOVED",
            "git:main:contracts/shop/order.paid/topic.yaml:",
            {"shop/order.paid/topic.yaml": None, "shop/order.paid/OrderPaid.v1.avsc": None},
        ),
        (
            "KEY_CHANGED",
            f"contracts/{ORDER}/topic.yaml:4:6:",
            {f"{ORDER}/topic.yaml": TOPIC.replace("key: orderId", "key: amount")},
        ),
        (
            "PARTITIONS_CHANGED",
            f"contracts/{ORDER}/topic.yaml:2:13:",
            {f"{ORDER}/topic.yaml": TOPIC.replace("partitions: 3", "partitions: 12")},
        ),
        (
            "RETENTION_SHORTENED",
            f"contracts/{ORDER}/topic.yaml:3:12:",
            {f"{ORDER}/topic.yaml": TOPIC.replace("retention: 7d", "retention: 1d")},
        ),
        (
            "COMPATIBILITY_WEAKENED",
            f"contracts/{ORDER}/topic.yaml:5:16:",
            {f"{ORDER}/topic.yaml": TOPIC + "compatibility: NONE\n"},
        ),
    ],
)
def test_what_a_branch_may_not_do_is_found_where_it_was_done(
    run: Run, branch: Path, rule: str, place: str, changes: dict[str, str | None]
) -> None:
    write(branch, changes)

    said = run("check", "--against", "git:main")

    assert (said.code, said.err) == (1, "")
    [found] = [line for line in said.out.splitlines() if line.endswith(f": error {rule}")]
    assert found.startswith(place)


def test_a_commit_is_a_base_as_good_as_a_branch(run: Run, branch: Path) -> None:
    write(branch, {f"{ORDER}/topic.yaml": TOPIC.replace("key: orderId", "key: null")})
    git(branch.parent, "commit", "--quiet", "--all", "--message=Forget the key")

    assert run("check", "--against", "git:HEAD").code == 0
    assert "KEY_CHANGED" in run("check", "--against", "git:HEAD~1").out


def test_a_base_from_before_there_were_contracts_is_an_empty_one(run: Run, work: Path) -> None:
    git(work, "init", "--quiet", "--initial-branch=main")
    git(work, "commit", "--quiet", "--allow-empty", "--message=Begin")
    write(work / "contracts", HISTORY)

    assert run("check", "--against", "git:main").code == 0


def test_quiet_says_nothing_unless_there_is_an_error(run: Run, branch: Path) -> None:
    assert run("check", "--against", "git:main", "--quiet").out == ""

    write(branch, {f"{ORDER}/OrderPlaced.v2.avsc": None})

    assert "VERSION_REMOVED" in run("check", "--against", "git:main", "--quiet").out


def test_a_warning_alone_does_not_fail(run: Run, branch: Path) -> None:
    write(branch, {"shop/system.yaml": SYSTEM + GROUPS.replace('["*"]', '["*", "stock.*"]')})

    said = run("lint")

    assert (said.code, said.err) == (0, "")
    assert "contracts/shop/system.yaml:8:59: warning GROUP_MATCHES_NOTHING\n" in said.out
    assert said.out.endswith("\n1 warning\n")


def test_a_rule_can_be_made_an_error_or_turned_off(run: Run, branch: Path) -> None:
    write(branch, {"shop/system.yaml": SYSTEM + GROUPS.replace('["*"]', '["*", "stock.*"]')})

    write(branch, {"eventpact.yaml": "rules: {GROUP_MATCHES_NOTHING: error}\n"})
    assert run("lint").code == 1
    write(branch, {"eventpact.yaml": "rules: {GROUP_MATCHES_NOTHING: off}\n"})
    assert run("lint").out == "nothing found\n"
    write(branch, {"eventpact.yaml": "rules: {GROUP_MATCHES_NOTHIN: off}\n"})
    said = run("lint")
    assert said.code == 1
    assert "contracts/eventpact.yaml:1:9: error CONTRACT\n" in said.out
    assert "did you mean 'GROUP_MATCHES_NOTHING'?" in said.out


def test_the_json_document_counts_what_it_lists(run: Run, branch: Path) -> None:
    write(branch, {f"{ORDER}/OrderPlaced.v3.avsc": avsc("OrderPlaced", field("orderId"), field("currency"))})

    document = json.loads(run("check", "--format", "json").out)

    severities = [finding["severity"] for finding in document["findings"]]
    assert severities
    assert {name: document["summary"][name] for name in set(severities)} == Counter(severities)


def test_an_unknown_revision_is_said_with_what_to_write(run: Run, branch: Path) -> None:
    assert run("check", "--against", "git:mian").error == (
        "git does not know the revision 'mian' "
        "(hint: write a branch, a tag or a commit; a remote branch is origin/NAME after `git fetch`)"
    )


def test_a_revision_is_never_taken_for_an_option_of_git(run: Run, branch: Path) -> None:
    assert run("check", "--against", "git:--output=stolen").error == "'--output=stolen' is not a git revision"
    assert not (branch.parent / "stolen").exists()


def test_contracts_outside_of_a_repository_have_no_revisions(run: Run, shop: Path) -> None:
    assert run("check", "--against", "git:main").error == (
        f"{shop} is in no git repository "
        "(hint: run this inside the repository that holds the contracts, or compare with dir:PATH)"
    )


def test_a_base_that_is_not_there_is_an_error_and_no_finding(run: Run, shop: Path) -> None:
    assert run("check", "--against", "dir:before").error.startswith("there is no contracts folder 'before'")


def test_what_is_wrong_in_the_base_is_shown_as_the_bases(run: Run, branch: Path) -> None:
    write(branch, {f"{ORDER}/topic.yaml": "partitions: many\n"})
    git(branch.parent, "commit", "--quiet", "--all", "--message=Break the base")
    write(branch, {f"{ORDER}/topic.yaml": TOPIC})

    said = run("check", "--against", "git:HEAD")

    assert said.code == 1
    assert f"git:HEAD:contracts/{ORDER}/topic.yaml:1:13: error CONTRACT\n" in said.out


def test_the_contracts_of_this_repository_stand_from_any_folder(run: Run, work: Path) -> None:
    write(work / "elsewhere", SHOP)

    assert run("check", "--contracts", "elsewhere").code == 0
    assert run("check", "--contracts", str(work / "elsewhere")).code == 0
