"""What becomes of records that cannot be decoded, or whose handler failed: tried again, sent on, given up.

One object a session; any of its threads may call. It changes the statistics `retried`, `delayed`, `dead_lettered`,
`discarded` and, for exceptions that are to be skipped, `skipped`.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Final

import confluent_kafka

from eventpact.consume import retries
from eventpact.consume.dead_letters import without
from eventpact.consume.departures import HANDLER_FAILED, UNDECODABLE, Departures
from eventpact.consume.letters import PATIENCE
from eventpact.consume.parked_order import KeyOrder
from eventpact.consume.policy import InOtherHands, Policy, checked, policy_of
from eventpact.consume.record import headers_of
from eventpact.consume.retries import Courses, waiting_of
from eventpact.errors import DecodeError, HandlerError
from eventpact.logs import about, described

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from confluent_kafka import Message

    from eventpact.consume.context import Context
    from eventpact.consume.group import Group
    from eventpact.consume.record import Place
    from eventpact.consume.statistics import GroupStatistics
    from eventpact.consume.topics import TopicViews
    from eventpact.event import EventContract
    from eventpact.settings import Settings

_LOG: Final = logging.getLogger("eventpact.consume")


class Failures:
    """Deals with the failures of one run of a group."""

    def __init__(
        self,
        group: Group,
        settings: Settings,
        *,
        name: str,
        views: TopicViews,
        statistics: GroupStatistics,
    ) -> None:
        """Deal with the failures of `group`, called `name` on the broker."""
        self._errors = checked(name, group.errors)
        self._name = name
        self._views = views
        self._statistics = statistics
        self._clock = group.clock
        self._courses = Courses(event.contract for event, _ in group.handlers.values())
        self._order = KeyOrder(settings, name, self._courses, group.clock)
        self._departures = Departures(settings, name, self._order, statistics)
        self._lock = threading.Lock()

    def topics(self) -> Collection[str]:
        """Topics that the session has to subscribe to besides the group's own, in the contracts' notation."""
        return self._courses.retry_topics

    def is_retry(self, topic: str) -> bool:
        """Whether a topic is one of those: where it has no committed offset, it is read from its beginning."""
        return self._courses.is_retry(topic)

    def assigned(self, partitions: Iterable[tuple[str, int]]) -> None:
        """This member got partitions, by topic and number; call before it handles any of their records."""
        if any(True for _ in partitions):
            self._order.forget()

    def revoked(self, partitions: Iterable[tuple[str, int]]) -> None:
        """This member has partitions no more; what is known of their keys makes others wait at worst."""

    def minds(self, messages: Iterable[Message]) -> bool:
        """Whether it has to be asked about any of these: one is on a retry topic, or some key may wait there.

        True until what stands on the retry topics is known; becomes true again when a handler fails.
        """
        if self._order.is_watching:
            self._order.look()
            return True
        is_retry = self._courses.is_retry
        return any(is_retry(message.topic() or "") for message in messages)

    def due(self, message: Message) -> float | None:
        """Seconds since 1970 before which the record must not be handled; `None`: at once.

        The session seeks back to a record that is not due yet, pauses its partition until then, and asks again.
        """
        topic = str(message.topic())
        if self._courses.is_retry(topic):
            waiting = waiting_of(headers_of(message))
            if waiting is None or waiting.info.group != self._name:
                return None
            if waiting.due > self._clock.time():
                return waiting.due
            topic = waiting.info.topic
        return self._order.held_back(topic, message)

    def origin(self, message: Message, context: Context) -> bool:
        """Let the context of a retried record say where it was first; false for one of another group: pass over it.

        Call for each record before it is decoded.

        Raises:
            DecodeError: what the record says of its origin or of its attempts is damaged.
        """
        topic = str(message.topic())
        if not self._courses.is_retry(topic):
            return True
        headers = headers_of(message)
        waiting = waiting_of(headers)
        if waiting is None:
            _LOG.warning(
                "group %s: %s is on a retry topic and does not say for whom: passed over",
                self._name,
                context.position,
                extra=about(context, self._name),
            )
            return False
        info = waiting.info
        if info.group != self._name:
            return False
        written = confluent_kafka.TIMESTAMP_NOT_AVAILABLE, -1
        if info.timestamp_ms is not None:
            written = confluent_kafka.TIMESTAMP_CREATE_TIME, info.timestamp_ms
        original = confluent_kafka.Message(
            topic=info.topic,
            partition=info.partition,
            offset=info.offset,
            key=message.key(),
            value=message.value(),
            headers=without(headers, (retries.PREFIX,)),
            timestamp=written,
        )
        context.stand_for(original)
        context.attempt = info.attempts + 1
        if waiting.damaged:
            raise DecodeError(f"no fitting number in {', '.join(waiting.damaged)}: damaged on the retry topic")
        return True

    def parked(self, message: Message, context: Context) -> bool:
        """Whether an earlier record of its key waits for another attempt, so that this one was put behind it.

        Call for each record before it is handled, in the order of its key. It is dealt with when this is true.

        Raises:
            BrokerError: the retry topics could not be read, so nobody knows who waits.
        """
        tier = self._order.behind(context.topic, message)
        if tier is None:
            return False
        dead = self._views.of(context.topic).dead_letters
        self._departures.to_tier(message, context, tier, due=self._clock.time(), dead_letters=dead)
        return True

    def undecodable(self, message: Message, context: Context, error: Exception) -> None:
        """Deal with a record that cannot be decoded: no attempt will do better, so it is a dead letter at once."""
        topic = self._views.of(context.topic).dead_letters
        where = "passed over, for the contract names no dead letter topic" if topic is None else f"sent to {topic}"
        _LOG.warning(
            "group %s: %s is undecodable and %s: %s",
            self._name,
            context.position,
            where,
            described(error),
            extra=about(context, self._name),
        )
        if topic is None:
            with self._lock:
                self._statistics.discarded += 1
            return
        self._departures.to_dead_letters(message, context, topic, UNDECODABLE, error)

    def attempt_failed(
        self,
        message: Message,
        context: Context,
        contract: EventContract | None,
        error: Exception,
    ) -> float | None:
        """Seconds to wait before another attempt, for which `context.attempt` is raised; `None`: it is dealt with.

        Raises:
            HandlerError: it cannot be dealt with, and the group has to stop.
        """
        if isinstance(error, InOtherHands):
            _LOG.info("group %s: %s is claimed for another %.1f s", self._name, context.position, error.wait)
            return error.wait
        course = self._courses.of(context.topic)
        policy = policy_of(error, self._errors)
        wait = course.wait(context.attempt) if policy is Policy.RETRY else None
        self._say(context, contract, policy, error, last=wait is None)
        if wait is not None:
            with self._lock:
                self._statistics.retried += 1
            context.attempt += 1
            return wait
        if policy is Policy.SKIP:
            with self._lock:
                self._statistics.skipped += 1
            return None
        if policy is Policy.STOP:
            raise HandlerError(
                f"group {self._name} stops at {context.position}, as its `errors` say of {type(error).__name__}: "
                f"{error}"
            ) from error
        tier = next(iter(course.after(str(message.topic()))), None) if policy is Policy.RETRY else None
        topic = self._views.of(context.topic).dead_letters
        if tier is not None:
            due = self._clock.time() + tier.delay
            self._departures.to_tier(message, context, tier.topic, due=due, dead_letters=topic, error=error)
            return None
        if topic is None:
            raise HandlerError(
                f"group {self._name} stops at {context.position}: its handler failed {context.attempt} times "
                f"({type(error).__name__}: {error}), and the contract names no dead letter topic for it: "
                "give topic.yaml `dead-letters`, or catch the exception"
            ) from error
        self._departures.to_dead_letters(message, context, topic, HANDLER_FAILED, error)
        return None

    def batch_failed(self, error: Exception) -> None:
        """A batch failed, and nothing is lost by going on: its records are handled one by one."""

    def settle(self, timeout: float = PATIENCE + 5) -> Mapping[Place, str]:
        """Wait until all that was sent before is acknowledged; the places of the records where it was not, and why.

        Take the positions that are to be committed before calling this, and commit none of those that it returns.
        """
        return self._departures.settle(timeout)

    def through(self, client: confluent_kafka.Producer) -> None:
        """Send letters with a client of somebody else's, so that they are part of its transactions."""
        self._departures.through(client)

    def taken_back(self) -> None:
        """A transaction was aborted, and with it the letters that were sent in it."""
        self._departures.taken_back()

    def close(self) -> None:
        """Let go of connections; what is not settled by now was reported."""
        self._departures.close()
        self._order.close()

    def _say(
        self, context: Context, contract: EventContract | None, policy: Policy, error: Exception, *, last: bool
    ) -> None:
        _LOG.log(
            logging.INFO if policy is Policy.SKIP else logging.WARNING,
            "group %s: %s failed at %s, attempt %d%s: %s",
            self._name,
            "a hook" if contract is None else contract.name,
            context.position,
            context.attempt,
            f", {policy.value}" if last else "",
            described(error, frames=last and policy is not Policy.SKIP),
            extra=about(context, self._name),
        )
