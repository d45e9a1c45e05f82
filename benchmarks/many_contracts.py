"""Contracts of any size for benchmarks: systems of 50 topics, each with one event of five versions, all compatible.

The same size gives the same files, a little larger than those of `contracts/`. An event has an envelope, shared types
by reference, plain fields, and an enum, an array of records or a union of records. Its versions add a field, take a
newer shared type, rename a field and widen it; the enum gets a symbol, the array's record another name, the union a
branch.
"""

from __future__ import annotations

import copy
import json
import random
import subprocess
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from benchmarks.standalone import written_out

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Json: TypeAlias = dict[str, Any]

VERSIONS: Final = 5
_TOPICS_OF_A_SYSTEM: Final = 50
_NOUNS: Final = (
    *("account", "basket", "batch", "booking", "carrier", "catalog", "channel", "claim", "coupon", "courier"),
    *("delivery", "depot", "device", "invoice", "offer", "order", "parcel", "payment", "policy", "product"),
    *("return", "route", "shipment", "supplier", "ticket"),
)
_VERBS: Final = ("accepted", "changed")

_INSTANT: Final = {"type": "long", "logicalType": "timestamp-millis"}
_MONEY: Final = {"type": "bytes", "logicalType": "decimal", "precision": 12, "scale": 2}


def _field(name: str, schema: Any, **more: Any) -> Json:
    return {"name": name, "type": schema, **more, "doc": f"The {name} as its source saw it."}


_PLAIN: Final = (
    _field("quantity", "int"),
    _field("weightGrams", "int"),
    _field("expiresAt", _INSTANT),
    _field("isExpress", "boolean"),
    _field("ratio", "double"),
    _field("unitPrice", _MONEY),
    _field("labels", {"type": "array", "items": "string"}, default=[]),
    _field("attributes", {"type": "map", "values": "string"}, default={}),
    _field("remark", ["null", "string"], default=None),
    _field("dueOn", {"type": "int", "logicalType": "date"}),
    _field("attempts", "int", default=1),
    _field("warehouse", "string", default="main"),
    _field("checksum", ["null", "bytes"], default=None),
    _field("language", "string", default="en"),
)


def write_contracts(folder: Path, subjects: int) -> None:
    """Write the contracts of so many subjects."""
    for at in range(0, subjects, _TOPICS_OF_A_SYSTEM):
        number = at // _TOPICS_OF_A_SYSTEM
        _write_system(folder / f"system-{number:03}", number, min(_TOPICS_OF_A_SYSTEM, subjects - at))


def standalone(folder: Path) -> list[list[str]]:
    """The versions of each event in order, as texts that need no references."""
    return [[_standalone(version) for version in _versions_beside(first)] for first in _events(folder)]


def begin_repository(folder: Path, every: int) -> None:
    """Make a git repository of the contracts as they were before each `every`-th event got its newest version.

    A clone has its objects in one pack, and so has this repository.
    """
    newest = {path: path.read_bytes() for path in map(_newest, _events(folder)[::every])}
    systems = {path: path.read_text() for path in folder.glob("*/system.yaml")}
    for path in newest:
        path.unlink()
    for command in ("init --quiet", "add --all", "commit --quiet --message base", "gc --quiet"):
        subprocess.run(["git", *_AUTHOR, "-C", folder, *command.split()], check=True)
    for path, content in newest.items():
        path.write_bytes(content)
    for path, text in systems.items():
        path.write_text(text.replace("version: 1.0.0", "version: 1.1.0"))


_AUTHOR: Final = ("-c", "user.name=benchmark", "-c", "user.email=benchmark@example.org")


def _events(folder: Path) -> list[Path]:
    """The first version of each event."""
    return sorted(path for path in folder.glob("*/*/*.v1.avsc") if path.parent.name != "types")


def _versions_beside(first: Path) -> list[Path]:
    return [first.with_name(first.name.replace(".v1.", f".v{number}.")) for number in range(1, VERSIONS + 1)]


def _newest(first: Path) -> Path:
    return _versions_beside(first)[-1]


def _standalone(path: Path) -> str:
    schema = json.loads(path.read_text())
    types = path.parent.parent / "types"
    shared = {
        entry["name"]: json.loads((types / f"{entry['name'].rpartition('.')[2]}.v{entry['version']}.avsc").read_text())
        for entry in schema["references"]
    }
    return json.dumps(written_out(schema, shared))


def _write_system(folder: Path, number: int, topics: int) -> None:
    namespace = f"io.bench.s{number:03}"
    _write(folder / "system.yaml", _SYSTEM.format(name=folder.name, namespace=namespace))
    for name, versions in _shared(namespace).items():
        for version, schema in enumerate(versions, 1):
            _write_schema(folder / "types" / f"{name}.v{version}.avsc", schema)
    for at in range(topics):
        noun, verb = _NOUNS[at % len(_NOUNS)], _VERBS[at // len(_NOUNS)]
        topic = folder / f"{noun}.{verb}"
        _write(topic / "topic.yaml", _TOPIC.format(noun=noun, verb=verb, partitions=3 + at % 9))
        event = f"{noun.title()}{verb.title()}"
        rng = random.Random(f"{number}-{at}")
        for version, schema in enumerate(_versions(event, f"{namespace}.{noun}", namespace, rng), 1):
            _write_schema(topic / f"{event}.v{version}.avsc", schema)


_SYSTEM: Final = """\
system: {name}
namespace: {namespace}
description: A system of the benchmark.
owner: benchmark
package: {{name: {name}-events, version: 1.0.0}}
topic-name: "{name}.{{topic}}"
defaults:
  partitions: 6
  retention: 7d
  config: {{min.insync.replicas: 2}}
  compatibility: BACKWARD_TRANSITIVE
  key: [eventId]
  headers: {{event-type: eventType, correlation-id: metadata.correlationId}}
fill: {{eventId: id, eventType: type, occurredAt: time, metadata.source: source}}
groups:
  warehouse:
    description: Loads everything.
    topics: ["*"]
  billing:
    description: Reads what has a price.
    topics: ["order.*", "payment.*", "invoice.*"]
    reads: {{PaymentAccepted: 5}}
"""

_TOPIC: Final = """\
description: >-
  Every {noun} that was {verb}, once, by the service that answers for it.
partitions: {partitions}
retention: 30d
# What is about one {noun} stays in order.
key: [data.externalReference, eventId]
headers: {{data-kind: =json}}
retry: {{attempts: 5, backoff: 250ms}}
"""


def _shared(namespace: str) -> dict[str, list[Json]]:
    metadata: Json = {
        "type": "record",
        "name": "EventMetadata",
        "namespace": namespace,
        "doc": "Where an event came from.",
        "fields": [_field("source", "string"), _field("correlationId", "string")],
    }
    newer = copy.deepcopy(metadata)
    newer["fields"].append(_field("region", ["null", "string"], default=None))
    money: Json = {
        "type": "record",
        "name": "Money",
        "namespace": namespace,
        "doc": "An amount with its currency.",
        "fields": [_field("amount", _MONEY), _field("currency", "string", default="EUR")],
    }
    return {"EventMetadata": [metadata, newer], "Money": [money]}


def _versions(event: str, namespace: str, shared: str, rng: random.Random) -> Iterator[Json]:
    """An event's five versions, each made of the one before."""
    schema = _first(event, namespace, shared, rng)
    yield copy.deepcopy(schema)
    for step in (_add_field, _take_newer, _rename, _widen):
        step(schema)
        yield copy.deepcopy(schema)


def _first(event: str, namespace: str, shared: str, rng: random.Random) -> Json:
    plain = rng.sample(_PLAIN, rng.randint(2, 5))
    special = rng.choice((_status, _lines, _decision))
    fields = [_field("externalReference", "string"), *plain, _field("sequence", "int"), special(event)]
    text = json.dumps(
        {
            "type": "record",
            "name": event,
            "namespace": namespace,
            "doc": f"One {event} of the benchmark.",
            "references": [{"name": "SHARED.EventMetadata", "version": 1}, {"name": "SHARED.Money", "version": 1}],
            "fields": [
                _field("eventId", {"type": "string", "logicalType": "uuid"}),
                _field("eventType", "string"),
                _field("occurredAt", _INSTANT),
                _field("metadata", "SHARED.EventMetadata"),
                _field("total", ["null", "SHARED.Money"], default=None),
                _field("data", _named("record", f"{event}Data", fields=fields)),
            ],
        }
    )
    schema: Json = json.loads(text.replace("SHARED", shared))
    return schema


def _status(event: str) -> Json:
    return _field("status", _named("enum", f"{event}Status", symbols=["UNKNOWN", "OPEN", "CLOSED"], default="UNKNOWN"))


def _lines(event: str) -> Json:
    line = _named("record", f"{event}Line", fields=[_field("position", "int"), _field("price", "SHARED.Money")])
    return _field("lines", {"type": "array", "items": line})


def _decision(event: str) -> Json:
    by_hand = _named("record", f"{event}ByHand", fields=[_field("clerk", "string")])
    by_rule = _named("record", f"{event}ByRule", fields=[_field("ruleNumber", "int")])
    return _field("decision", ["null", by_hand, by_rule], default=None)


def _named(kind: str, name: str, **more: Any) -> Json:
    return {"type": kind, "name": name, "doc": f"The {name} that an event carries.", **more}


def _data(schema: Json) -> dict[str, Json]:
    """The fields of the event's data by name."""
    return {field["name"]: field for field in schema["fields"][-1]["type"]["fields"]}


def _add_field(schema: Json) -> None:
    schema["fields"][-1]["type"]["fields"].append(_field("supersedes", ["null", "string"], default=None))


def _take_newer(schema: Json) -> None:
    schema["references"][0]["version"] = 2
    if "status" in _data(schema):
        _data(schema)["status"]["type"]["symbols"].append("SUSPENDED")


def _rename(schema: Json) -> None:
    _data(schema)["sequence"] |= {"name": "sequenceNumber", "aliases": ["sequence"]}
    if "lines" in _data(schema):
        line = _data(schema)["lines"]["type"]["items"]
        line["aliases"] = [f"{schema['namespace']}.{line['name']}"]
        line["name"] = line["name"].replace("Line", "Position")


def _widen(schema: Json) -> None:
    _data(schema)["sequenceNumber"]["type"] = "long"
    if "decision" in _data(schema):
        by_partner = _named("record", f"{schema['name']}ByPartner", fields=[_field("partner", "string")])
        _data(schema)["decision"]["type"].append(by_partner)


def _write_schema(path: Path, schema: Json) -> None:
    _write(path, json.dumps(schema, indent=2) + "\n")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
