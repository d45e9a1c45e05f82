"""Kafka clients made from settings. What they report and raise is translated here, with what to do about it."""

from __future__ import annotations

import logging
import re
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from confluent_kafka import KafkaError, KafkaException

from eventpact.advice import HTTP_ANSWERS, Client, advice, is_unexplained, origin
from eventpact.credentials.rotation import CLIENTS, rotates, rotating
from eventpact.diagnosis import diagnose
from eventpact.errors import BrokerError, SettingsError, Unsupported
from eventpact.in_process import CLUSTERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from eventpact.credentials.rotation import HasCredentials
    from eventpact.settings import Settings

_LOG: Final = logging.getLogger("eventpact.kafka")

C = TypeVar("C")

_VAGUE: Final = frozenset({KafkaError._TRANSPORT, KafkaError._TIMED_OUT, KafkaError._MSG_TIMED_OUT})
"""Errors that only say that nothing came of it."""

_NOISE: Final = re.compile(
    r"^\S+/(?:bootstrap|\d+): | \(after \d+ms in state \w+(?:, \d+ identical error\(s\) suppressed)?\)"
)
_DUMP: Final = "Request Request("
"""How a broker begins that refuses an administrator: it goes on with its own variables, at length."""

_LOG_AGAIN: Final = 30.0
"""Seconds before an error that goes on is logged again."""

_STALE: Final = 60.0
"""Seconds after which an error explains nothing any more; the client repeats one that lasts."""


class Complaints:
    """What a client says about its connection: logged now and then, and kept to explain what fails later."""

    def __init__(self, brokers: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.brokers = brokers
        self.client = Client()
        """What is known of the client that complains; `connect` says it."""
        self._clock = clock
        self._logged: dict[int, float] = {}
        self._cause: KafkaError | None = None
        self._cause_at = 0.0
        self._diagnosis = ""
        self._diagnosed_at = -_STALE

    def __call__(self, error: KafkaError) -> None:
        """Take note of an error; librdkafka's `error_cb`."""
        now = self._clock()
        if self._recent() is not None and error.code() == KafkaError._ALL_BROKERS_DOWN:
            return  # it only sums up: what was said before it tells why
        self._cause, self._cause_at = error, now
        if now - self._logged.get(error.code(), -_LOG_AGAIN) >= _LOG_AGAIN:
            self._logged[error.code()] = now
            _LOG.warning("%s", self.explain(error))

    def known(self) -> str:
        """What was said last, in brackets after a blank to end a clause with; empty when nothing was said."""
        cause = self._recent()
        return "" if cause is None else f" ({self.explain(cause)})"

    def look_into(self) -> None:
        """Find out why connections fail where the client does not say it, once a minute; waits a second a broker."""
        cause, now = self._recent(), self._clock()
        if cause is not None and is_unexplained(cause) and now - self._diagnosed_at >= _STALE:
            self._diagnosed_at = now
            self._diagnosis = diagnose(self.brokers, tls=self.client.tls, ca=self.client.ca)

    def explain(self, error: KafkaError) -> str:
        """A sentence: what happened, why as far as it is known, what to do."""
        if error.code() in _VAGUE:
            error = self._recent() or error
        if self._diagnosis and is_unexplained(error) and self._clock() - self._diagnosed_at < _STALE:
            return self._diagnosis
        what, todo = _words(error), advice(error, self.client)
        at = "" if self.brokers in what else f" (brokers: {self.brokers})"
        return f"{what}{at}" + (f": {todo}" if todo else "")

    def _recent(self) -> KafkaError | None:
        return self._cause if self._clock() - self._cause_at < _STALE else None


def _words(error: KafkaError) -> str:
    """What an error says, without where the client stood when it came about."""
    if error.code() == KafkaError._ALL_BROKERS_DOWN:
        return "no broker is reached, or lets the client in"
    if HTTP_ANSWERS in error.str():
        return "what answers there speaks HTTP, as a schema registry does"
    if error.str().startswith(_DUMP):
        return KafkaError(error.code()).str()
    return _NOISE.sub("", error.str())


def connect(make: type[C], config: Mapping[str, Any], complaints: Complaints, **callbacks: Any) -> C:
    """A client made by `make` with librdkafka properties; it is told when files with its user or password change.

    Raises:
        SettingsError: a property is unknown, or its value does not fit.
    """
    complaints.client = Client.of(make, config)
    instead = CLUSTERS.get(config["bootstrap.servers"], {}).get(make)
    watched = instead is None and rotates(config)
    within: Callable[..., C] = instead or (rotating(make) if watched else make)
    try:
        # The client's own log lines repeat, many times a second, what reaches `complaints`.
        client = within({"log_level": "2", **config, "error_cb": complaints, **callbacks}, logger=_LOG)
    except (KafkaException, ValueError, TypeError) as error:
        reason = error.args[0].str() if isinstance(error, KafkaException) else str(error)
        raise SettingsError(f"the Kafka client refuses its configuration: {reason}{origin(reason)}") from error
    if watched:
        CLIENTS.watch(cast("HasCredentials", client), config)
    return client


@contextmanager
def translated(complaints: Complaints, doing: str) -> Iterator[None]:
    """Raise what the client raises inside the block as `BrokerError`; `doing` completes "cannot …"."""
    try:
        yield
    except KafkaException as error:
        raise broker_error(error.args[0], complaints, doing) from error


def broker_error(error: KafkaError, complaints: Complaints, doing: str) -> BrokerError:
    """The exception for an error of the client; `doing` completes "cannot …"."""
    complaints.look_into()
    kind = Unsupported if error.code() == KafkaError._UNSUPPORTED_FEATURE else BrokerError
    return kind(f"cannot {doing}: {complaints.explain(error)}")


def set_log_level(settings: Settings) -> None:
    """Give the runtime's logger the level that the settings ask for, if they do."""
    if settings.log_level is not None:
        logging.getLogger("eventpact").setLevel(settings.log_level)
