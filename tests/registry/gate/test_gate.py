"""The gate brings rules, severities, groups and evidence together."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from eventpact import avro
from eventpact.errors import ContractError, DecodeError
from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.contracts.source import DirectorySource, GitSource
from eventpact_registry.findings import Finding, Severity
from eventpact_registry.gate import check, lint
from eventpact_registry.reports import text

from ..contracts.building import ORDER_PLACED, SHOP, SYSTEM, TOPIC, Files, avsc, field, load

ROOT = Path(__file__).parents[3]
ORDER = "shop/order.placed/OrderPlaced"
GROUPS = """\
groups:
  billing: {description: Bills., topics: ["order.*"]}
  archive: {description: Keeps., topics: ["*"], reads: {OrderPlaced: 1}}
  stock: {description: Counts., topics: ["stock.*"]}
"""
REQUIRED: Files = {f"{ORDER}.v2.avsc": avsc("OrderPlaced", field("orderId"), field("email"))}


def of_rule(findings: list[Finding], rule: str) -> list[Finding]:
    return [finding for finding in findings if finding.rule == rule]


def test_the_contracts_of_this_repository_pass() -> None:
    repository = ContractRepository.load(DirectorySource(ROOT / "contracts"))

    assert [finding for finding in check(repository, repository) if finding.severity is Severity.ERROR] == []


def test_a_break_names_rule_place_mode_groups_and_shows_a_message_that_fails() -> None:
    [finding] = of_rule(check(load({**REQUIRED, "shop/system.yaml": SYSTEM + GROUPS})), "FIELD_WITHOUT_DEFAULT")

    assert str(finding.location) == "contracts/shop/order.placed/OrderPlaced.v2.avsc:12:5"
    assert finding.mode == "BACKWARD_TRANSITIVE"
    assert finding.path == "/fields/1"
    assert finding.groups == ("shop/billing",)
    assert finding.packages == ("shop-events",)
    assert finding.docs == "docs/reference/rules.md#field_without_default"
    proof = finding.counterexample
    assert proof is not None
    old, new = avro.parse(ORDER_PLACED), avro.parse(str(REQUIRED[f"{ORDER}.v2.avsc"]))
    assert avro.Codec(old).decode(proof.data) == proof.value == {"orderId": "text"}
    with pytest.raises(DecodeError):
        avro.Codec(new).decode(proof.data, writer=old)


def test_one_cause_is_one_finding_however_many_versions_it_breaks() -> None:
    versions: Files = {
        f"{ORDER}.v2.avsc": ORDER_PLACED,
        f"{ORDER}.v3.avsc": avsc("OrderPlaced", field("orderId"), field("email")),
    }

    [finding] = of_rule(check(load(versions)), "FIELD_WITHOUT_DEFAULT")

    assert "version 3 cannot read what versions 1 and 2 wrote" in finding.message


def test_what_only_older_readers_cannot_read_hits_all_groups_of_the_topic() -> None:
    shrunk: Files = {
        "shop/system.yaml": SYSTEM + GROUPS,
        "shop/order.placed/topic.yaml": TOPIC + "compatibility: FORWARD\n",
        f"{ORDER}.v1.avsc": avsc("OrderPlaced", field("orderId"), field("email")),
        f"{ORDER}.v2.avsc": ORDER_PLACED,
    }

    [finding] = of_rule(check(load(shrunk)), "FIELD_WITHOUT_DEFAULT")

    assert finding.groups == ("shop/archive", "shop/billing")
    assert finding.location.file.endswith("OrderPlaced.v1.avsc")


def test_a_change_against_the_base_names_the_groups_of_its_topic() -> None:
    groups: Files = {"shop/system.yaml": SYSTEM + GROUPS}
    shorter: Files = {**groups, "shop/order.placed/topic.yaml": TOPIC.replace("7d", "1d")}

    [finding] = check(load(shorter), load(groups))[:1]

    assert (finding.rule, finding.groups) == ("RETENTION_SHORTENED", ("shop/archive", "shop/billing"))


def test_a_shared_type_changed_in_place_hits_the_groups_of_the_events_that_hold_it() -> None:
    def shared(*fields: object) -> Files:
        pin = [{"name": "io.shop.A", "version": 1}]
        event = avsc("OrderPlaced", field("orderId"), field("a", "A"), references=pin)
        return {
            "shop/system.yaml": SYSTEM + GROUPS,
            "shop/types/A.v1.avsc": avsc("A", *(field(str(name)) for name in fields)),
            f"{ORDER}.v1.avsc": event,
        }

    [finding] = of_rule(check(load(shared("x", "y")), load(shared("x"))), "VERSION_MUTATED")

    assert finding.groups == ("shop/archive", "shop/billing")


def test_a_version_changed_in_place_shows_a_message_of_the_base_that_can_no_longer_be_read() -> None:
    changed: Files = {f"{ORDER}.v1.avsc": avsc("OrderPlaced", field("orderId"), field("email"))}

    [finding] = of_rule(check(load(changed), load(revision="git:main")), "VERSION_MUTATED")

    proof = finding.counterexample
    assert proof is not None
    assert (proof.writer, proof.reader) == ("OrderPlaced version 1 of git:main", "OrderPlaced version 1")
    with pytest.raises(DecodeError):
        avro.Codec(avro.parse(str(changed[f"{ORDER}.v1.avsc"]))).decode(proof.data, writer=avro.parse(ORDER_PLACED))


def test_a_shared_type_is_a_subject_of_its_own_and_breaks_before_any_event_takes_it_up() -> None:
    pin = [{"name": "io.shop.A", "version": 1}]
    files: Files = {
        "shop/system.yaml": SYSTEM + GROUPS,
        "shop/types/A.v1.avsc": avsc("A", field("x")),
        "shop/types/A.v2.avsc": avsc("A", field("x"), field("y")),
        f"{ORDER}.v1.avsc": avsc("OrderPlaced", field("orderId"), field("a", "A"), references=pin),
    }

    [finding] = of_rule(check(load(files)), "FIELD_WITHOUT_DEFAULT")

    assert str(finding.location) == "contracts/shop/types/A.v2.avsc:12:5"
    assert finding.groups == ("shop/archive", "shop/billing")


def test_severities_are_those_of_the_policy() -> None:
    policy = "rules: {FIELD_WITHOUT_DEFAULT: warning, EVENT_DOC: 'off'}\n"
    undocumented = avsc("OrderPlaced", field("orderId"), field("note"), doc="")

    findings = check(load({f"{ORDER}.v2.avsc": undocumented, "eventpact.yaml": policy}))

    assert [(finding.rule, finding.severity) for finding in findings] == [("FIELD_WITHOUT_DEFAULT", Severity.WARNING)]


def test_a_system_may_be_judged_otherwise_than_the_rest() -> None:
    mall: Files = {
        "mall/system.yaml": SYSTEM.replace("shop", "mall") + "rules: {EVENT_DOC: error, FIELD_DOC: 'off'}\n",
        "mall/mall.opened/topic.yaml": TOPIC,
        "mall/mall.opened/Opened.v1.avsc": avsc("Opened", {"name": "orderId", "type": "string"}, doc="").replace(
            "io.shop", "io.mall"
        ),
        f"{ORDER}.v1.avsc": avsc("OrderPlaced", {"name": "orderId", "type": "string"}, doc=""),
        "eventpact.yaml": "rules: {EVENT_DOC: info}\n",
    }

    findings = [
        (finding.location.file.split("/")[1], finding.rule, str(finding.severity)) for finding in lint(load(mall))
    ]

    assert findings == [("mall", "EVENT_DOC", "error"), ("shop", "EVENT_DOC", "info"), ("shop", "FIELD_DOC", "warning")]


def test_a_severity_of_a_system_for_a_rule_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ContractError) as caught:
        lint(load({"shop/system.yaml": SYSTEM + "rules:\n  KEY_CHANGE: error\n"}))

    assert str(caught.value) == (
        "contracts/shop/system.yaml:7:3: there is no rule KEY_CHANGE (hint: did you mean 'KEY_CHANGED'?)"
    )


def test_a_severity_for_a_rule_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ContractError) as caught:
        lint(load({"eventpact.yaml": "rules:\n  KEY_CHANGE: off\n"}))

    assert str(caught.value) == (
        "contracts/eventpact.yaml:2:3: there is no rule KEY_CHANGE (hint: did you mean 'KEY_CHANGED'?)"
    )


def test_lint_looks_at_the_latest_version_and_at_nothing_that_changed() -> None:
    sloppy: Files = {
        f"{ORDER}.v1.avsc": avsc("OrderPlaced", field("orderId"), doc=""),
        f"{ORDER}.v2.avsc": ORDER_PLACED,
    }

    assert lint(load(sloppy)) == []


def test_findings_come_in_order_of_file_and_line() -> None:
    places = [finding.location for finding in check(load({**REQUIRED, "shop/system.yaml": SYSTEM + GROUPS}), load())]

    assert places == sorted(places)
    assert len(places) > 1


@pytest.fixture
def quikapp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The contracts of this repository, committed on `main` of a repository of their own; the test stands in it."""
    (tmp_path / "contracts").mkdir()
    for path, data in DirectorySource(ROOT / "contracts").read().files.items():
        (tmp_path / "contracts" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "contracts" / path).write_bytes(data)
    author = {
        "GIT_AUTHOR_NAME": "a",
        "GIT_AUTHOR_EMAIL": "a@b",
        "GIT_COMMITTER_NAME": "a",
        "GIT_COMMITTER_EMAIL": "a@b",
    }
    for command in ("init -q -b main", "add .", "commit -qm Begin"):
        subprocess.run(["git", *command.split()], cwd=tmp_path, check=True, env={**os.environ, **author})
    monkeypatch.chdir(tmp_path)
    return tmp_path / "contracts/quikapp/message.sent"


def required(schema: dict[str, object]) -> str:
    """The schema with a field that has no default."""
    fields = schema["fields"]
    assert isinstance(fields, list)
    [data] = [one for one in fields if one["name"] == "data"]
    data["type"]["fields"].append({"name": "priority", "type": "string", "doc": "How soon it matters."})
    return json.dumps(schema, indent=2) + "\n"


@pytest.mark.parametrize("in_place", [False, True], ids=["as version 3", "in place"])
def test_a_required_field_in_message_sent_is_stopped_with_everything_its_author_needs(
    quikapp: Path, in_place: bool
) -> None:
    latest = quikapp / "MessageSent.v2.avsc"
    changed = latest if in_place else quikapp / "MessageSent.v3.avsc"
    changed.write_text(required(json.loads(latest.read_text())))

    base = ContractRepository.load(GitSource("main", Path("contracts")))
    findings = check(ContractRepository.load(DirectorySource(Path("contracts"))), base)

    said = text.render([finding for finding in findings if finding.severity is Severity.ERROR])
    line = changed.read_text()[: changed.read_text().index('"priority"')].count("\n")
    assert f"contracts/quikapp/message.sent/{changed.name}:{line}:" in said
    assert "error FIELD_WITHOUT_DEFAULT" in said
    assert "field data.priority was added without a default" in said
    assert "mode     FULL_TRANSITIVE" in said
    assert "groups   quikapp/analytics-service, quikapp/realtime-broadcaster, quikapp/search-indexer" in said
    assert 'message  {"eventId": "' in said
    assert f"written  with MessageSent version {1 if in_place else 2}, " in said
    assert ("error VERSION_MUTATED" in said) is in_place


def test_a_small_shop_is_checked_against_nothing_at_all() -> None:
    assert check(load(SHOP)) == []
