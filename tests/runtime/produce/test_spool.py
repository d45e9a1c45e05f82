"""Events on disk: what is kept, in which order, within which limits, and what a disk can do to it."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventpact.errors import DeliveryError, SettingsError
from eventpact.produce.spool import Spool, Spooled
from eventpact.produce.spool_settings import SpoolSettings


def event(seq: int, *, topic: str = "t", key: bytes | None = b"k", value: bytes = b"v") -> Spooled:
    return Spooled(seq, "Posted v2", topic, key, value, [("event-type", b"posted"), ("empty", None)], 1_700_000_000_000)


@pytest.fixture
def settings(tmp_path: Path) -> SpoolSettings:
    return SpoolSettings(path=tmp_path / "spool.db", synchronous="NORMAL")


class TestKeeping:
    def test_what_was_added_is_read_in_the_order_of_sending(self, settings: SpoolSettings) -> None:
        spool = Spool(settings)
        spool.add([event(3), event(4)])
        spool.add([event(1, key=None), event(2, value=bytes(range(256)))])

        assert spool.read(0, 10) == [event(1, key=None), event(2, value=bytes(range(256))), event(3), event(4)]
        assert spool.read(2, 1) == [event(3)]
        spool.close()

    def test_what_waits_is_for_the_service_alone_to_read(self, settings: SpoolSettings, tmp_path: Path) -> None:
        before = os.umask(0o022)
        try:
            spool = Spool(settings)
            spool.add([event(1)])
            files = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
            spool.close()
        finally:
            os.umask(before)

        assert files == {"spool.db": 0o600, "spool.db-wal": 0o600}

    def test_another_process_finds_what_was_left(self, settings: SpoolSettings) -> None:
        first = Spool(settings)
        first.add([event(7), event(8, key=b"other")])
        first.close()

        later = Spool(settings)

        assert [record.seq for record in later.read(0, 10)] == [7, 8]
        assert (later.waiting, later.of_key("t", b"k"), later.of_key("t", b"new")) == (2, 1, 0)
        assert later.next_seq == 9
        later.close()

    def test_what_is_deleted_leaves_nothing_behind(self, settings: SpoolSettings) -> None:
        spool = Spool(settings)
        records = [event(n) for n in range(10)]
        spool.add(records)
        spool.delete(records)

        assert (spool.waiting, spool.waiting_bytes, spool.of_key("t", b"k")) == (0, 0, 0)
        assert spool.read(0, 10) == []
        spool.close()

    def test_what_is_deleted_is_gone_also_where_the_disk_has_no_room_to_shrink_the_file(
        self, settings: SpoolSettings
    ) -> None:
        spool = Spool(settings)
        records = [event(n, value=bytes(500_000)) for n in range(4)]
        spool.add(records)
        # SQLite does not shrink a file that somebody reads; where the disk is full it raises the same error.
        reader = spool._database.execute("SELECT name FROM sqlite_master")

        spool.delete(records)

        reader.close()
        assert (spool.waiting, spool.waiting_bytes, spool.of_key("t", b"k")) == (0, 0, 0)
        spool.add([event(9)])
        assert spool.waiting == 1
        spool.close()

    def test_the_room_of_an_empty_spool_goes_back_to_the_disk(self, settings: SpoolSettings) -> None:
        spool = Spool(settings)
        records = [event(n, value=bytes(100_000)) for n in range(50)]
        spool.add(records)
        full = sum(file.stat().st_size for file in Path(settings.path).parent.iterdir())
        spool.delete(records)

        assert sum(file.stat().st_size for file in Path(settings.path).parent.iterdir()) < full / 10
        spool.close()

    def test_what_brokers_refuse_is_kept_aside_until_the_next_start(self, settings: SpoolSettings) -> None:
        spool = Spool(settings)
        spool.add([event(1), event(2)])
        spool.set_apart(event(1), "too large")

        assert [record.seq for record in spool.read(0, 10)] == [2]
        assert (spool.waiting, spool.set_aside, spool.of_key("t", b"k")) == (2, 1, 1)
        spool.close()
        again = Spool(settings)
        assert [record.seq for record in again.read(0, 10)] == [1, 2]
        again.close()

    def test_schema_ids_are_remembered(self, settings: SpoolSettings) -> None:
        spool = Spool(settings)
        spool.remember_schema_id("posted-value", "f1", 42)
        spool.close()

        later = Spool(settings)
        assert later.schema_id("posted-value", "f1") == 42
        assert later.schema_id("posted-value", "f2") is None
        later.close()

    @given(
        st.lists(
            st.tuples(
                st.none() | st.binary(max_size=8),
                st.binary(max_size=50),
                st.lists(st.tuples(st.text(max_size=5), st.none() | st.binary(max_size=9)), min_size=1, max_size=3),
            ),
            min_size=1,
            max_size=8,
        )
    )
    def test_any_record_comes_back_as_it_was(
        self, parts: list[tuple[bytes | None, bytes, list[tuple[str, bytes | None]]]]
    ) -> None:
        spool = Spool(SpoolSettings(path=":memory:"))
        records = [
            Spooled(n + 1, "E v1", "t", key, value, [*headers], n) for n, (key, value, headers) in enumerate(parts)
        ]
        spool.add(records)

        assert spool.read(0, 100) == records
        spool.delete(records)
        assert spool.waiting_bytes == 0
        spool.close()


class TestLimits:
    def test_a_full_spool_says_so_and_takes_nothing(self, settings: SpoolSettings) -> None:
        spool = Spool(replace(settings, max_records=2))
        spool.add([event(1)])

        with pytest.raises(DeliveryError, match=r"spool .*spool\.db is full: 1 event of \d+ bytes wait, and 2 more"):
            spool.add([event(2), event(3)])
        assert [record.seq for record in spool.read(0, 10)] == [1]
        spool.close()

    def test_bytes_are_bounded_too(self, settings: SpoolSettings) -> None:
        spool = Spool(replace(settings, max_bytes=10_000))
        spool.add([event(1, value=bytes(9_000))])

        with pytest.raises(DeliveryError, match="10,000 bytes"):
            spool.add([event(2, value=bytes(9_000))])
        spool.close()

    def test_a_full_disk_is_an_error_and_loses_nothing(self, tmp_path: Path) -> None:
        """The disk is full for one process alone: its files may not grow beyond 300 kB."""
        path = tmp_path / "spool.db"
        program = """
            import resource, sys
            from eventpact.errors import DeliveryError
            from eventpact.produce.spool import Spool, Spooled
            from eventpact.produce.spool_settings import SpoolSettings

            spool = Spool(SpoolSettings(path=sys.argv[1]))
            resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
            kept = 0
            try:
                while True:
                    spool.add([Spooled(kept + 1, "E v1", "t", b"k", bytes(10_000), None, 0)])
                    kept += 1
            except DeliveryError as error:
                print(error)
            assert spool.waiting == kept
            print(kept)
        """
        done = subprocess.run(
            [sys.executable, "-c", dedent(program), str(path)], capture_output=True, text=True, timeout=60, check=False
        )

        assert done.returncode == 0, done.stderr
        said, kept = done.stdout.splitlines()
        assert f"cannot write to the spool {path}" in said
        assert ": check its disk, and the space that is left there" in said or ": free space on its disk" in said
        spool = Spool(SpoolSettings(path=path))
        assert spool.waiting == int(kept) > 0
        assert [record.seq for record in spool.read(0, 1000)] == list(range(1, int(kept) + 1))
        spool.close()


class TestRefusals:
    def test_two_producers_cannot_share_a_spool(self, settings: SpoolSettings) -> None:
        spool = Spool(settings)

        with pytest.raises(SettingsError, match="another producer uses it: each producer needs a file of its own"):
            Spool(settings)
        spool.close()
        Spool(settings).close()

    def test_another_process_is_refused_too(self, settings: SpoolSettings) -> None:
        spool = Spool(settings)
        program = (
            "import sys; from eventpact.produce.spool import Spool; "
            "from eventpact.produce.spool_settings import SpoolSettings; Spool(SpoolSettings(path=sys.argv[1]))"
        )
        done = subprocess.run(
            [sys.executable, "-c", program, str(settings.path)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

        assert done.returncode == 1
        assert "another producer uses it" in done.stderr
        spool.close()

    def test_a_folder_that_is_not_there_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(SettingsError, match=r"cannot open the spool .*make its folder"):
            Spool(SpoolSettings(path=tmp_path / "missing" / "spool.db"))

    def test_a_file_of_another_kind_is_left_alone(self, tmp_path: Path) -> None:
        file = tmp_path / "notes.txt"
        file.write_text("My notes, which are longer than the header of a database is, in any case: " * 20)

        with pytest.raises(SettingsError, match="it is another kind of file"):
            Spool(SpoolSettings(path=file))
        assert file.read_text().startswith("My notes")

    def test_a_database_of_something_else_is_left_alone(self, tmp_path: Path) -> None:
        file = tmp_path / "other.db"
        other = sqlite3.connect(file)
        other.execute("CREATE TABLE events (name TEXT)")
        other.close()

        with pytest.raises(SettingsError, match="is the database of something else"):
            Spool(SpoolSettings(path=file))

    def test_limits_that_hold_nothing_are_refused(self, tmp_path: Path) -> None:
        with pytest.raises(SettingsError, match="max_records=0"):
            SpoolSettings(path=tmp_path / "spool.db", max_records=0)
