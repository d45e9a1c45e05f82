"""Which registry and cluster a command talks to: its options over the environment's variables."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from eventpact import Settings
from eventpact.operate.topics import Topics
from eventpact_registry.client import RegistryClient

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NEEDED: Final[Mapping[str | None, tuple[str, ...]]] = {
    None: ("KAFKA_BROKERS", "SCHEMA_REGISTRY_URL"),
    "schemas": ("SCHEMA_REGISTRY_URL",),
    "topics": ("KAFKA_BROKERS",),
}
"""The variables that `--only` leaves necessary."""


def settings_for(brokers: str | None, registry: str | None, only: str | None = None) -> Settings:
    """Settings from the environment, where `--brokers` and `--registry` stand in for their variables.

    Raises:
        SettingsError: names every variable that is missing or wrong.
    """
    given = {"KAFKA_BROKERS": brokers, "SCHEMA_REGISTRY_URL": registry}
    environ = {"KAFKA_CLIENT_ID": "eventpact", **os.environ, **{name: text for name, text in given.items() if text}}
    return Settings.from_env(environ, required=NEEDED[only])


@contextmanager
def connected(
    brokers: str | None, registry: str | None, only: str | None
) -> Iterator[tuple[RegistryClient | None, Topics | None]]:
    """The registry's client and the cluster's topics, `None` for the side that `--only` leaves out."""
    settings = settings_for(brokers, registry, only)
    topics = Topics(settings) if only != "schemas" else None
    if only == "topics":
        yield None, topics
        return
    with RegistryClient(settings) as client:
        yield client, topics
