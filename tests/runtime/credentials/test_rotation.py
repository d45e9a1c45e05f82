"""Clients hear of a user or password that was renewed in its file."""

from __future__ import annotations

import gc
import os
import threading
from pathlib import Path
from typing import Any

import confluent_kafka
import pytest
from confluent_kafka.admin import AdminClient

from eventpact.clients import Complaints, connect
from eventpact.credentials import Revealed, Sasl, Secret, SecretFile
from eventpact.credentials.rotation import CLIENTS, Rotation, rotates
from eventpact.settings import Settings


class Told:
    """A client that notes what it is told."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str]] = []

    def set_sasl_credentials(self, username: str, password: str) -> None:
        self.heard.append((username, password))


class Closed:
    """A client that was closed."""

    def __init__(self) -> None:
        self.asked = 0

    def set_sasl_credentials(self, username: str, password: str) -> None:
        self.asked += 1
        raise RuntimeError("Handle has been closed")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "password"
    path.write_text("first")
    return path


@pytest.fixture
def rotation() -> Rotation:
    return Rotation(every=None)


def config(file: Path) -> dict[str, str]:
    return {"sasl.username": "ann", "sasl.password": Revealed(SecretFile(str(file)))}


def replace(file: Path, text: str) -> None:
    """As those do who renew secrets: another file under the same name."""
    file.with_suffix(".new").write_text(text)
    file.with_suffix(".new").replace(file)


def test_a_renewed_password_is_told_once(rotation: Rotation, file: Path) -> None:
    client = Told()
    rotation.watch(client, config(file))

    rotation.look()
    replace(file, "second")
    rotation.look()
    rotation.look()

    assert client.heard == [("ann", "second")]


def test_a_password_written_into_the_same_file_is_told_too(rotation: Rotation, file: Path) -> None:
    client = Told()
    rotation.watch(client, config(file))

    file.write_text("second")
    os.utime(file, ns=(1, 1))
    rotation.look()

    assert client.heard == [("ann", "second")]


def test_a_file_that_is_touched_and_not_changed_is_no_news(rotation: Rotation, file: Path) -> None:
    client = Told()
    rotation.watch(client, config(file))

    replace(file, "first\n")
    rotation.look()

    assert client.heard == []


def test_a_file_that_is_gone_for_a_moment_changes_nothing_until_it_is_back(
    rotation: Rotation, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    client = Told()
    rotation.watch(client, config(file))

    file.unlink()
    rotation.look()
    rotation.look()
    file.write_text("second")
    rotation.look()

    assert client.heard == [("ann", "second")]
    assert [record.message for record in caplog.records if "stay in use" in record.message] == [
        f"{str(file)!r} cannot be read: No such file or directory; the credentials read before stay in use"
    ]


def test_a_client_that_nobody_holds_is_forgotten(rotation: Rotation, file: Path) -> None:
    client, other = Told(), Told()
    rotation.watch(client, config(file))
    rotation.watch(other, config(file))

    del client
    gc.collect()
    replace(file, "second")
    rotation.look()

    assert other.heard == [("ann", "second")]


def test_a_client_that_was_closed_is_asked_no_more(rotation: Rotation, file: Path) -> None:
    client = Closed()
    rotation.watch(client, config(file))

    for password in ("second", "third"):
        replace(file, password)
        rotation.look()

    assert client.asked == 1


def test_secrets_stay_out_of_the_log(rotation: Rotation, file: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    client = Told()
    rotation.watch(client, config(file))

    replace(file, "hunter2")
    rotation.look()

    assert client.heard
    assert "hunter2" not in caplog.text


@pytest.mark.parametrize("make", [confluent_kafka.Producer, confluent_kafka.Consumer, AdminClient])
def test_every_kind_of_client_is_watched_until_it_ends(make: type, file: Path) -> None:
    sasl = Sasl(username="ann", password=SecretFile(str(file)))
    settings = Settings(brokers="127.0.0.1:1", sasl=sasl)
    connecting = settings.consumer_config("g") if make is confluent_kafka.Consumer else settings.admin_config()

    client: Any = connect(make, connecting, Complaints(settings.brokers))
    watched = id(client) in CLIENTS._watched
    if hasattr(client, "close"):
        client.close()
        assert id(client) not in CLIENTS._watched

    assert watched
    assert isinstance(client, make)


def test_a_consumer_that_polls_all_the_time_keeps_nobody_waiting(file: Path) -> None:
    settings = Settings(brokers="127.0.0.1:1", sasl=Sasl(username="ann", password=SecretFile(str(file))))
    consumer: Any = connect(confluent_kafka.Consumer, settings.consumer_config("g"), Complaints(settings.brokers))
    stop, polled = threading.Event(), threading.Semaphore(0)

    def poll() -> None:
        while not stop.is_set():
            consumer.poll(0.05)
            polled.release()

    polling = threading.Thread(target=poll)
    polling.start()
    replace(file, "second")
    CLIENTS.look()
    for _ in range(3):
        assert polled.acquire(timeout=60)
    stop.set()
    polling.join()
    consumer.close()

    assert consumer._renewed is None


def test_a_password_renewed_before_its_client_is_watched_is_no_news_missed(rotation: Rotation, file: Path) -> None:
    client, read_before = Told(), config(file)

    replace(file, "second")
    rotation.watch(client, read_before)
    rotation.look()

    assert client.heard == [("ann", "second")]


def test_a_password_that_stands_in_the_settings_is_not_watched() -> None:
    settings = Settings(sasl=Sasl(username="ann", password=Secret("x")))

    assert not rotates(settings.admin_config())
