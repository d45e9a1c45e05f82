"""Which registry and cluster a command talks to: its options over the environment's variables."""

from __future__ import annotations

import logging
import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from eventpact import Settings
from eventpact.environment import VARIABLES
from eventpact.errors import SettingsError
from eventpact.operate.acls import Acls
from eventpact.operate.administrator import Administrator
from eventpact.operate.topics import Topics
from eventpact_registry.client import RegistryClient

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_OPTIONS: Final = {"KAFKA_BROKERS": "--brokers", "SCHEMA_REGISTRY_URL": "--registry"}
"""The variables that a command needs, and the options that stand in for them."""

_NEEDED: Final[Mapping[str | None, tuple[str, ...]]] = {
    None: ("KAFKA_BROKERS", "SCHEMA_REGISTRY_URL"),
    "schemas": ("SCHEMA_REGISTRY_URL",),
    "topics": ("KAFKA_BROKERS",),
    "acls": ("KAFKA_BROKERS",),
}
"""The variables that `--only` leaves necessary."""


def settings_for(brokers: str | None, registry: str | None, only: str | None = None) -> Settings:
    """Settings from the environment, where `--brokers` and `--registry` stand in for their variables.

    Raises:
        SettingsError: names every variable that is missing or wrong.
    """
    given = {"KAFKA_BROKERS": brokers, "SCHEMA_REGISTRY_URL": registry}
    environ = {"KAFKA_CLIENT_ID": "eventpact", **os.environ, **{name: text for name, text in given.items() if text}}
    problems = [
        f"give {_OPTIONS[name]}, or set {name}: {VARIABLES[name].expected}"
        for name in _NEEDED[only]
        if not environ.get(name, "").strip()
    ]
    try:
        settings = Settings.from_env(environ, required=())
    except SettingsError as error:
        raise SettingsError(*problems, *error.problems) from error
    if problems:
        raise SettingsError(*problems)
    return settings


@dataclass(frozen=True, slots=True)
class Link:
    """The registry and the cluster that a command talks to; `None` for a part that `--only` leaves out."""

    settings: Settings
    registry: RegistryClient | None
    topics: Topics | None
    acls: Acls | None = None
    """The rights on the cluster, where they were asked for."""

    @property
    def cluster(self) -> Topics:
        """The cluster's topics, for a command that has asked for them."""
        if self.topics is None:
            raise TypeError("the command has left the cluster out")
        return self.topics

    @property
    def schemas(self) -> RegistryClient:
        """The registry, for a command that has asked for it."""
        if self.registry is None:
            raise TypeError("the command has left the registry out")
        return self.registry

    @property
    def registry_url(self) -> str:
        """Where the registry is; empty without one."""
        return self.settings.registry_url if self.registry else ""

    @property
    def brokers(self) -> str:
        """Where the cluster is; empty without one."""
        return self.settings.brokers if self.topics or self.acls else ""


@contextmanager
def connected(brokers: str | None, registry: str | None, only: str | None, *, acls: bool = False) -> Iterator[Link]:
    """The registry's client, the cluster's topics, and with `acls` the rights on it."""
    settings = settings_for(brokers, registry, only)
    _log(settings)
    with_topics = only in {None, "topics"}
    administrator = Administrator(settings) if with_topics or acls else None
    topics = Topics(settings, administrator=administrator) if with_topics else None
    rights = Acls(settings, administrator=administrator) if acls else None
    if only in {"topics", "acls"}:
        yield Link(settings, None, topics, rights)
        return
    with RegistryClient(settings) as client:
        yield Link(settings, client, topics, rights)


def cluster_settings(brokers: str | None, registry: str | None = None) -> Settings:
    """The settings of a command that talks to the cluster, and to the registry only where one is named."""
    settings = settings_for(brokers, registry, "topics")
    _log(settings)
    return settings


def service_settings(brokers: str | None, registry: str | None) -> Settings:
    """The settings of a command that reads or writes events, and so talks to both as a service does."""
    settings = settings_for(brokers, registry)
    _log(settings)
    return settings


@contextmanager
def registry_client(url: str) -> Iterator[RegistryClient]:
    """The client of a registry that a source names; user and password are the environment's unless it has them."""
    settings = settings_for(None, url, "schemas")
    _log(settings)
    with RegistryClient(settings) as client:
        yield client


def _log(settings: Settings) -> None:
    if settings.log_level is None:  # the error that ends the run says it all, and once
        logging.getLogger("eventpact").addHandler(logging.NullHandler())
    else:
        logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
