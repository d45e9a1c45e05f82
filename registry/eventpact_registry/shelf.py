"""Reads many schemas of a registry at once: each version one time, with what it refers to, parsed."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from os.path import commonprefix
from typing import TYPE_CHECKING, Any, Final, TypeVar

from eventpact import avro
from eventpact.errors import RegistryError, SchemaError
from eventpact_registry.contracts.model import Reference
from eventpact_registry.standard_text import standard_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from eventpact.avro.model import Schema
    from eventpact_registry.client import Pin, RegisteredVersion, RegistryClient, SubjectConfig
    from eventpact_registry.contracts.model import Mode, SchemaVersion

Key = TypeVar("Key")
Value = TypeVar("Value")

_AT_ONCE: Final = 8
"""How many requests run side by side."""

_MANY: Final = 50
"""From so many subjects on, one list of all that have their prefix is cheaper than a request for each version."""


@dataclass(frozen=True, slots=True, eq=False)
class Registered:
    """A version as a registry holds it, parsed."""

    version: int
    text: str
    schema: Schema
    references: tuple[Reference, ...]


class Shelf:
    """What was fetched of one registry. Every method raises `RegistryError` when the registry cannot be asked."""

    def __init__(self, client: RegistryClient, declared: Mapping[tuple[str, int], SchemaVersion] | None = None) -> None:
        """`declared` are versions by subject and number: one that the registry has as it is declared is not parsed."""
        self._client = client
        self._declared = declared or {}
        self._found: dict[tuple[str, int], RegisteredVersion] = {}
        self._numbers: dict[str, list[int]] = {}
        self._configs: dict[str, SubjectConfig] = {}
        self._parsed: dict[tuple[str, int], Schema] = {}

    def subjects(self) -> set[str]:
        """Every subject that the registry has."""
        return set(self._client.subjects())

    def full_names(self, subjects: Iterable[str]) -> dict[str, str]:
        """The name that the latest version of each subject declares; those without one are left out."""
        names = self._each(self._latest_name, sorted(subjects))
        return {subject: name for subject, name in names.items() if name}

    def fetch(self, subjects: Iterable[str]) -> None:
        """Fetch subjects with all their versions, configurations, and the versions that these refer to."""
        wanted = sorted(subjects)
        with _pool() as pool:
            configs = pool.map(self._client.config, wanted)  # they arrive while versions are listed
            if not (len(wanted) >= _MANY and self._list(wanted)):
                self._numbers.update(self._each(self._client.versions, wanted))
            self._configs.update(zip(wanted, configs, strict=True))
        needed = {(subject, number) for subject in wanted for number in self._numbers[subject]}
        seen: set[tuple[str, int]] = set()
        while needed:
            self._found.update(self._each(lambda key: self._client.version(*key), sorted(needed - self._found.keys())))
            seen |= needed
            needed = {(pin.subject, pin.version) for key in needed for pin in self._found[key].pins} - seen

    def _list(self, wanted: list[str]) -> bool:
        """Take all versions of many subjects from one list; False where the registry has none."""
        listing = self._client.listing(commonprefix(wanted))  # noqa: RUF071 - of characters, as registries match them
        if listing is None:
            return False
        self._numbers.update({subject: [] for subject in wanted})
        for found in listing:
            if found.subject in self._numbers:
                self._numbers[found.subject].append(found.version)
                self._found[found.subject, found.version] = found
        for numbers in self._numbers.values():
            numbers.sort()
        return True

    def level(self, subject: str) -> Mode | None:
        """A fetched subject's own level, if it has one."""
        config = self._configs.get(subject)
        return None if config is None else config.level

    def owner(self, subject: str) -> str | None:
        """Whose a fetched subject is, as far as the registry knows."""
        config = self._configs.get(subject)
        return None if config is None else config.owner

    def numbers(self, subject: str) -> list[int]:
        """A fetched subject's version numbers in rising order; none when it was not fetched."""
        return self._numbers.get(subject, [])

    def pins(self, subject: str, number: int) -> tuple[Pin, ...]:
        """The references of a fetched version, with the subjects that they are registered under."""
        return self._found[subject, number].pins

    def versions(self, subject: str) -> list[Registered]:
        """A fetched subject's versions in rising order; none when it was not fetched.

        Raises:
            RegistryError: a version is no Avro schema.
        """
        versions = []
        for number in self.numbers(subject):
            found = self._found[subject, number]
            references = tuple(Reference(pin.name, pin.version) for pin in found.pins)
            versions.append(Registered(number, found.text, self.schema(subject, number), references))
        return versions

    def schema(self, subject: str, number: int) -> Schema:
        """A fetched version's schema, with what it refers to.

        Raises:
            RegistryError: it is no Avro schema.
        """
        key = (subject, number)
        if key not in self._parsed:
            found = self._found[key]
            references = [self.schema(pin.subject, pin.version) for pin in found.pins]
            try:
                self._parsed[key] = self._as_declared(found, references) or avro.parse(found.text, references)
            except SchemaError as error:
                raise RegistryError(
                    f"version {number} of {subject} in the registry at {self._client.url} is no Avro schema: {error}"
                ) from error
        return self._parsed[key]

    def _as_declared(self, found: RegisteredVersion, references: list[Schema]) -> Schema | None:
        """The declared schema, where the registry has its text, or its standard text, with the same references."""
        declared = self._declared.get((found.subject, found.version))
        if declared is None or [(pin.name, pin.subject, pin.version) for pin in found.pins] != [
            (ref.name, ref.subject, ref.version) for ref in declared.references
        ]:
            return None
        pinned = [declared.pinned[ref.name].schema for ref in declared.references]
        if any(one is not other for one, other in zip(references, pinned, strict=True)):
            return None
        text = declared.text
        return declared.schema if found.text in (text, standard_text(text)) else None

    def _latest_name(self, subject: str) -> str:
        numbers = self._client.versions(subject)
        return _declared_name(self._client.version(subject, numbers[-1]).text) if numbers else ""

    def _each(self, ask: Callable[[Key], Value], keys: list[Key]) -> dict[Key, Value]:
        with _pool() as pool:
            return dict(zip(keys, pool.map(ask, keys), strict=True))


def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="eventpact-registry")


def _declared_name(text: str) -> str:
    """The full name of a record's schema; empty for anything else that a registry may hold."""
    try:
        body: Any = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(body, dict) or body.get("type") != "record":
        return ""
    name, namespace = str(body.get("name", "")), body.get("namespace")
    return f"{namespace}.{name}" if namespace and "." not in name else name
