"""A schema registry as `plan` and `apply` see it: typed, nothing remembered, each call bounded in time.

It speaks to any Confluent-compatible registry through confluent-kafka's own client. Where registries differ in what
they can do, `vendors` knows; where they only answer differently, the method that meets it says so.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import quote

from confluent_kafka.schema_registry import RegisteredSchema, Schema, SchemaReference, SchemaRegistryClient

from eventpact.errors import NotRegistered, RegistryError, SettingsError
from eventpact.registry import translated
from eventpact_registry.contracts.model import Mode
from eventpact_registry.vendors import recognise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType
    from typing import Self

    from eventpact.settings import Settings
    from eventpact_registry.vendors import Vendor

T = TypeVar("T")

_NO_MODE: Final = frozenset({404, 405, 501})
"""Statuses of a registry that has no mode for a subject, or none at all."""

_PAGE: Final = 1000
"""How many versions are asked for at a time."""

_DEFAULTS: Final = "defaultMetadata"
_OWNER: Final = "owner"
"""The setting and the property that say whose a subject is."""

_READ_ONLY: Final = frozenset({"READONLY", "READONLY_OVERRIDE"})


@dataclass(frozen=True, slots=True)
class Pin:
    """A reference as a registry keeps it."""

    name: str
    subject: str
    version: int


@dataclass(frozen=True, slots=True)
class RegisteredVersion:
    """A version of a subject in a registry."""

    subject: str
    version: int
    schema_id: int
    text: str
    pins: tuple[Pin, ...]


@dataclass(frozen=True, slots=True)
class SubjectConfig:
    """What a subject has of its own."""

    level: Mode | None = None
    owner: str | None = None


class RegistryClient:
    """One registry; close it, or use it in a `with`. Safe to share between threads.

    Every call raises `RegistryError` when the registry refuses, answers something else, or does not answer at all.
    """

    def __init__(self, settings: Settings) -> None:
        if not settings.registry_url:
            raise SettingsError("SCHEMA_REGISTRY_URL is not set: no registry to talk to")
        self.url = settings.registry_url
        try:
            self._client = SchemaRegistryClient(dict(settings.registry_config()))
        except (ValueError, TypeError) as error:
            raise SettingsError(f"SCHEMA_REGISTRY_URL is no registry's address: {error}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close its connections."""
        self._client.close()

    def subjects(self) -> list[str]:
        """Every subject that has a version."""
        return self._ask("list subjects", self._client.get_subjects)

    def versions(self, subject: str) -> list[int]:
        """A subject's versions in rising order; none when the registry does not know it."""
        try:
            return sorted(self._ask(f"list the versions of {subject}", lambda: self._client.get_versions(subject)))
        except NotRegistered:
            return []

    def listing(self, prefix: str) -> list[RegisteredVersion] | None:
        """Every version of the subjects whose names start with `prefix`, in few requests.

        None from a registry that does not list schemas, or lists them without their texts.
        """
        if not self.vendor.lists_schemas:
            return None
        found: list[RegisteredVersion] = []
        while True:
            query = {"subjectPrefix": prefix, "offset": len(found), "limit": _PAGE}
            try:
                page = self._ask("list schemas", lambda query=query: self._get("schemas", query))  # type: ignore[misc]
                found += [_version(one["subject"], RegisteredSchema.from_dict(one)) for one in page]
            except RegistryError as error:
                if error.status is None:
                    raise
                return None
            except (KeyError, TypeError, AttributeError):
                return None
            if len(page) < _PAGE:
                return found if all(one.version and one.text for one in found) else None

    def version(self, subject: str, version: int, *, deleted: bool = False) -> RegisteredVersion:
        """One version; `deleted` also finds one that was deleted softly.

        Raises:
            NotRegistered: there is none.
        """
        found = self._ask(
            f"get version {version} of {subject}", lambda: self._client.get_version(subject, version, deleted)
        )
        return _version(subject, found)

    def lookup(self, subject: str, text: str, pins: Iterable[Pin]) -> RegisteredVersion:
        """The version under which a schema is registered.

        Raises:
            NotRegistered: it is not.
        """
        schema = _schema(text, pins)
        found = self._ask(f"look a schema up under {subject}", lambda: self._client.lookup_schema(subject, schema))
        return _version(subject, found)

    def register(self, subject: str, text: str, pins: Iterable[Pin]) -> int:
        """Register the next version, or find it where it is registered already; its id."""
        schema = _schema(text, pins)
        return self._ask(f"register {subject}", lambda: self._client.register_schema(subject, schema))

    def begin_import(self, subject: str) -> bool:
        """Let a subject without versions take versions with ids of their own; false where the registry has no modes."""
        return self._set_mode(subject, "IMPORT")

    def end_import(self, subject: str) -> bool:
        """Let a subject be written as usual again; false where the registry has no modes."""
        return self._set_mode(subject, "READWRITE")

    def register_as(self, version: RegisteredVersion) -> None:
        """Register a version with its number and its id, where the subject's mode allows it, else as the next one."""
        body: dict[str, Any] = {
            "schema": version.text,
            "schemaType": "AVRO",
            "references": [{"name": pin.name, "subject": pin.subject, "version": pin.version} for pin in version.pins],
        }
        path = f"subjects/{quote(version.subject, safe='')}/versions"
        doing = f"register version {version.version} of {version.subject}"
        try:
            numbered = {**body, "id": version.schema_id, "version": version.version}
            self._ask(doing, lambda: self._client._rest_client.post(path, numbered))
        except RegistryError as error:
            if error.status is None:
                raise
            self._ask(doing, lambda: self._client._rest_client.post(path, body))

    def _set_mode(self, subject: str, mode: str) -> bool:
        path = f"mode/{quote(subject, safe='')}"
        try:
            self._ask(f"set the mode of {subject}", lambda: self._client._rest_client.put(path, {"mode": mode}))
        except RegistryError as error:
            if error.status is None:
                raise
            return False
        return True

    def config(self, subject: str) -> SubjectConfig:
        """What the subject has of its own: a compatibility level, an owner."""
        doing = f"get the configuration of {subject}"
        try:
            answer = self._ask(doing, lambda: self._get(_config_path(subject)))
        except NotRegistered:  # 40408 from Confluent's, 40401 from Apicurio
            return SubjectConfig()
        level, owner = answer.get("compatibilityLevel"), _properties(answer).get(_OWNER)
        return SubjectConfig(None if level is None else self._level(doing, level), owner)

    def level(self, subject: str) -> Mode | None:
        """The subject's own compatibility level, if it has one."""
        return self.config(subject).level

    def default_level(self) -> Mode:
        """The level of subjects that have none of their own."""
        doing = "get the global compatibility level"
        return self._level(doing, self._ask(doing, self._client.get_compatibility))

    def set_level(self, subject: str, level: Mode) -> None:
        """Give a subject its own compatibility level; it need not have a version yet."""
        self._ask(
            f"set the compatibility level of {subject}", lambda: self._client.set_compatibility(subject, level.value)
        )

    def set_owner(self, subject: str, owner: str) -> None:
        """Say whose a subject is, in its default metadata; what else is there stays.

        Defaults, not overrides: versions that are registered already then stay what they are when they are sent again.
        """
        doing = f"set the owner of {subject}"
        path = _config_path(subject)
        try:
            metadata = self._ask(doing, lambda: self._get(path)).get(_DEFAULTS) or {}
        except NotRegistered:
            metadata = {}
        wanted = {**metadata, "properties": {**(metadata.get("properties") or {}), _OWNER: owner}}
        self._ask(doing, lambda: self._client._rest_client.put(path, {_DEFAULTS: wanted}))

    def writable(self, subject: str) -> bool:
        """Whether the subject's mode, or the global one, lets versions be registered; yes where there are no modes."""
        try:
            mode = self._ask(f"get the mode of {subject}", lambda: self._client.get_mode(subject))
        except RegistryError as error:  # 40409 from Confluent's, 40401 from Apicurio
            if error.status not in _NO_MODE:
                raise
            try:
                mode = self._ask("get the global mode", self._client.get_global_mode)
            except RegistryError as without:
                if without.status not in _NO_MODE:
                    raise
                return True
        return mode not in _READ_ONLY

    def delete(self, subject: str) -> None:
        """Delete a subject softly, if it is there: its schemas stay readable by id."""
        with suppress(NotRegistered):
            self._ask(f"delete {subject}", lambda: self._client.delete_subject(subject))

    @cached_property
    def vendor(self) -> Vendor:
        """Which kind of registry it is."""
        return recognise(lambda path: self._ask("ask which registry this is", lambda: self._get(path)))

    def _get(self, path: str, query: dict[str, Any] | None = None) -> Any:
        """A call that the client has no method for, or whose answer it does not give whole."""
        return self._client._rest_client.get(path, query)

    def _level(self, doing: str, answer: object) -> Mode:
        try:
            return Mode(str(answer))
        except ValueError as error:
            raise RegistryError(f"cannot {doing}: the registry at {self.url} says {answer!r}") from error

    def _ask(self, doing: str, call: Callable[[], T]) -> T:
        """Call the registry anew, whatever its client remembers; what it raises leaves as `RegistryError`."""
        self._client.clear_caches()  # type: ignore[no-untyped-call]  # the client leaves it without annotations
        with translated(self.url, doing):
            return call()


def _config_path(subject: str) -> str:
    return f"config/{quote(subject, safe='')}"


def _properties(config: dict[str, Any]) -> dict[str, str]:
    return (config.get(_DEFAULTS) or {}).get("properties") or {}


def _schema(text: str, pins: Iterable[Pin]) -> Schema:
    return Schema(text, "AVRO", [SchemaReference(pin.name, pin.subject, pin.version) for pin in pins])


def _version(subject: str, found: RegisteredSchema) -> RegisteredVersion:
    pins = tuple(Pin(str(ref.name), str(ref.subject), int(ref.version or 0)) for ref in found.schema.references or ())
    return RegisteredVersion(
        subject, int(found.version or 0), int(found.schema_id or 0), found.schema.schema_str or "", pins
    )
