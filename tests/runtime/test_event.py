"""What the runtime puts into the envelope of an event."""

from __future__ import annotations

import subprocess
import sys
from contextvars import copy_context
from datetime import UTC, datetime, timedelta

import pytest

from eventpact.event import correlated, correlation_id, identified, new_id, now, source
from tests.runtime.sample import Posted


def test_ids_are_random() -> None:
    first, second = new_id(), new_id()

    assert first != second
    assert first.version == 4


def test_time_is_now_in_utc_and_whole_milliseconds() -> None:
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    moment = now()

    assert moment.tzinfo is UTC
    assert moment.microsecond % 1000 == 0
    assert before <= moment <= datetime.now(UTC)


def test_a_correlated_block_gives_its_id_to_everything_made_inside() -> None:
    with correlated("c-1"):
        assert correlation_id() == "c-1"
        with correlated("c-2") as inner:
            assert correlation_id() == inner == "c-2"
        assert correlation_id() == "c-1"


def test_outside_of_any_block_each_id_is_new() -> None:
    assert correlation_id() != correlation_id()


def test_a_block_without_id_makes_one() -> None:
    with correlated() as made:
        assert correlation_id() == correlation_id() == made


def test_a_block_is_seen_by_its_own_context_only() -> None:
    outside = copy_context()

    with correlated("c-1"):
        assert outside.run(correlation_id) != "c-1"


def test_the_source_is_the_service_that_is_identified(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_CLIENT_ID", "from-environment")

    assert source() == "from-environment"
    with identified("chat-service"):
        assert source() == "chat-service"


def test_without_a_name_the_source_is_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KAFKA_CLIENT_ID", raising=False)
    monkeypatch.setattr(sys, "argv", ["/srv/billing.py"])

    assert source() == "billing"


def test_importing_the_runtime_loads_neither_client() -> None:
    code = "import eventpact, sys; print([m for m in sys.modules if m.startswith(('confluent_kafka', 'httpx'))])"

    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert loaded.strip() == "[]"


def test_every_public_name_is_there() -> None:
    import eventpact

    assert all(getattr(eventpact, name) for name in eventpact.__all__)
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        eventpact.Nothing  # noqa: B018 - the access is the test


def test_a_contract_is_shown_by_its_name_and_place_and_not_by_its_schema() -> None:
    assert repr(Posted.contract) == "EventContract(io.sample.Posted, version 2, on sample.posted)"
