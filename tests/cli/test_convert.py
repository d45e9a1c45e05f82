"""`convert`: container files and JSON lines into each other, of any version of an event."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from pathlib import Path
from typing import Any

import fastavro
import pytest

from tests.cli.commands import COMMAND, Run, environment, execute, write
from tests.registry.contracts.building import avsc, field

ORDER = "shop/order.placed"
V2 = avsc(
    "OrderPlaced",
    field("orderId"),
    field("note", ["null", "string"], default=None),
    field("at", {"type": "long", "logicalType": "timestamp-millis"}, default=0),
)
NAME = "org.shop.OrderPlaced"


@pytest.fixture
def versions(shop: Path) -> Path:
    """The shop with two versions of its event."""
    return write(shop, {f"{ORDER}/OrderPlaced.v2.avsc": V2})


def lines(*records: dict[str, Any]) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


FIRST = {"orderId": "o-1", "note": {"string": "two"}, "at": 1000}
SECOND = {"orderId": "o-2", "note": None, "at": 2000}


@pytest.fixture
def sent(versions: Path, work: Path, run: Run) -> Path:
    """Two orders of version 2 in `sent.avro`."""
    (work / "sent.jsonl").write_text(lines(FIRST, SECOND))
    said = run("convert", "sent.jsonl", "sent.avro", "--event", "shop/OrderPlaced")
    assert (said.code, said.err, said.out) == (0, "", "sent.avro: 2 records\n")
    return work / "sent.avro"


def records(path: Path) -> list[Any]:
    with path.open("rb") as stream:
        return list(fastavro.reader(stream))


def test_json_lines_become_a_container_file_that_others_read(sent: Path) -> None:
    assert [(record["orderId"], record["note"]) for record in records(sent)] == [("o-1", "two"), ("o-2", None)]


def test_a_container_file_becomes_the_same_json_lines(sent: Path, run: Run) -> None:
    assert run("convert", "sent.avro", "back.jsonl").out == "back.jsonl: 2 records\n"

    assert [json.loads(line) for line in Path("back.jsonl").read_text().splitlines()] == [FIRST, SECOND]


def test_plain_json_is_for_people_and_comes_back(sent: Path, run: Run) -> None:
    run("convert", "sent.avro", "plain.jsonl", "--json", "plain")

    first = json.loads(Path("plain.jsonl").read_text().splitlines()[0])
    assert (first["note"], first["at"]) == ("two", "1970-01-01T00:00:01.000Z")
    run("convert", "plain.jsonl", "back.avro", "--json", "plain", "--event", "OrderPlaced")
    assert records(Path("back.avro")) == records(sent)


@pytest.mark.parametrize("codec", ["null", "deflate", "snappy", "zstandard", "bzip2", "xz"])
def test_a_file_is_packed_otherwise(sent: Path, run: Run, codec: str) -> None:
    run("convert", "sent.avro", "packed.avro", "--codec", codec)

    with Path("packed.avro").open("rb") as stream:
        assert fastavro.reader(stream).metadata["avro.codec"] == codec
    assert records(Path("packed.avro")) == records(sent)


class TestVersions:
    def test_an_event_is_known_by_its_name_in_the_file(self, sent: Path, run: Run) -> None:
        assert run("convert", "sent.avro", "old.avro", "--to-version", "1").code == 0

        assert records(Path("old.avro")) == [{"orderId": "o-1"}, {"orderId": "o-2"}]

    def test_an_older_file_is_brought_up_to_date(self, sent: Path, run: Run) -> None:
        run("convert", "sent.avro", "old.avro", "--event", "OrderPlaced@1")
        run("convert", "old.avro", "new.avro", "--event", "shop/OrderPlaced")

        assert [record["note"] for record in records(Path("new.avro"))] == [None, None]

    def test_json_of_one_version_becomes_another(self, versions: Path, work: Path, run: Run) -> None:
        (work / "old.jsonl").write_text(lines({"orderId": "o-1"}))

        run("convert", "old.jsonl", "new.jsonl", "--event", "OrderPlaced@1", "--to-version", "2")

        assert json.loads((work / "new.jsonl").read_text()) == {"orderId": "o-1", "note": None, "at": 0}

    def test_a_schema_file_serves_without_contracts(self, sent: Path, work: Path, run: Run) -> None:
        schema = {"type": "record", "name": "OrderPlaced", "namespace": "org.shop", "fields": [field("orderId")]}
        (work / "own.avsc").write_text(json.dumps(schema))

        run("convert", "sent.avro", "own.jsonl", "--schema", "own.avsc")

        assert (work / "own.jsonl").read_text() == lines({"orderId": "o-1"}, {"orderId": "o-2"}).replace(" ", "")

    def test_records_that_do_not_resolve_are_named(self, sent: Path, work: Path, run: Run) -> None:
        schema = {"type": "record", "name": "OrderPlaced", "namespace": "org.shop", "fields": [field("amount", "long")]}
        (work / "own.avsc").write_text(json.dumps(schema))

        assert "sent.avro: record 1: " in run("convert", "sent.avro", "own.jsonl", "--schema", "own.avsc").error
        assert not Path("own.jsonl").exists()


class TestStreams:
    def test_events_go_through_pipes(self, sent: Path, work: Path) -> None:
        out = execute("convert", "sent.avro", "-", "--to", "json", cwd=work)
        assert (out.code, out.err) == (0, "standard output: 2 records\n")

        back = execute(
            "convert", "-", "piped.avro", "--from", "json", "--event", "OrderPlaced", cwd=work, stdin=out.out
        )
        assert (back.code, back.out) == (0, "piped.avro: 2 records\n")
        assert records(work / "piped.avro") == records(sent)

    def test_container_files_go_through_pipes(self, sent: Path, work: Path) -> None:
        command = [*COMMAND, "convert", "-", "-", "--from", "avro", "--to", "avro", "--quiet"]
        done = subprocess.run(
            command, cwd=work, env=environment(), input=sent.read_bytes(), capture_output=True, check=True
        )

        (work / "copy.avro").write_bytes(done.stdout)
        assert records(work / "copy.avro") == records(sent)
        assert done.stderr == b""

    def test_a_reader_that_goes_away_is_no_error(self, versions: Path, work: Path, run: Run) -> None:
        (work / "many.jsonl").write_text(lines(FIRST) * 20_000)
        script = f"{' '.join(COMMAND)} convert many.jsonl - --to json --event OrderPlaced | head -1"

        done = subprocess.run(
            script, shell=True, cwd=work, env=environment(), capture_output=True, text=True, check=False
        )

        assert json.loads(done.stdout) == FIRST
        assert done.stderr == ""


def test_quiet_says_nothing(sent: Path, run: Run) -> None:
    said = run("convert", "sent.avro", "more.jsonl", "--quiet")

    assert (said.code, said.out, said.err) == (0, "", "")


def test_a_file_grows(sent: Path, run: Run) -> None:
    run("convert", "sent.jsonl", "sent.avro", "--event", "OrderPlaced", "--append")

    assert len(records(sent)) == 4


def test_a_file_takes_itself_once(sent: Path, run: Run) -> None:
    run("convert", "sent.avro", "sent.avro", "--append")

    assert len(records(sent)) == 4


def test_a_bar_shows_on_a_terminal_what_is_read(versions: Path, work: Path) -> None:
    (work / "many.jsonl").write_text(lines(FIRST) * 2000)
    ours, theirs = pty.openpty()

    with subprocess.Popen(
        [*COMMAND, "convert", "many.jsonl", "many.avro", "--event", "OrderPlaced"],
        cwd=work,
        env=environment(TERM="xterm"),
        stdout=subprocess.PIPE,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        shown = b""
        while True:
            try:
                part = os.read(ours, 4096)
            except OSError:  # how a terminal ends
                break
            if not part:
                break
            shown += part
        assert process.stdout is not None
        assert process.stdout.read() == b"many.avro: 2,000 records\n"
    os.close(ours)

    assert b"many.jsonl" in shown


class TestWrongUse:
    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["sent.avro", "sent.txt"], "the ending of TARGET 'sent.txt' tells no format: give --to avro or --to json"),
            (["-", "x.avro"], "the ending of SOURCE '-' tells no format: give --from avro or --from json"),
            (["sent.jsonl", "x.avro"], "JSON does not say its schema: give --event or --schema"),
            (["sent.avro", "x.jsonl", "--codec", "snappy"], "--codec, --level and --append are of container files"),
            (["sent.jsonl", "x.avro", "--event", "OrderPlaced", "--codec", "lz4"], "x.avro: there is no codec 'lz4'"),
            (["sent.jsonl", "x.avro", "--event", "OrderPlaced@9"], "OrderPlaced has no version 9"),
            (["sent.jsonl", "x.avro", "--event", "OrderPlaced@new"], "'OrderPlaced@new' names no version"),
            (["sent.jsonl", "x.avro", "--event", "Nothing"], "there is no event or type Nothing"),
            (["sent.jsonl", "x.avro", "--schema", "sent.jsonl"], "sent.jsonl:"),
            (["missing.avro", "x.jsonl"], "missing.avro: No such file or directory"),
            (["sent.jsonl", "x.jsonl", "--from", "avro"], "sent.jsonl at byte 0: this is no Avro container file"),
        ],
    )
    def test_it_is_one_line_and_leaves_nothing(self, sent: Path, run: Run, arguments: list[str], said: str) -> None:
        assert said in run("convert", *arguments).error
        assert not [file for file in sent.parent.iterdir() if file.name.startswith("x.")]

    def test_a_file_of_something_else_needs_a_name(self, sent: Path, work: Path, run: Run) -> None:
        with (work / "other.avro").open("wb") as stream:
            fastavro.writer(stream, {"type": "record", "name": "Other", "fields": []}, [{}])

        said = run("convert", "other.avro", "x.avro", "--to-version", "1").error
        assert "the contracts have no event Other, which other.avro holds (hint: name the event with --event)" in said


class TestDamagedInput:
    def test_a_wrong_line_is_named(self, versions: Path, work: Path, run: Run) -> None:
        (work / "bad.jsonl").write_text(lines(FIRST) + "\n" + lines({"orderId": 5, "note": None, "at": 0}))

        assert run("convert", "bad.jsonl", "x.avro", "--event", "OrderPlaced").error.startswith(
            "bad.jsonl: line 3: orderId: "
        )
        assert not (work / "x.avro").exists()

    def test_a_damaged_block_is_named(self, sent: Path, run: Run) -> None:
        sent.write_bytes(sent.read_bytes()[:-1])

        assert "sent.avro, block 1 at byte" in run("convert", "sent.avro", "x.jsonl").error
        assert not Path("x.jsonl").exists()

    def test_text_that_is_none_is_named(self, work: Path, run: Run) -> None:
        with (work / "text.avro").open("wb") as stream:
            fastavro.writer(stream, {"type": "record", "name": "T", "fields": [field("b", "bytes")]}, [{"b": b"\xff"}])
        data = (work / "text.avro").read_bytes().replace(b'"bytes"', b'"string"', 1)
        size = data.index(b"avro.schema") + len("avro.schema")
        (work / "text.avro").write_bytes(data[:size] + bytes([data[size] + 2]) + data[size + 1 :])

        assert "text.avro: record 1: b" in run("convert", "text.avro", "x.jsonl").error
