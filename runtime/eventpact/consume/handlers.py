"""The methods of a group, each ready to be called for the records of one schema."""

from __future__ import annotations

from functools import partial
from inspect import iscoroutinefunction, unwrap
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from eventpact.wire import HEADER_SIZE, unframe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from eventpact.consume.group import Group
    from eventpact.consume.reader import Reader, Way
    from eventpact.consume.topics import TopicViews
    from eventpact.event import EventContract

    Statistic: TypeAlias = Literal["handled", "unknown", "tombstones"]

BATCH: Final = "_batch"
"""What the name of an event's batch method ends in."""


class Handler:
    """What is done with the records of one schema."""

    __slots__ = (
        "_views",
        "batch",
        "call",
        "contract",
        "correlation",
        "decode",
        "event",
        "identity",
        "method",
        "schema_id",
        "statistic",
    )

    def __init__(
        self,
        views: TopicViews,
        call: Callable[[Any, Any], Any],
        *,
        statistic: Statistic,
        way: Way | None = None,
        schema_id: int | None = None,
        batch: Callable[[Any, Any], Any] | None = None,
    ) -> None:
        contract = None if way is None else way.contract
        self._views = views
        self.call = call
        """The group's method, of event and context."""
        self.batch = batch
        """Its method of events and contexts, where the service wrote one."""
        self.method = "" if way is None else way.method
        """Its name; schemas of one event in several versions have one method."""
        self.statistic: Statistic = statistic
        """What counts the records."""
        self.contract: EventContract | None = contract
        self.event = "" if contract is None else contract.name
        """Short name of the event; empty for what no method of the group's own is called with."""
        self.schema_id = schema_id
        self.correlation = None if way is None else way.correlation
        self.identity = None if way is None else way.identity
        self.decode: Callable[[bytes], Any] = _undecoded if contract is None or way is None else way.decode

    def parameters_of(self, topic: str) -> Mapping[str, str]:
        """Values of a topic's run-time parameters."""
        return self._views.of(topic).parameters


class HandlerTable:
    """The handlers of one run, found once a schema id."""

    def __init__(self, group: Group, reader: Reader, views: TopicViews, *, name: str | None = None) -> None:
        """For a group that may be called `name` on the broker, in place of its own name."""
        self.clock = group.clock
        """The time that the group goes by."""
        self.known: dict[bytes, Handler] = {}
        """The first bytes of a record's value to what is done with it, for the schemas that were met."""
        self.tombstone = Handler(views, partial(_without_event, group.on_tombstone), statistic="tombstones")
        """For records without value, and for what is known of a record before its schema is."""
        self._group = group
        self._name = name or group.name
        self._reader = reader
        self._views = views
        methods = {method for _, method in group.handlers.values()}
        self.has_batches = any(overridden(group, method) is not None for method in methods)
        """Whether the service wrote any batch method."""
        self.is_async = is_async(group, methods)
        """Whether the service wrote any method as a coroutine function."""

    def of(self, value: bytes | None) -> Handler:
        """The handler of a record.

        Raises:
            DecodeError: the value is not in the wire format, or its schema is no event's.
            NotRegistered: the registry does not know its schema.
            RegistryError: it could not be asked.
        """
        if value is None:
            return self.tombstone
        prefix = value[:HEADER_SIZE]
        found = self.known.get(prefix)
        if found is None:
            schema_id, _ = unframe(value)
            found = self.known[prefix] = self._make(schema_id)
        return found

    def of_schema(self, value: bytes | None) -> Handler:
        """What is known of a record that no handler was found for: its schema's id, where there is one."""
        framed = value is not None and len(value) >= HEADER_SIZE and not value[0]
        schema_id = int.from_bytes(value[1:HEADER_SIZE], "big") if value is not None and framed else None
        return Handler(self._views, self.tombstone.call, statistic="tombstones", schema_id=schema_id)

    def _make(self, schema_id: int) -> Handler:
        way = self._reader.way(schema_id)
        if way.contract is None:
            hook = partial(_without_event, partial(self._group.on_unknown, way.name))
            return Handler(self._views, hook, statistic="unknown", schema_id=schema_id)
        method = getattr(self._group, way.method)
        batch = overridden(self._group, way.method)
        once = self._group.idempotent
        if once is not None:
            method = once.around(self._name, method)
            batch = None if batch is None else once.around_batch(self._name, batch)
        return Handler(self._views, method, statistic="handled", way=way, schema_id=schema_id, batch=batch)


def overridden(group: Group, method: str) -> Callable[[Any, Any], Any] | None:
    """The method that takes batches of what `method` takes, when the service wrote it.

    Generated code has one of that name beside each abstract method, for type checkers; it does nothing.
    """
    name = method + BATCH
    for cls in type(group).__mro__:
        if name in cls.__dict__:
            generated = getattr(cls.__dict__.get(method), "__isabstractmethod__", False)
            return None if generated else getattr(group, name)
    return None


def is_async(group: Group, methods: Iterable[str]) -> bool:
    """Whether any of a group's methods is a coroutine function, so that all are called on an event loop.

    One that is decorated counts as what it was, when the decorator says so in the usual way (`functools.wraps`).
    """
    names = [name for method in methods for name in (method, method + BATCH)]
    found = (getattr(group, name, None) for name in (*names, "on_unknown", "on_tombstone"))
    return any(iscoroutinefunction(method) or iscoroutinefunction(unwrap(method)) for method in found if method)


def _undecoded(_: bytes) -> None:
    """An event that the group has no method for is not decoded."""


def _without_event(hook: Callable[[Any], Any], _: None, context: Any) -> Any:
    return hook(context)
