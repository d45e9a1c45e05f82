"""What is said while nobody renews a token: the Kafka client itself keeps why there is none."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from eventpact.credentials import Secret, SecretFile, Token
from eventpact.credentials.tokens import Renewal, TokenFile
from eventpact.errors import SettingsError
from eventpact_testing.secured import unsecured_token

if TYPE_CHECKING:
    from pathlib import Path


class Source:
    """Gives what it is told to."""

    def __init__(self) -> None:
        self.ends = 100.0
        self.failure: Exception | None = None

    def __call__(self) -> Token:
        if self.failure is not None:
            raise self.failure
        return Token(Secret("t"), self.ends)


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, "eventpact.kafka")
    return caplog


def ask(renewal: Renewal) -> None:
    with pytest.raises(SettingsError):
        renewal("")


def test_each_trouble_is_said_once_and_its_end(said: pytest.LogCaptureFixture) -> None:
    source, now = Source(), [0.0]
    renewal = Renewal(source, clock=lambda: now[0])

    now[0] = 100.0
    ask(renewal)
    ask(renewal)
    source.failure = ConnectionError("password=hunter2")
    ask(renewal)
    source.failure, source.ends = None, 200.0
    assert renewal("")[0] == "t"
    assert renewal("")[0] == "t"

    first, second, over = (record.getMessage() for record in said.records)
    assert first.startswith("the token for OAUTHBEARER ended on 1970-01-01 00:01:40Z: renew it; ")
    assert second.startswith("no token for OAUTHBEARER: its source raised ConnectionError; ")
    assert over == "there is a token for OAUTHBEARER again"


def test_a_file_that_goes_is_named_and_the_same_trouble_later_is_said_again(
    said: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    file.write_text(unsecured_token("ann"))
    renewal = Renewal(TokenFile(SecretFile(str(file))))

    for _ in range(2):
        file.unlink()
        ask(renewal)
        file.write_text(unsecured_token("ann"))
        renewal("")

    warnings = [record.getMessage() for record in said.records if record.levelno == logging.WARNING]
    assert len(warnings) == 2
    assert all(text.startswith(f"{str(file)!r} cannot be read: No such file") for text in warnings)
