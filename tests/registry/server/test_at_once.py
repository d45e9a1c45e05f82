"""What is quickly done is done at once, and everything else in a thread: readers are answered meanwhile."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from eventpact_registry.server import EmbeddedRegistry, Limits
from eventpact_registry.server.library import Library
from eventpact_registry.server.pace import Pace, TakesLonger
from eventpact_registry.server.registration import Registration, Submission
from eventpact_registry.server.rows import Reference
from eventpact_registry.server.store import Store
from eventpact_registry.server.subjects import Subjects
from tests.registry.server.rest import Rest, record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LARGE = record("Large", *(f"field_number_{number}: string" for number in range(1_000)))
USER = record("User", "name: string", "age: int")
NEWER = record("User", "name: string")


@pytest.fixture
def store() -> Iterator[Store]:
    with closing(Store(":memory:")) as opened:
        yield opened


def registration(store: Store, pace: Pace, library: Library | None = None) -> Registration:
    return Registration(store, Limits(), library or Library(), pace)


def register(registration: Registration, subject: str, text: str, *references: Reference) -> int:
    found = registration.register(subject, Submission(text=text, references=references), normalize=False)
    return found.version.version


def test_a_small_schema_is_registered_and_found_at_once(store: Store) -> None:
    at_once = registration(store, Pace.AT_ONCE)

    assert register(at_once, "users", USER) == 1
    assert register(at_once, "users", USER) == 1
    assert register(at_once, "users", NEWER) == 2
    found = at_once.lookup("users", Submission(text=USER), normalize=False, deleted=False)
    assert found.version.version == 1


def test_a_large_schema_is_left_to_a_thread_and_nothing_is_written(store: Store) -> None:
    with pytest.raises(TakesLonger):
        register(registration(store, Pace.AT_ONCE), "large", LARGE)

    assert Subjects(store).names(prefix="", deleted=True, deleted_only=False) == []


def test_a_small_schema_that_refers_to_a_large_one_is_left_to_a_thread(store: Store) -> None:
    library = Library()
    register(registration(store, Pace.UNHURRIED, library), "large", LARGE)

    with pytest.raises(TakesLonger):
        register(
            registration(store, Pace.AT_ONCE, library), "small", record("S", "l: Large"), Reference("Large", "large", 1)
        )


def test_a_schema_with_very_many_references_is_left_to_a_thread(store: Store) -> None:
    with pytest.raises(TakesLonger):
        register(registration(store, Pace.AT_ONCE), "small", USER, *([Reference("User", "users", 1)] * 1_000))


def test_a_small_schema_after_a_large_one_is_left_to_a_thread(store: Store) -> None:
    library = Library()
    register(registration(store, Pace.UNHURRIED, library), "large", LARGE)

    with pytest.raises(TakesLonger):
        register(registration(store, Pace.AT_ONCE, library), "large", record("Large", "only: string"))


def test_what_has_to_be_parsed_again_first_is_left_to_a_thread(store: Store) -> None:
    register(registration(store, Pace.UNHURRIED), "users", USER)
    library = Library()  # as after a restart

    with pytest.raises(TakesLonger):
        register(registration(store, Pace.AT_ONCE, library), "users", NEWER)
    assert register(registration(store, Pace.UNHURRIED, library), "users", NEWER) == 2


def test_a_registration_waits_for_a_writer_in_another_process_while_readers_are_answered(tmp_path: Path) -> None:
    database = tmp_path / "registry.db"
    with (
        EmbeddedRegistry(database) as registry,
        ThreadPoolExecutor(1) as client,
        closing(sqlite3.connect(database, isolation_level=None)) as other,
    ):
        rest = Rest(registry.url)
        rest.register("users", USER)
        other.execute("BEGIN IMMEDIATE")

        waiting = client.submit(rest.register, "people", USER)
        answers = [rest("GET", "/schemas/ids/1").status for _ in range(20)]
        assert not waiting.done()
        other.execute("COMMIT")

        assert answers == [200] * 20
        assert waiting.result().place == (1, 1)


def test_a_registration_waits_for_a_thread_that_writes_while_readers_are_answered(tmp_path: Path) -> None:
    with EmbeddedRegistry(tmp_path / "registry.db") as registry, ThreadPoolExecutor(1) as client:
        rest = Rest(registry.url)
        rest.register("users", USER)

        with registry._app.store.writing():
            waiting = client.submit(rest.register, "people", USER)
            answers = [rest("GET", "/schemas/ids/1").status for _ in range(20)]
            assert not waiting.done()

        assert answers == [200] * 20
        assert waiting.result().place == (1, 1)
