"""The contracts show every kind of safe evolution, and each version keeps what its topic promises."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from eventpact import avro
from eventpact.avro.model import Array, Enum, Fixed, Map, Record, Union
from eventpact_registry.compatibility import incompatibilities
from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.contracts.source import parse_source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact.avro.model import Schema
    from eventpact_registry.contracts.model import VersionedType

CONTRACTS = Path(__file__).parents[2] / "contracts"
ABSENT = "absent"


class Evolution(NamedTuple):
    shows: str
    event: str
    old: int
    new: int
    path: str
    was: str
    is_now: str


EVOLUTIONS = [
    Evolution("a field added with null default", "quikapp/MessageSent", 1, 2, "data.threadId", ABSENT, "null | string"),
    Evolution("a field added with a value", "quikapp/PasswordReset", 1, 2, "data.revokedSessions", ABSENT, "int"),
    Evolution(
        "a field added that old readers skip", "delivery/TypingChanged", 1, 2, "timestamp", ABSENT, "timestamp-millis"
    ),
    Evolution("a field removed", "quikapp/UserRegistered", 1, 2, "data.ipAddress", "string", ABSENT),
    Evolution("int widened to long", "quikapp/WorkspaceCreated", 1, 2, "data.storageQuotaBytes", "int", "long"),
    Evolution("float widened to double", "quikapp/AnalyticsEvent", 1, 2, "data.value", "float", "double"),
    Evolution("string opened to bytes", "caas/MessageSent", 1, 2, "content", "string", "bytes"),
    Evolution("a field renamed by alias: gone", "quikapp/ProfileUpdated", 1, 2, "data.avatar", "null | string", ABSENT),
    Evolution(
        "a field renamed by alias: new", "quikapp/ProfileUpdated", 1, 2, "data.avatarUrl", ABSENT, "null | string"
    ),
    Evolution("a record renamed by alias", "quikapp/UserLoggedIn", 1, 2, "data", "UserLoginData", "UserLoggedInData"),
    Evolution(
        "an enum renamed by alias", "quikapp/MessageDeleted", 1, 2, "data.reason", "DeleteReason/3", "DeletionReason/5"
    ),
    Evolution(
        "an enum grown behind its default",
        "quikapp/UserRegistered",
        2,
        3,
        "data.registrationMethod",
        "RegistrationMethod/4",
        "RegistrationMethod/6",
    ),
    Evolution("a value made optional", "quikapp/ChannelCreated", 1, 2, "data.topic", "string", "null | string"),
    Evolution(
        "a union grown",
        "caas/MessageSent",
        2,
        3,
        "custom",
        "map of (string | long)",
        "map of (string | long | double | boolean)",
    ),
    Evolution("a shared enum grown with its dependents", "caas/TenantCreated", 1, 2, "plan", "Plan/3", "Plan/4"),
    Evolution(
        "a shared record grown with its dependents",
        "quikapp/MessageSent",
        1,
        2,
        "metadata.userAgent",
        ABSENT,
        "null | string",
    ),
]


@pytest.fixture(scope="module")
def repository() -> ContractRepository:
    return ContractRepository.load(parse_source(f"dir:{CONTRACTS}", CONTRACTS))


@pytest.mark.parametrize("evolution", EVOLUTIONS, ids=lambda evolution: evolution.shows)
def test_safe_evolution_is_shown(repository: ContractRepository, evolution: Evolution) -> None:
    versions = events(repository)[evolution.event].versions

    assert shape(versions[evolution.old - 1].schema, evolution.path) == evolution.was
    assert shape(versions[evolution.new - 1].schema, evolution.path) == evolution.is_now


def test_a_renamed_event_keeps_its_series(repository: ContractRepository) -> None:
    first, second = (version.schema for version in events(repository)["quikapp/UserLoggedIn"].versions)

    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert first.name == "io.quikapp.auth.UserLogin"
    assert (second.name, second.aliases) == ("io.quikapp.auth.UserLoggedIn", (first.name,))


def test_at_least_fifteen_events_have_two_or_three_versions(repository: ContractRepository) -> None:
    counts = [len(event.versions) for event in events(repository).values()]

    assert sum(count in {2, 3} for count in counts) >= 15


def test_each_version_keeps_what_its_topic_promises(repository: ContractRepository) -> None:
    for _, topic, event in repository.events():
        schemas = [version.schema for version in event.versions]
        for at in range(1, len(schemas)):
            found = incompatibilities(topic.compatibility, schemas[at], schemas[:at])
            assert not found, f"{event.versions[at].file}: {found}"


def test_a_pinned_group_reads_whatever_is_written_today(repository: ContractRepository) -> None:
    pinned = [
        (event, version)
        for system in repository.systems.values()
        for group in system.groups.values()
        for topic in system.topics_of(group)
        for event in topic.events.values()
        if (version := group.reads.get(event.name))
    ]

    assert pinned
    for event, version in pinned:
        reader = event.versions[version - 1].schema
        assert avro.resolve(writer=event.latest.schema, reader=reader).compatible, event.full_name


def test_every_dependent_has_a_version_on_the_newest_shared_types(repository: ContractRepository) -> None:
    for system, _, event in repository.events():
        for reference in event.latest.references:
            newest = system.types[reference.name].latest.version
            assert reference.version == newest, f"{event.latest.file} pins {reference.name} {reference.version}"


def test_every_record_field_and_enum_is_documented(repository: ContractRepository) -> None:
    for system in repository.systems.values():
        versioned = [*system.types.values(), *(event for _, event in system.events())]
        for version in (version for of_type in versioned for version in of_type.versions):
            for name, doc in documented(version.schema):
                assert doc, f"{version.file}: {name}"
                assert doc.endswith("."), f"{version.file}: {name}: {doc}"


def events(repository: ContractRepository) -> dict[str, VersionedType]:
    return {f"{system.name}/{event.name}": event for system, _, event in repository.events()}


def shape(schema: Schema, path: str) -> str:
    """The type of the field at `path` in a few words; enums with their number of symbols."""
    for name in path.split("."):
        assert isinstance(schema, Record)
        field = next((field for field in schema.fields if field.name == name), None)
        if field is None:
            return ABSENT
        schema = field.type
    return type_text(schema)


def type_text(schema: Schema) -> str:
    match schema:
        case Union():
            return " | ".join(type_text(branch) for branch in schema.branches)
        case Map():
            return f"map of ({type_text(schema.values)})"
        case Array():
            return f"array of ({type_text(schema.items)})"
        case Enum():
            return f"{schema.name.rpartition('.')[2]}/{len(schema.symbols)}"
        case Record() | Fixed():
            return schema.name.rpartition(".")[2]
    return schema.logical.name if schema.logical else schema.kind


def documented(schema: Schema) -> Iterator[tuple[str, str | None]]:
    """Every record, enum, fixed and field with its documentation."""
    match schema:
        case Union():
            for branch in schema.branches:
                yield from documented(branch)
        case Array():
            yield from documented(schema.items)
        case Map():
            yield from documented(schema.values)
        case Enum() | Fixed():
            yield schema.name, schema.doc
        case Record():
            yield schema.name, schema.doc
            for field in schema.fields:
                yield f"{schema.name}.{field.name}", field.doc
                yield from documented(field.type)
