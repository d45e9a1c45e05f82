"""What every store of handled events does, and what is each one's own."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from eventpact.errors import SettingsError
from eventpact.idempotent import CLAIMED, HANDLED, PostgresStore, SqliteStore

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Open

LONG = 600.0
SHORT = 0.001


def test_an_event_is_claimed_once_and_handled_once(open_store: Open) -> None:
    store = open_store()

    assert store.claim("a", LONG) == CLAIMED
    store.confirm("a")

    assert store.claim("a", LONG) == HANDLED
    assert store.claim("b", LONG) == CLAIMED


def test_another_member_waits_as_long_as_the_claim_lasts(open_store: Open) -> None:
    ours, theirs = open_store(), open_store()
    ours.claim("a", LONG)

    refused = theirs.claim("a", LONG)
    ours.confirm("a")

    assert not refused.granted
    assert LONG - 60 < refused.wait <= LONG
    assert theirs.claim("a", LONG) == HANDLED


def test_what_failed_may_be_claimed_again_at_once(open_store: Open) -> None:
    ours, theirs = open_store(), open_store()
    ours.claim("a", LONG)

    ours.release("a")

    assert theirs.claim("a", LONG) == CLAIMED


def test_nobody_releases_the_claim_of_another_or_what_was_handled(open_store: Open) -> None:
    ours, theirs = open_store(), open_store()
    ours.claim("a", LONG)

    theirs.release("a")
    assert not theirs.claim("a", LONG).granted
    ours.confirm("a")
    ours.release("a")

    assert theirs.claim("a", LONG) == HANDLED


def test_a_claim_whose_owner_died_ends(open_store: Open) -> None:
    ours, theirs = open_store(), open_store()
    ours.claim("a", SHORT)

    claim = theirs.claim("a", LONG)
    while not claim.granted:
        threading.Event().wait(claim.wait)
        claim = theirs.claim("a", LONG)

    assert not ours.claim("a", LONG).granted


def test_a_claim_that_ends_at_this_very_moment_is_not_taken_for_handled(open_store: Open) -> None:
    ours, theirs = open_store(), open_store()

    for number in range(5):
        ours.claim(str(number), 0.02)
        claim = theirs.claim(str(number), LONG)
        while not claim.granted:  # asks many times in the last millisecond, too
            assert claim.wait > 0
            claim = theirs.claim(str(number), LONG)


def test_what_was_handled_counts_even_when_its_claim_had_ended(open_store: Open) -> None:
    store = open_store()
    store.claim("a", SHORT)

    store.confirm("a")

    assert store.claim("a", LONG) == HANDLED


def test_of_many_threads_one_gets_the_claim(open_store: Open) -> None:
    store = open_store()
    granted: list[bool] = []
    threads = [threading.Thread(target=lambda: granted.append(store.claim("a", LONG).granted)) for _ in range(8)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(granted) == [False] * 7 + [True]


def test_any_text_may_be_a_key(open_store: Open) -> None:
    store = open_store()
    key = "group/Event/'; DROP TABLE handled; -- \N{SNOWMAN} %s {table}" + "x" * 900

    assert store.claim(key, LONG) == CLAIMED
    store.confirm(key)
    assert store.claim(key, LONG) == HANDLED


def test_a_file_is_for_the_service_alone_to_read(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        with SqliteStore(tmp_path / "handled", keep=timedelta(hours=1)) as store:
            store.confirm("a")
            files = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    finally:
        os.umask(before)

    assert files == dict.fromkeys(("handled", "handled-wal", "handled-shm"), 0o600)


def test_a_store_may_be_in_memory() -> None:
    with SqliteStore(":memory:", keep=timedelta(hours=1)) as store:
        store.confirm("a")

        assert store.claim("a", LONG) == HANDLED


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def test_a_file_forgets_what_was_handled_long_ago(tmp_path: Path) -> None:
    clock = Clock()
    with SqliteStore(tmp_path / "handled", keep=timedelta(hours=1), fsync=False, clock=clock) as store:
        for number in range(1500):
            store.confirm(str(number))
        clock.now += 3601
        for number in range(600):
            store.confirm(f"later {number}")

        assert len(store) == 600
        assert store.claim("1400", LONG) == CLAIMED


def test_a_file_forgets_the_oldest_beyond_its_limit(tmp_path: Path) -> None:
    with SqliteStore(tmp_path / "handled", keep=timedelta(days=1), most=500, fsync=False) as store:
        for number in range(5001):
            store.confirm(str(number))

        assert len(store) <= 1500
        assert store.claim("5000", LONG) == HANDLED
        assert store.claim("0", LONG) == CLAIMED


def test_a_file_remembers_what_a_process_that_was_killed_had_handled(tmp_path: Path) -> None:
    program = (
        "import os, sys, signal\n"
        "from datetime import timedelta\n"
        "from eventpact.idempotent import SqliteStore\n"
        "store = SqliteStore(sys.argv[1], keep=timedelta(hours=1))\n"
        "for number in range(50): store.claim(str(number), 600); store.confirm(str(number))\n"
        "store.claim('in hand', 600)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    path = tmp_path / "handled"
    assert subprocess.run([sys.executable, "-c", program, str(path)], check=False).returncode == -9

    with SqliteStore(path, keep=timedelta(hours=1)) as store:
        assert [store.claim(str(number), LONG) for number in range(50)] == [HANDLED] * 50
        assert not store.claim("in hand", LONG).granted


def test_a_table_is_called_by_a_plain_name() -> None:
    with pytest.raises(SettingsError, match="a table cannot be called 'x; drop table y'"):
        PostgresStore(lambda: None, keep=timedelta(days=1), table="x; drop table y")  # type: ignore[arg-type,return-value]  # never called
