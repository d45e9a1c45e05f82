"""Schemas of the registry: looked up by id for reading, and by subject and text for writing; each asked for once.

A service never registers: it looks its own schema up. `register="dev"` is for development, where it registers what
the registry does not know, shared types first.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

from eventpact.avro.parse import parse
from eventpact.errors import DecodeError, NotRegistered, SchemaError, SettingsError
from eventpact.in_process import REGISTRIES
from eventpact.registry import translated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from confluent_kafka.schema_registry import Schema as RegistrySchema
    from confluent_kafka.schema_registry import SchemaRegistryClient

    from eventpact.avro.model import Schema
    from eventpact.event import EventContract, SchemaReference
    from eventpact.settings import Settings

T = TypeVar("T")

_ASK_AGAIN: Final = 30.0
"""Seconds for which an id that the registry does not know is not asked for again: poison records come in numbers."""

_MOST_UNKNOWN: Final = 1000


class SchemaCatalog:
    """What one registry says, remembered. Safe to share between threads."""

    def __init__(
        self,
        settings: Settings,
        *,
        register: Literal["dev"] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._register = register
        self._clock = clock
        self._lock = threading.RLock()
        self._client_made: SchemaRegistryClient | None = None
        self._user: object = None
        self._by_id: dict[int, Schema] = {}
        self._by_version: dict[tuple[str, int], Schema] = {}
        self._unknown: dict[int, tuple[float, str]] = {}
        self._own: dict[tuple[str, EventContract], int] = {}

    def schema(self, schema_id: int) -> Schema:
        """The schema that records with this id were written with.

        Raises:
            NotRegistered: the registry does not know the id.
            DecodeError: what it has under the id is not a valid Avro schema.
            RegistryError: it could not be asked.
        """
        found = self._by_id.get(schema_id)
        if found is not None:
            return found
        with self._lock:
            if schema_id not in self._by_id:
                self._by_id[schema_id] = self._fetch(schema_id)
            return self._by_id[schema_id]

    def schema_id(self, contract: EventContract, subject: str) -> int:
        """The id of an event's own schema under a subject.

        Raises:
            NotRegistered: the registry does not know the subject, or this schema under it.
            RegistryError: it could not be asked, or refused to register in development.
        """
        found = self._own.get((subject, contract))
        if found is not None:
            return found
        with self._lock:
            if self._register == "dev":
                schema_id, _ = self._registered(subject, contract.schema, contract.references)
            else:
                schema_id = self._looked_up(contract, subject)
            self._own[subject, contract] = schema_id
            return schema_id

    def ping(self) -> None:
        """Ask the registry for something that costs it nothing.

        Raises:
            RegistryError: it does not answer, or refuses.
        """
        self._ask("reach the registry", lambda client: client.get_schema_types())

    def close(self) -> None:
        """Let go of connections; what is remembered stays, and the next question connects again."""
        with self._lock:
            if self._client_made is not None:
                self._client_made.close()
                self._client_made = None

    def _fetch(self, schema_id: int) -> Schema:
        asked, complaint = self._unknown.get(schema_id, (-_ASK_AGAIN, ""))
        if self._clock() - asked < _ASK_AGAIN:
            raise NotRegistered(complaint)
        try:
            stored = self._ask(f"get schema {schema_id}", lambda client: client.get_schema(schema_id))
        except NotRegistered as error:
            if len(self._unknown) >= _MOST_UNKNOWN:
                self._unknown.clear()
            self._unknown[schema_id] = (self._clock(), str(error))
            raise
        return self._parsed(f"schema {schema_id}", stored)

    def _parsed(self, what: str, stored: RegistrySchema) -> Schema:
        if stored.schema_type not in {None, "AVRO"}:
            raise DecodeError(f"{what} is {stored.schema_type}, not Avro")
        references = [self._version(str(r.subject), int(r.version or 0)) for r in stored.references or ()]
        try:
            return parse(stored.schema_str or "", references)
        except SchemaError as error:
            raise DecodeError(f"{what} is not a valid Avro schema: {error}") from error

    def _version(self, subject: str, version: int) -> Schema:
        if (subject, version) not in self._by_version:
            what = f"version {version} of {subject}"
            stored = self._ask(f"get {what}", lambda client: client.get_version(subject, version)).schema
            self._by_version[subject, version] = self._parsed(what, stored)
        return self._by_version[subject, version]

    def _looked_up(self, contract: EventContract, subject: str) -> int:
        own = _schema(contract.schema, ((r.name, r.subject, r.version) for r in contract.references))
        try:
            found = self._ask(f"look {subject} up", lambda client: client.lookup_schema(subject, own))
        except NotRegistered as error:
            raise NotRegistered(
                f"{contract.name} v{contract.version} is not registered under {subject} at "
                f'{self._settings.registry_url}: run `eventpact apply`, or use register="dev" while developing',
                status=error.status,
                code=error.code,
            ) from error
        return int(found.schema_id or 0)

    def _registered(self, subject: str, text: str, references: Iterable[SchemaReference]) -> tuple[int, int]:
        """Register a schema and what it refers to; its id and its version, which need not be the contract's."""
        pinned = [(r.name, r.subject, self._registered(r.subject, r.schema, r.references)[1]) for r in references]
        own = _schema(text, pinned)
        self._ask(f"register {subject}", lambda client: client.register_schema(subject, own))
        found = self._ask(f"look {subject} up", lambda client: client.lookup_schema(subject, own))
        return int(found.schema_id or 0), int(found.version or 0)

    def _ask(self, doing: str, call: Callable[[SchemaRegistryClient], T]) -> T:
        """Call the registry; everything that its client raises leaves as `RegistryError`."""
        with translated(self._settings.registry_url, doing):
            return call(self._client())

    def _client(self) -> SchemaRegistryClient:
        """The registry's client, made anew when user or password changed in their files."""
        try:
            config = self._settings.registry_config()
        except SettingsError:
            if self._client_made is None:
                raise
            return self._client_made  # somebody is just writing the file; the next question finds it
        user = config.get("basic.auth.user.info")
        if user != self._user:
            self.close()
        if self._client_made is None:
            from confluent_kafka.schema_registry import SchemaRegistryClient  # noqa: PLC0415 - loading it takes 0.3 s

            within = REGISTRIES.get(self._settings.registry_url)
            self._client_made = within or SchemaRegistryClient(config)
            self._user = user
        return self._client_made


def _schema(text: str, references: Iterable[tuple[str, str, int]]) -> RegistrySchema:
    from confluent_kafka.schema_registry import Schema, SchemaReference  # noqa: PLC0415 - loading it takes 0.3 s

    pins: list[Any] = [SchemaReference(name, subject, version) for name, subject, version in references]
    return Schema(text, "AVRO", pins)
