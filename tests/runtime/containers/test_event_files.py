"""Container files of events: written, read back, read by others, of other versions, grown."""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import sys
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fastavro
import pytest

from eventpact import avro
from eventpact.containers import (
    CODECS,
    ContainerWriter,
    read_contents,
    read_events,
    read_values,
    write_events,
    write_values,
)
from eventpact.errors import ContainerError, EncodeError, ModelError
from tests.runtime.sample import POSTED_V1, Author, Noted, Posted, PostedV1

if TYPE_CHECKING:
    from collections.abc import Iterator

POSTS = [
    Posted(event_id=f"e-{number}", author=Author(id="a-1", name="Ada") if number % 2 else None, text="hello " * number)
    for number in range(40)
]
FASTAVRO_CODECS = [name for name in CODECS if name != "null"] + ["null"]


def as_dict(event: Posted) -> dict[str, Any]:
    author = None if event.author is None else {"id": event.author.id, "name": event.author.name}
    return {
        "event_id": event.event_id,
        "author": author,
        "text": event.text,
        "correlation": event.correlation,
        "likes": event.likes,
    }


def records(path: Path) -> list[Any]:
    with path.open("rb") as stream:
        return list(fastavro.reader(stream))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "posts.avro"


@pytest.mark.parametrize("codec", CODECS)
class TestCodecs:
    def test_events_come_back_as_they_were(self, file: Path, codec: str) -> None:
        assert write_events(file, POSTS, codec=codec, block_bytes=1000) == len(POSTS)

        with read_events(file, Posted) as posts:
            assert posts.codec == codec
            assert list(posts) == POSTS

    def test_fastavro_reads_what_we_write(self, file: Path, codec: str) -> None:
        write_events(file, POSTS, codec=codec, block_bytes=1000)

        assert records(file) == [as_dict(post) for post in POSTS]

    def test_we_read_what_fastavro_writes(self, file: Path, codec: str) -> None:
        schema = json.loads(read_schema())
        with file.open("wb") as stream:
            fastavro.writer(stream, schema, [as_dict(post) for post in POSTS], codec=codec, sync_interval=700)

        assert list(read_events(file, Posted)) == POSTS


def read_schema() -> str:
    stream = io.BytesIO()
    write_events(stream, POSTS[:1])
    stream.seek(0)
    return read_contents(stream).header.schema


def test_a_file_of_an_older_version_is_read_as_the_newer_class(file: Path) -> None:
    write_events(file, [PostedV1(event_id="e-1", text="old")])

    assert list(read_events(file, Posted)) == [Posted(event_id="e-1", text="old", correlation="", likes=0)]


def test_a_file_that_does_not_resolve_says_which_record_and_why(file: Path) -> None:
    write_events(file, [Noted(note="n")])

    with pytest.raises(
        ContainerError, match=r"posts.avro, block 1 at byte \d+: record 1: at byte 0: field 'event_id' has no default"
    ):
        list(read_events(file, Posted))


def test_the_schema_in_a_file_stands_on_its_own(file: Path) -> None:
    write_events(file, POSTS[:1])

    assert '"name":"io.sample.Author"' in read_contents(file).header.schema
    assert avro.meaning(read_contents(file).schema) == avro.meaning(avro.parse(read_schema()))


class TestPlainValues:
    def test_a_file_is_read_with_its_own_schema(self, file: Path) -> None:
        write_events(file, POSTS[:2])

        assert list(read_values(file)) == [as_dict(post) for post in POSTS[:2]]

    def test_a_file_is_read_with_another_schema(self, file: Path) -> None:
        write_events(file, POSTS[:1])
        older = avro.parse(json.dumps(POSTED_V1), [avro.parse(author_text())])

        [value] = read_values(file, schema=older)

        assert "likes" not in value

    def test_records_need_not_be_records(self, file: Path) -> None:
        write_values(file, [1, None, 3], avro.parse('["null", "int"]'))

        assert list(read_values(file)) == records(file) == [1, None, 3]


def author_text() -> str:
    return Posted.contract.references[0].schema


class TestAppending:
    def test_a_file_grows(self, file: Path) -> None:
        write_events(file, POSTS[:10], codec="bzip2")
        write_events(file, POSTS[10:], append=True)

        assert [as_dict(post) for post in read_events(file, Posted)] == records(file) == [as_dict(p) for p in POSTS]

    def test_what_is_not_there_is_begun(self, file: Path) -> None:
        write_events(file, POSTS, append=True)

        assert list(read_events(file, Posted)) == POSTS

    def test_a_file_that_fastavro_wrote_grows(self, file: Path) -> None:
        with file.open("wb") as stream:
            fastavro.writer(stream, json.loads(read_schema()), [as_dict(POSTS[0])], codec="deflate")

        write_events(file, POSTS[1:], append=True)

        assert list(read_events(file, Posted)) == POSTS

    def test_another_schema_is_refused(self, file: Path) -> None:
        write_events(file, [PostedV1(event_id="e-1")])
        before = file.read_bytes()

        with pytest.raises(ContainerError, match="another schema: write to another file"):
            write_events(file, POSTS, append=True)
        assert file.read_bytes() == before

    def test_nothing_is_added_behind_a_damaged_block(self, file: Path) -> None:
        write_events(file, POSTS)
        file.write_bytes(file.read_bytes()[:-3])

        with pytest.raises(ContainerError, match=r"block 1 at byte .*ends inside the marker"):
            write_events(file, POSTS, append=True)

    def test_what_failed_half_way_is_taken_back(self, file: Path) -> None:
        write_events(file, POSTS[:3])
        before = file.read_bytes()

        with pytest.raises(EncodeError, match="record 31: text: expected"):
            write_events(file, with_a_wrong_one(), append=True, block_bytes=100)
        assert file.read_bytes() == before

    def test_a_stream_does_not_grow(self) -> None:
        with pytest.raises(ContainerError, match="the stream: a stream cannot be appended to"):
            write_events(io.BytesIO(), POSTS, append=True)


def with_a_wrong_one() -> Iterator[Posted]:
    yield from POSTS[:30]
    yield Posted(event_id="e-31", text=31)  # type: ignore[arg-type]


class TestNewFiles:
    def test_nothing_is_left_of_a_file_that_failed(self, file: Path) -> None:
        with pytest.raises(EncodeError, match="record 31: text: expected a str, got int") as caught:
            write_events(file, with_a_wrong_one(), block_bytes=100)

        assert caught.value.path == "text"
        assert list(file.parent.iterdir()) == []

    def test_a_file_that_was_there_stays_until_the_new_one_is_whole(self, file: Path) -> None:
        write_events(file, POSTS[:1])

        with pytest.raises(EncodeError):
            write_events(file, with_a_wrong_one())
        assert list(read_events(file, Posted)) == POSTS[:1]

    def test_the_same_events_and_marker_give_the_same_bytes(self, file: Path) -> None:
        write_events(file, POSTS, marker=b"0123456789abcdef")
        first = file.read_bytes()
        write_events(file, POSTS, marker=b"0123456789abcdef")

        assert file.read_bytes() == first

    def test_events_may_come_one_at_a_time(self, file: Path) -> None:
        with ContainerWriter.of_events(file, Posted) as writer:
            writer.write(POSTS[0])
            assert not file.exists()

        assert writer.written == 1
        assert list(read_events(file, Posted)) == POSTS[:1]

    def test_no_events_make_a_file_when_their_class_is_known(self, file: Path) -> None:
        assert write_events(file, [], event=Posted) == 0

        assert list(read_events(file, Posted)) == records(file) == []

    def test_no_events_tell_no_class(self, file: Path) -> None:
        with pytest.raises(ModelError, match="no events to take the class from"):
            write_events(file, [])

    def test_a_class_without_a_contract_is_refused(self, file: Path) -> None:
        with pytest.raises(ModelError, match=r"str is no generated event class.*adapt"):
            write_events(file, ["x"])

    @pytest.mark.parametrize("event", [Posted(event_id="e"), Noted(note="n")], ids=["right", "wrong"])
    def test_one_file_holds_one_class(self, file: Path, event: Any) -> None:
        events: list[Any] = [POSTS[0], event]
        if isinstance(event, Posted):
            assert write_events(file, events) == 2
        else:
            with pytest.raises(EncodeError, match="record 2: expected"):
                write_events(file, events)


class TestMetadata:
    def test_entries_are_kept(self, file: Path) -> None:
        write_events(file, POSTS, metadata={"origin": b"cluster-1"})

        with read_events(file, Posted) as posts, file.open("rb") as stream:
            assert posts.metadata == {"origin": b"cluster-1"}
            assert fastavro.reader(stream).metadata["origin"] == "cluster-1"

    def test_avros_own_keys_are_refused(self, file: Path) -> None:
        with pytest.raises(ValueError, match=r"'avro.schema': keys that start with 'avro.' are Avro's own"):
            write_events(file, POSTS, metadata={"avro.schema": b"{}"})


class TestStreams:
    def test_a_stream_is_written_read_and_left_open(self) -> None:
        stream = io.BytesIO()
        write_events(stream, POSTS)
        stream.seek(0)

        assert list(read_events(stream, Posted)) == POSTS
        assert not stream.closed

    def test_a_pipe_that_gives_few_bytes_at_a_time_is_read(self) -> None:
        stream = io.BytesIO()
        write_events(stream, POSTS)

        class Slow(io.BytesIO):
            def read(self, size: int | None = -1, /) -> bytes:
                return super().read(min(7, size if size and size > 0 else 7))

        assert list(read_events(Slow(stream.getvalue()), Posted)) == POSTS


class TestCodecNames:
    def test_an_unknown_codec_lists_the_known_ones(self, file: Path) -> None:
        with pytest.raises(ContainerError, match="no codec 'lz4'; known are null, deflate, snappy"):
            write_events(file, POSTS, codec="lz4")
        assert not file.exists()

    def test_a_level_that_the_codec_does_not_have_is_refused(self, file: Path) -> None:
        with pytest.raises(ContainerError, match="deflate does not take level 77"):
            write_events(file, POSTS, codec="deflate", level=77)

    def test_a_level_is_used(self, file: Path) -> None:
        write_events(file, POSTS * 20, level=9)
        packed = file.stat().st_size
        write_events(file, POSTS * 20, level=0)

        assert file.stat().st_size > 2 * packed

    @pytest.mark.parametrize(("codec", "library"), [("snappy", "cramjam"), ("zstandard", "backports.zstd")])
    def test_a_missing_library_names_the_extra(self, tmp_path: Path, codec: str, library: str) -> None:
        program = (
            f"import sys; sys.modules[{library!r}] = None; sys.modules['compression.zstd'] = None\n"
            "from eventpact import avro\n"
            "from eventpact.containers import write_values\n"
            f"write_values({str(tmp_path / 'x.avro')!r}, [1], avro.parse('\"int\"'), codec={codec!r})\n"
        )

        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

        assert f"codec {codec} needs {library}: pip install 'eventpact[files]'" in done.stderr.splitlines()[-1]


def test_a_reader_that_is_closed_early_lets_go_of_its_file(file: Path) -> None:
    write_events(file, POSTS, block_bytes=100)
    posts = read_events(file, Posted)
    assert next(posts) == POSTS[0]

    posts.close()

    assert list(posts) == []


def test_reading_holds_one_block_at_a_time(file: Path) -> None:
    write_events(file, (Posted(event_id=str(number)) for number in range(30_000)), block_bytes=2000)
    program = (
        "import tracemalloc, itertools\n"
        "from tests.runtime.sample import Posted\n"
        "from eventpact.containers import read_events\n"
        f"events = read_events({str(file)!r}, Posted)\n"
        "next(events)\n"
        "tracemalloc.start()\n"
        "count = sum(1 for _ in events)\n"
        "print(count, tracemalloc.get_traced_memory()[1])\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[3],
        env={"PYTHONPATH": "runtime:."},
        capture_output=True,
        text=True,
        check=True,
    )

    count, peak = map(int, done.stdout.split())
    assert count == 29_999
    assert peak < 500_000


def test_a_file_appended_to_itself_holds_its_events_twice(file: Path) -> None:
    many = POSTS * 200
    write_events(file, many, codec="null", block_bytes=100)
    stored = islice(read_events(file, Posted), 3 * len(many))  # a reader that followed its writer would never end

    assert write_events(file, stored, append=True, block_bytes=100) == len(many)


def test_a_stream_that_unpacks_a_file_is_read_to_its_own_end(file: Path, tmp_path: Path) -> None:
    write_events(file, POSTS, codec="null")
    packed = tmp_path / "posts.avro.gz"
    packed.write_bytes(gzip.compress(file.read_bytes()))

    with gzip.open(packed, "rb") as unpacking, io.BufferedReader(unpacking) as stream:
        assert list(read_events(stream, Posted)) == POSTS
