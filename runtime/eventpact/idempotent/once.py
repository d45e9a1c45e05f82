"""Handles each event once, as far as that can be: claimed before its handler is called, confirmed after it returned.

What holds: an event whose handler has returned is not handed to it again while the store remembers it, whichever member
gets it, from whichever topic, as often as it comes. Two members never handle one event at the same time while the claim
of the first lasts. What does not hold: a process that dies between an effect and the confirmation leaves an event that
is handled again when its claim has ended, so effects are had at least once. Only an effect that is had in the same
transaction as the confirmation is had exactly once.
"""

from __future__ import annotations

import logging
import threading
from datetime import timedelta
from functools import partial
from hashlib import sha256
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, Final

from eventpact.consume.policy import InOtherHands
from eventpact.consume.steps import check_run

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from eventpact.consume.context import Context
    from eventpact.event import Event
    from eventpact.idempotent.store import HandledStore

_LOG: Final = logging.getLogger("eventpact.consume")

_LONGEST: Final = 1000
"""Characters of a key that a store has to take."""


class Idempotent:
    """How a group recognises the events that it has handled before: the class attribute `idempotent` of a `Group`.

    class Mailer(NotificationService):
        idempotent = Idempotent(SqliteStore("handled.sqlite3", keep=timedelta(days=7)))
    """

    def __init__(
        self,
        store: HandledStore,
        *,
        lease: timedelta = timedelta(minutes=1),
        by: Callable[[Any, Context], str | None] | None = None,
    ) -> None:
        """Remember events in `store`.

        Args:
            store: where they are remembered.
            lease: how long an event is claimed for; longer than its handler takes, retries in place not included. It
                is also how long the event in hand waits after a crash.
            by: what makes two events the same, of event and context; its id by default, where the contract says which
                field that is (`fill: {…: id}`), else the record's topic, partition and offset. None: as by default.
        """
        self._store = store
        self._lease = lease.total_seconds()
        self._by = by
        self._lock = threading.Lock()
        self._duplicates = 0

    @property
    def duplicates(self) -> int:
        """Events that were not handed to their handler, because they were handled before."""
        return self._duplicates

    def around(self, group: str, call: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        """A handler of event and context, a coroutine function or not, that is called for what is new to the group."""

        def once(event: Any, context: Context) -> Any:
            if not self._claimed(group, event, context):
                return None
            return self._ended(group, [(event, context)], partial(call, event, context))

        return once

    def around_batch(self, group: str, call: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        """A handler of events and contexts that is called with those among them that are new to the group."""

        def once(events: Sequence[Any], contexts: Sequence[Context]) -> Any:
            new: list[tuple[Any, Context]] = []
            try:
                for event, context in zip(events, contexts, strict=True):
                    if self._claimed(group, event, context):
                        new.append((event, context))
            except Exception:
                self._release(group, new)
                raise
            if not new:
                return None
            return self._ended(group, new, partial(call, [event for event, _ in new], [context for _, context in new]))

        return once

    def _claimed(self, group: str, event: Any, context: Context) -> bool:
        claim = self._store.claim(self._key(group, event, context), self._lease)
        if not claim.granted and claim.wait:
            raise InOtherHands(claim.wait)
        if not claim.granted:
            with self._lock:
                self._duplicates += 1
            _LOG.info("group %s: %s was handled before and is passed over", group, context.position)
        return claim.granted

    def _ended(self, group: str, new: list[tuple[Any, Context]], call: Callable[[], Any]) -> Any:
        """Call a handler, and tell the store how it ended."""
        try:
            result = call()
            if result is not None and not isawaitable(result):
                check_run(result)  # or it would count as handled
        except BaseException:
            self._release(group, new)
            raise
        if isawaitable(result):
            return self._awaited(group, new, result)
        self._confirm(group, new)
        return result

    async def _awaited(self, group: str, new: list[tuple[Any, Context]], result: Awaitable[Any]) -> None:
        try:
            await result
        except BaseException:
            self._release(group, new)
            raise
        self._confirm(group, new)

    def _confirm(self, group: str, handled: Iterable[tuple[Any, Context]]) -> None:
        # A store that does not take that in is no reason to handle them again: a duplicate that comes later would be.
        for event, context in handled:
            try:
                self._store.confirm(self._key(group, event, context))
            except Exception as error:  # noqa: BLE001 - a store may raise anything
                _LOG.error(
                    "group %s: %s was handled, and the store of handled events does not know: %s",
                    group,
                    context.position,
                    type(error).__name__,
                )

    def _release(self, group: str, failed: Iterable[tuple[Any, Context]]) -> None:
        for event, context in failed:
            try:
                self._store.release(self._key(group, event, context))
            except Exception as error:  # noqa: BLE001 - as above; the claim ends by itself
                _LOG.warning("group %s: %s stays claimed: %s", group, context.position, type(error).__name__)

    def _key(self, group: str, event: Event, context: Context) -> str:
        own = None if self._by is None else self._by(event, context)
        key = f"{group}/{event.contract.name}/{own or context.event_id or context.position}"
        return key if len(key) <= _LONGEST else f"{group[:500]}/{sha256(key.encode()).hexdigest()}"
