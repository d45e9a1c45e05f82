"""Kafka clients made from settings. What they report and raise is translated here, with what to do about it."""

from __future__ import annotations

import logging
import re
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar

from confluent_kafka import KafkaError, KafkaException

from eventpact.errors import BrokerError, SettingsError, Unsupported
from eventpact.in_process import CLUSTERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from eventpact.settings import Settings

_LOG: Final = logging.getLogger("eventpact.kafka")

C = TypeVar("C")

_UNREACHABLE: Final = "check KAFKA_BROKERS, and that the cluster runs"

_ADVICE: Final[Mapping[int, str]] = {
    KafkaError._TRANSPORT: _UNREACHABLE,
    KafkaError._ALL_BROKERS_DOWN: _UNREACHABLE,
    KafkaError._TIMED_OUT: _UNREACHABLE,
    KafkaError._RESOLVE: _UNREACHABLE,
    KafkaError._AUTHENTICATION: "check KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD and KAFKA_SASL_MECHANISM",
    KafkaError._SSL: "check the KAFKA_SSL_ variables and the dates of the certificates",
    KafkaError.SASL_AUTHENTICATION_FAILED: "check KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD",
    KafkaError.UNKNOWN_TOPIC_OR_PART: "create the topic: `eventpact apply`",
    KafkaError._UNKNOWN_TOPIC: "create the topic: `eventpact apply`",
    KafkaError._UNKNOWN_PARTITION: "create the topic: `eventpact apply`",
    KafkaError.TOPIC_AUTHORIZATION_FAILED: "grant the service its right to this topic",
    KafkaError.GROUP_AUTHORIZATION_FAILED: "grant the service its right to this group",
    KafkaError.CLUSTER_AUTHORIZATION_FAILED: "grant the service its right on the cluster",
    KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED: "grant the service its right to this transactional id",
    KafkaError.INVALID_REPLICATION_FACTOR: "run as many brokers as the topic's replication-factor says, or lower it",
    KafkaError.NOT_ENOUGH_REPLICAS: "bring back the brokers that min.insync.replicas asks for",
    KafkaError._FENCED: "another producer with this transactional id has started: stop this one",
    KafkaError._UNSUPPORTED_FEATURE: "use a broker that can; the embedded one makes its topics when it starts",
}
"""Error code to what to do about it."""


_VAGUE: Final = frozenset({KafkaError._TRANSPORT, KafkaError._TIMED_OUT, KafkaError._MSG_TIMED_OUT})
"""Errors that only say that nothing came of it."""

_NOISE: Final = re.compile(r"^\S+/(?:bootstrap|\d+): | \(after \d+ms in state \w+(?:, \d+ identical[^)]*)?\)")
_HTTP_ANSWERS: Final = f"Invalid response size {int.from_bytes(b'HTTP')} "
"""What the client makes of an HTTP answer, whose first letters it takes for a size."""

_LOG_AGAIN: Final = 30.0
"""Seconds before an error that goes on is logged again."""

_STALE: Final = 60.0
"""Seconds after which an error explains nothing any more; the client repeats one that lasts."""


class Complaints:
    """What a client says about its connection: logged now and then, and kept to explain what fails later."""

    def __init__(self, brokers: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.brokers = brokers
        self._clock = clock
        self._logged: dict[int, float] = {}
        self._cause: KafkaError | None = None
        self._cause_at = 0.0

    def __call__(self, error: KafkaError) -> None:
        """Take note of an error; librdkafka's `error_cb`."""
        now = self._clock()
        # "All brokers down" only sums up: what was said before it tells why.
        if self._recent() is None or error.code() != KafkaError._ALL_BROKERS_DOWN:
            self._cause, self._cause_at = error, now
        if now - self._logged.get(error.code(), -_LOG_AGAIN) >= _LOG_AGAIN:
            self._logged[error.code()] = now
            _LOG.warning("%s", self.explain(error))

    def known(self) -> str:
        """What was said last, in brackets after a blank to end a clause with; empty when nothing was said."""
        cause = self._recent()
        return "" if cause is None else f" ({self.explain(cause)})"

    def explain(self, error: KafkaError) -> str:
        """A sentence: what happened, why as far as it is known, what to do."""
        if error.code() in _VAGUE:
            error = self._recent() or error
        what, advice = _NOISE.sub("", error.str()), _ADVICE.get(error.code())
        if _HTTP_ANSWERS in what:
            what, advice = "what answers there speaks HTTP, as a schema registry does", "check KAFKA_BROKERS"
        at = "" if self.brokers in what else f" (brokers: {self.brokers})"
        return f"{what}{at}" + (f": {advice}" if advice else "")

    def _recent(self) -> KafkaError | None:
        return self._cause if self._clock() - self._cause_at < _STALE else None


def connect(make: Callable[..., C], config: Mapping[str, str], complaints: Complaints, **callbacks: Any) -> C:
    """A client made by `make` with librdkafka properties.

    Raises:
        SettingsError: a property is unknown, or its value does not fit.
    """
    within: Callable[..., C] = CLUSTERS.get(config["bootstrap.servers"], {}).get(make, make)
    try:
        # The client's own log lines repeat, many times a second, what reaches `complaints`.
        return within({"log_level": "2", **config, "error_cb": complaints, **callbacks}, logger=_LOG)
    except (KafkaException, ValueError, TypeError) as error:
        reason = error.args[0].str() if isinstance(error, KafkaException) else str(error)
        raise SettingsError(f"the Kafka client refuses its configuration: {reason}") from error


@contextmanager
def translated(complaints: Complaints, doing: str) -> Iterator[None]:
    """Raise what the client raises inside the block as `BrokerError`; `doing` completes "cannot …"."""
    try:
        yield
    except KafkaException as error:
        raise broker_error(error.args[0], complaints, doing) from error


def broker_error(error: KafkaError, complaints: Complaints, doing: str) -> BrokerError:
    """The exception for an error of the client; `doing` completes "cannot …"."""
    kind = Unsupported if error.code() == KafkaError._UNSUPPORTED_FEATURE else BrokerError
    return kind(f"cannot {doing}: {complaints.explain(error)}")


def set_log_level(settings: Settings) -> None:
    """Give the runtime's logger the level that the settings ask for, if they do."""
    if settings.log_level is not None:
        logging.getLogger("eventpact").setLevel(settings.log_level)
