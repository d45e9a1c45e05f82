"""Registries tell which they are, and owners are kept where they can be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from eventpact.errors import RegistryError
from eventpact.settings import Settings
from eventpact_registry.client import RegistryClient
from eventpact_registry.server import EmbeddedRegistry
from eventpact_registry.vendors import recognise
from tests.registry.server.rest import Rest

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def served() -> Iterator[EmbeddedRegistry]:
    with EmbeddedRegistry() as registry:
        yield registry


@pytest.fixture
def client(served: EmbeddedRegistry) -> Iterator[RegistryClient]:
    with RegistryClient(Settings(registry_url=served.url)) as client:
        yield client


def answering(answers: dict[str, Any]) -> Any:
    """What asks a registry that answers these paths, and no others."""

    def ask(path: str) -> Any:
        if path not in answers:
            raise RegistryError("not found", status=404)
        return answers[path]

    return ask


VERSION, CLUSTER = "v1/metadata/version", "v1/metadata/id"
KAFKA_BACKED = {"scope": {"path": [], "clusters": {"kafka-cluster": "abc", "schema-registry-cluster": "schemas"}}}


@pytest.mark.parametrize(
    ("answers", "name", "owners"),
    [
        ({VERSION: {"version": "8.1.0"}, CLUSTER: KAFKA_BACKED}, "Confluent Schema Registry 8.1.0", True),
        ({VERSION: {"version": "7.9.2-ccs"}, CLUSTER: KAFKA_BACKED}, "Confluent Schema Registry 7.9.2-ccs", False),
        ({"contexts": [":.:"]}, "Apicurio Registry", False),
        ({"contexts": ["."]}, "a registry", False),
        ({VERSION: ["odd"], CLUSTER: None}, "a registry", False),
        ({}, "a registry", False),
    ],
)
def test_a_registry_is_known_by_its_answers(answers: dict[str, Any], name: str, owners: bool) -> None:
    vendor = recognise(answering(answers))

    assert vendor.name == name
    assert (vendor.no_owners == "") == owners


def test_the_embedded_registry_keeps_owners(client: RegistryClient) -> None:
    assert client.vendor.name == "the embedded registry"
    assert client.vendor.no_owners == ""


def test_an_owner_is_set_beside_what_is_there(client: RegistryClient, served: EmbeddedRegistry) -> None:
    rest = Rest(served.url)
    rest("PUT", "/config/a%2Fb", {"compatibility": "FULL", "defaultMetadata": {"properties": {"stage": "live"}}})

    client.set_owner("a/b", "chat")
    client.set_owner("a/b", "people")

    assert client.config("a/b").owner == "people"
    assert rest("GET", "/config/a%2Fb").body == {
        "compatibilityLevel": "FULL",
        "defaultMetadata": {"properties": {"owner": "people", "stage": "live"}},
    }


def test_a_new_owner_makes_no_new_versions(client: RegistryClient) -> None:
    text = '{"type":"record","name":"User","fields":[]}'
    client.set_owner("users", "chat")
    first = client.register("users", text, ())

    client.set_owner("users", "people")

    assert client.register("users", text, ()) == first
    assert client.lookup("users", text, ()).version == 1
    assert client.versions("users") == [1]
