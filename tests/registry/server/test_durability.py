"""What was acknowledged stays: through kill -9, restarts, and many writers at once."""

from __future__ import annotations

import http.client
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from eventpact.errors import EventPactError
from eventpact_registry.server import EmbeddedRegistry
from tests.registry.server.process import serve
from tests.registry.server.rest import MEDIA_TYPE, Rest, record, submission

if TYPE_CHECKING:
    from pathlib import Path

REGISTER = """
import http.client, json, sys
host, prefix, count, shared = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
connection = http.client.HTTPConnection(host, timeout=60)
for number in range(count):
    name = f"Shared{number}" if shared == "shared" else f"{prefix}{number}"
    schema = json.dumps({"type": "record", "name": name, "fields": [{"name": "a", "type": "int"}]})
    connection.request("POST", f"/subjects/{name}/versions", json.dumps({"schema": schema}),
                       {"Content-Type": "application/json"})
    print(name, json.loads(connection.getresponse().read())["id"])
"""


def test_every_acknowledged_registration_survives_kill_9_in_the_middle_of_a_burst(tmp_path: Path) -> None:
    database = tmp_path / "registry.db"
    process, url = serve(database)
    acknowledged: dict[str, int] = {}

    def burst(client: int) -> None:
        connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=10)
        try:
            for number in range(10_000):
                subject = f"client{client}-{number}"
                body = json.dumps(submission(record(f"R{client}x{number}", "a: int")))
                connection.request("POST", f"/subjects/{subject}/versions", body, {"Content-Type": MEDIA_TYPE})
                acknowledged[subject] = json.loads(connection.getresponse().read())["id"]
                if len(acknowledged) == 200:
                    os.kill(process.pid, signal.SIGKILL)
        except (OSError, http.client.HTTPException):
            return

    with ThreadPoolExecutor(4) as clients:
        list(clients.map(burst, range(4)))
    process.wait()

    assert len(acknowledged) >= 200
    with EmbeddedRegistry(database) as registry:
        rest = Rest(registry.url)
        kept = {found["subject"]: found["id"] for found in rest("GET", "/schemas").body}
        assert acknowledged.items() <= kept.items()
        assert len(set(kept.values())) == len(kept)
        assert rest.register("next", record("Next", "a: int")).body["id"] > max(kept.values())


@pytest.mark.parametrize("kind", ["shared", "own"])
def test_sixteen_processes_get_one_id_for_one_schema_and_different_ids_for_different_ones(
    tmp_path: Path, kind: str
) -> None:
    processes, schemas = 16, 125
    with EmbeddedRegistry(tmp_path / "registry.db") as registry:
        host = registry.url.removeprefix("http://")
        running = [
            subprocess.Popen(
                [sys.executable, "-c", REGISTER, host, f"P{number}x", str(schemas), kind],
                stdout=subprocess.PIPE,
                text=True,
            )
            for number in range(processes)
        ]
        answers = [line.split() for process in running for line in process.communicate()[0].splitlines()]

    assert len(answers) == processes * schemas
    ids = {(name, schema_id) for name, schema_id in answers}
    distinct = schemas if kind == "shared" else processes * schemas
    assert len(ids) == distinct
    assert max(Counter(schema_id for _, schema_id in ids).values()) == 1


def test_two_servers_on_one_database_agree(tmp_path: Path) -> None:
    database = tmp_path / "registry.db"
    with EmbeddedRegistry(database) as first, EmbeddedRegistry(database) as second:
        servers = [Rest(first.url), Rest(second.url)]
        with ThreadPoolExecutor(8) as clients:
            answers = list(
                clients.map(
                    lambda number: servers[number % 2].register(f"s{number // 4}", record("R", "a: int")).body["id"],
                    range(80),
                )
            )

        assert set(answers) == {1}
        assert servers[0]("GET", "/subjects").body == servers[1]("GET", "/subjects").body


def test_a_restart_keeps_subjects_levels_and_modes(tmp_path: Path) -> None:
    database = tmp_path / "registry.db"
    with EmbeddedRegistry(database) as registry:
        rest = Rest(registry.url)
        rest.register("users", record("User", "a: int"))
        rest("PUT", "/config/users", {"compatibility": "FULL"})
        rest("PUT", "/mode", {"mode": "READONLY"})

    with EmbeddedRegistry(database) as registry:
        rest = Rest(registry.url)
        assert rest("GET", "/subjects/users/versions").body == [1]
        assert rest("GET", "/config/users").body == {"compatibilityLevel": "FULL"}
        assert rest("GET", "/mode").body == {"mode": "READONLY"}


def test_a_file_that_is_no_registrys_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("not a database, but long enough to be taken for one by its first bytes" * 20)

    with pytest.raises(EventPactError, match=r"notes\.txt cannot be opened"):
        EmbeddedRegistry(text)

    assert text.read_text().startswith("not a database")


def test_another_programs_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    database = tmp_path / "notes.db"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("CREATE TABLE notes (text)")
    before = database.read_bytes()

    with pytest.raises(EventPactError, match=r"notes\.db is another program's database"):
        EmbeddedRegistry(database)

    assert database.read_bytes() == before


def test_a_database_of_a_later_format_is_refused(tmp_path: Path) -> None:
    database = tmp_path / "registry.db"
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA user_version = 99")
    connection.close()

    with pytest.raises(EventPactError, match="has format 99, this version reads format 3"):
        EmbeddedRegistry(database)


def test_a_database_of_the_format_before_is_upgraded(tmp_path: Path) -> None:
    database = tmp_path / "registry.db"
    with EmbeddedRegistry(database) as registry:
        Rest(registry.url).register("users", record("User", "a: int"))
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("ALTER TABLE schemas DROP COLUMN metadata")
        connection.execute("PRAGMA user_version = 2")

    with EmbeddedRegistry(database) as registry:
        rest = Rest(registry.url)
        assert rest.register("users", record("User", "a: int")).place == (1, 1)
        assert rest.register("users", record("User", "a: int"), metadata={"properties": {"owner": "me"}}).place == (
            2,
            2,
        )


def test_a_folder_that_does_not_exist_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(EventPactError, match=r"missing/registry\.db cannot be opened"):
        EmbeddedRegistry(tmp_path / "missing" / "registry.db")


def test_a_database_that_fails_is_500_with_its_own_code(tmp_path: Path) -> None:
    database = tmp_path / "registry.db"
    with EmbeddedRegistry(database) as registry:
        connection = sqlite3.connect(database)
        connection.execute("DROP TABLE versions")
        connection.close()

        answer = Rest(registry.url).register("users", record("User", "a: int"))

    assert (answer.status, answer.code) == (500, 50001)
    assert "no such table: versions" in answer.body["message"]
