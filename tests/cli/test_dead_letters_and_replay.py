"""`dead-letters` and `replay` as a user types them, against the embedded broker."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from eventpact.consume.dead_letters import DeadLetterInfo
from eventpact.containers import ArchivedRecord, read_archive, write_archive
from eventpact_testing.broker import LocalBroker
from tests.cli.commands import Ended, Run, write
from tests.cli.letters_shop import CONTRACTS
from tests.runtime import raw

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HANDLERS = """\
from eventpact import Group


class Printer(Group, name="printer"):
    handlers = {}

    def on_tombstone(self, context):
        print("gone", context.key.decode())


class Needy(Group, name="needy"):
    handlers = {}

    def __init__(self, database): ...
"""


@pytest.fixture
def broker() -> Iterator[LocalBroker]:
    with LocalBroker({"order.placed": 1, "dead": 1, "copied": 1, "rescued": 1}) as one:
        yield one


@pytest.fixture
def at(broker: LocalBroker, work: Path) -> dict[str, str]:
    write(work / "contracts", CONTRACTS)
    return {"KAFKA_BROKERS": broker.bootstrap_servers, "KAFKA_FETCH_WAIT_MS": "20"}


def bury(broker: LocalBroker, value: bytes, **facts: Any) -> None:
    known = {
        "exception": "builtins.ValueError",
        "reason": "handler-failed",
        "message": "no stock",
        "group": "packer",
        "topic": "order.placed",
        "partition": 0,
        "offset": 41,
    }
    info = DeadLetterInfo(**{**known, **facts})
    raw.write(broker, "dead", value, key=b"o-1", headers=[("event-type", b"order.placed"), *info.headers()])


def values(broker: LocalBroker, topic: str, expected: int) -> list[bytes | None]:
    return [one.value() for one in raw.read_all(broker, topic, expected)]


def lines(ended: Ended) -> list[list[str]]:
    assert ended.code == 0, ended.err
    return [line.split() for line in ended.out.splitlines()]


class TestDeadLetters:
    def test_letters_are_listed_with_why_they_are_some(self, run: Run, at: dict[str, str], broker: LocalBroker) -> None:
        bury(broker, b"one")
        bury(broker, b"two", exception="shop.NoStock")

        listed = run("dead-letters", "list", "--exception", "NoStock", **at)
        as_json = json.loads(run("dead-letters", "list", "--format", "json", "--since", "1h", **at).out)

        [_, row] = lines(listed)
        assert (row[0], row[2:]) == ("dead/0@1", ["-", "order.placed/0@41", "packer", "NoStock", "1", "0", "waiting"])
        assert [one["exception"] for one in as_json] == ["builtins.ValueError", "shop.NoStock"]
        assert json.loads(run("dead-letters", "list", "--format", "json", "--until", "1h", **at).out) == []

    def test_one_letter_is_shown_whole(self, run: Run, at: dict[str, str], broker: LocalBroker) -> None:
        bury(broker, b"\xffrecord")

        shown = run("dead-letters", "show", "dead/0@0", SCHEMA_REGISTRY_URL="http://127.0.0.1:1", **at)
        missing = run("dead-letters", "show", "dead/0@7", SCHEMA_REGISTRY_URL="http://127.0.0.1:1", **at)

        facts = dict(line.split(None, 1) for line in shown.out.splitlines() if not line.startswith("header"))
        assert (facts["origin"], facts["message"], facts["key"]) == ("order.placed/0@41", "no stock", "o-1")
        assert facts["undecodable"].endswith("the wire format with 0x00")
        assert "header          event-type: order.placed" in shown.out
        assert "there is no dead letter dead/0@7" in missing.error

    def test_letters_go_back_once(self, run: Run, at: dict[str, str], broker: LocalBroker) -> None:
        bury(broker, b"one")
        bury(broker, b"two", exception="shop.NoStock")

        dry = run("dead-letters", "redrive", "--dry-run", **at)
        first = run("dead-letters", "redrive", "--exception", "ValueError", **at)
        second = run("dead-letters", "redrive", **at)
        last = run("dead-letters", "redrive", "--letter", "dead/0@0", "--again", **at)

        assert dry.out.splitlines()[-1] == "2 dead letters would be sent back"
        assert lines(first)[1:] == [["dead", "order.placed", "1"], ["1", "dead", "letter", "sent", "back"]]
        assert second.out.splitlines()[-1] == "1 dead letter sent back, 1 sent back before"
        assert last.out.splitlines()[-1] == "1 dead letter sent back"
        assert values(broker, "order.placed", 3) == [b"one", b"two", b"one"]

    def test_letters_that_stay_are_named_and_make_it_exit_with_1(
        self, run: Run, at: dict[str, str], broker: LocalBroker
    ) -> None:
        bury(broker, b"one", redrives=3)

        ended = run("dead-letters", "redrive", **at)

        assert (ended.code, ended.out.splitlines()) == (
            1,
            ["dead/0@0 stays: it came back as often as --max-redrives allows", "0 dead letters sent back"],
        )

    def test_a_letter_goes_only_to_topics_whose_contract_names_its_dead_letter_topic(
        self, run: Run, at: dict[str, str], broker: LocalBroker
    ) -> None:
        bury(broker, b"one")
        bury(broker, b"forged", topic="rescued")
        bury(broker, b"forged", topic="copied")
        bury(broker, b"forged", topic="copied")

        refused = run("dead-letters", "redrive", **at)
        as_json = run("dead-letters", "redrive", "--dry-run", "--format", "json", **at)
        nowhere = run("dead-letters", "redrive", "--topic", "dead", "--contracts", "missing", **at)
        taken = run("dead-letters", "redrive", "--any-topic", **at)

        assert (refused.code, refused.out.splitlines()[2:]) == (
            1,
            [
                "2 dead letters of dead stay: no contract of copied names dead (--any-topic sends all the same)",
                "1 dead letter of dead stays: no contract of rescued names dead (--any-topic sends all the same)",
                "1 dead letter sent back",
            ],
        )
        assert json.loads(as_json.out)["dead"]["refused"] == {"copied": 2, "rescued": 1}
        assert (nowhere.code, "there is no folder 'missing'" in nowhere.err) == (2, True)
        assert taken.out.splitlines()[-1] == "3 dead letters sent back, 1 sent back before"
        assert values(broker, "copied", 2) == [b"forged", b"forged"]

    def test_a_terminal_shows_what_others_wrote_and_does_not_obey_it(
        self, run: Run, at: dict[str, str], broker: LocalBroker
    ) -> None:
        hostile = "\x1b[2J\x9b31m\nerror: forged \u202egnp.exe"
        bury(broker, b"\xff", exception=hostile, message=hostile, group=hostile, topic=hostile, reason=hostile)
        registry = {"SCHEMA_REGISTRY_URL": "http://127.0.0.1:1"}

        ended = [
            run("dead-letters", "list", **at),
            run("dead-letters", "show", "dead/0@0", **registry, **at),
            run("dead-letters", "show", "dead/0@0", "--format", "json", **registry, **at),
            run("dead-letters", "redrive", **at),
            run("consume", "dead", **registry, **at),
            run("consume", "dead", "--format", "json", **registry, **at),
        ]

        for one in ended:
            lines_of = (one.out + one.err).split("\n")
            assert all(line.isprintable() for line in lines_of), lines_of
            assert not any(line.startswith("error: forged") for line in lines_of)
        assert r"\u001b[2J\u009b31m\nerror: forged \u202egnp.exe" in ended[1].out
        assert json.loads(ended[2].out)["message"] == hostile

    def test_letters_are_exported_and_imported(
        self, run: Run, work: Path, at: dict[str, str], broker: LocalBroker
    ) -> None:
        bury(broker, b"one")
        bury(broker, b"two")
        run("dead-letters", "redrive", "--letter", "dead/0@0", **at)

        exported = run("dead-letters", "export", "--out", "letters.avro", **at)
        imported = run("dead-letters", "import", "letters.avro", "--topic", "rescued", **at)

        assert exported.out == "letters.avro: 1 dead letter\n"
        assert [record.value for record in read_archive(work / "letters.avro")] == [b"two"]
        assert imported.out == "rescued: 1 record replayed\n"
        listed = json.loads(run("dead-letters", "list", "--topic", "rescued", "--format", "json", **at).out)
        assert [one["origin"] for one in listed] == ["order.placed/0@41"]
        assert run("dead-letters", "export", "--all", "--out", "all.avro", **at).out == "all.avro: 2 dead letters\n"

    @pytest.mark.parametrize(
        ("arguments", "complaint"),
        [
            (["list", "--event", "OrderPlaced"], "--event asks the registry: give --registry"),
            (["list", "--since", "latest"], "'latest' is no instant"),
            (["list", "--topic", "nowhere"], "there is no topic nowhere"),
            (["show", "dead"], "'dead' is no TOPIC/PARTITION@OFFSET"),
        ],
    )
    def test_wrong_use_says_what_is_wrong(
        self, run: Run, at: dict[str, str], arguments: list[str], complaint: str
    ) -> None:
        ended = run("dead-letters", *arguments, **at)

        assert ended.code == 2
        assert complaint in ended.err

    def test_contracts_whose_dead_letter_topics_are_not_there_are_told_what_makes_them(
        self, run: Run, work: Path
    ) -> None:
        write(work / "contracts", CONTRACTS)
        with LocalBroker({"other": 1}) as empty:
            ended = run("dead-letters", "list", KAFKA_BROKERS=empty.bootstrap_servers)

        assert "none of the contracts' dead letter topics is on 127.0.0.1" in ended.error


class TestReplay:
    def test_a_topic_is_archived_and_replayed_elsewhere(
        self, run: Run, at: dict[str, str], broker: LocalBroker
    ) -> None:
        raw.write(broker, "order.placed", b"1", b"2", b"3", key=b"o-1")
        archived = run(
            "consume",
            "order.placed",
            "--format",
            "avro",
            "--out",
            "orders.avro",
            SCHEMA_REGISTRY_URL="http://127.0.0.1:1",
            **at,
        )
        assert archived.code == 0, archived.err

        dry = run("replay", "orders.avro", "--to", "copied", "--dry-run", **at)
        replayed = run("replay", "orders.avro", "--to", "copied", **at)
        ranged = run("replay", "order.placed", "--from", "offset:1", "--until", "offset:2", "--to", "rescued", **at)

        assert dry.out == "copied: 3 records would be replayed\n"
        assert (replayed.code, replayed.out) == (0, "copied: 3 records replayed\n")
        assert replayed.err.startswith("replay ")
        assert values(broker, "copied", 3) == [b"1", b"2", b"3"]
        assert (ranged.out, values(broker, "rescued", 1)) == ("rescued: 1 record replayed\n", [b"2"])

    def test_a_groups_handlers_take_records_once(
        self, run: Run, work: Path, at: dict[str, str], broker: LocalBroker
    ) -> None:
        (work / "printing.py").write_text(HANDLERS)
        raw.write(broker, "order.placed", None, None, key=b"o-1")
        command = ("replay", "order.placed", "--handler", "printing:Printer")
        registry = "http://127.0.0.1:1"

        first = run(*command, SCHEMA_REGISTRY_URL=registry, **at)
        raw.write(broker, "order.placed", None, key=b"o-2")
        second = run(*command, SCHEMA_REGISTRY_URL=registry, **at)
        third = run(*command, SCHEMA_REGISTRY_URL=registry, **at)

        assert first.out == "gone o-1\ngone o-1\norder.placed: 2 records replayed\n"
        assert second.out == "gone o-2\norder.placed: 1 record replayed\n"
        assert third.out.startswith("Nothing to replay: ")

    @pytest.mark.parametrize(
        ("arguments", "complaint"),
        [
            (["order.placed", "--to", "copied", "--handler", "a:B"], "--to and --handler are two targets"),
            (["order.placed", "--handler", "nowhere:Group"], "nowhere:Group cannot be imported: No module named"),
            (["order.placed", "--handler", "printing"], "'printing' is no MODULE:CLASS"),
            (["order.placed", "--handler", "json:JSONDecoder"], "json:JSONDecoder is no group"),
            (["order.placed", "--handler", "printing:Needy"], "printing:Needy cannot be made without arguments"),
            (["a.avro", "b.avro"], "an archive is replayed alone"),
            (["a.avro", "--from", "2d"], "--from and --until are of topics"),
            (["order.placed", "--from", "soon"], "--from: 'soon' is no position"),
            (["missing.avro"], "missing.avro: No such file"),
            (["a.avro", "--schema-ids", "deep.json"], "deep.json does not say which schema id became which"),
            (["nowhere"], "there is no topic nowhere"),
        ],
    )
    def test_wrong_use_says_what_is_wrong(
        self, run: Run, work: Path, at: dict[str, str], arguments: list[str], complaint: str
    ) -> None:
        (work / "printing.py").write_text(HANDLERS)
        (work / "deep.json").write_text("[" * 200_000)
        write_archive(work / "a.avro", [ArchivedRecord(topic="order.placed", partition=0, offset=0)])

        ended = run("replay", *arguments, SCHEMA_REGISTRY_URL="http://127.0.0.1:1", **at)

        assert ended.code == 2
        assert complaint in ended.err
