"""A Java consumer reads what we wrote, with no more than the ids in the records and the registry."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eventpact import avro
from eventpact.settings import Settings
from eventpact.wire import frame
from eventpact_registry.client import Pin, RegistryClient
from eventpact_testing.java import fetch_libraries, find_java
from tests.real.judge.java_avro import JAVA
from tests.runtime.raw import PATIENCE

if TYPE_CHECKING:
    from tests.real.conftest import Registry

JUDGE = Path(__file__).parent / "judge"


def record(name: str, *fields: tuple[str, Any]) -> str:
    declared = [{"name": field, "type": kind} for field, kind in fields]
    return json.dumps({"type": "record", "name": name, "namespace": "io.acme", "fields": declared})


def test_java_reads_records_by_the_ids_that_we_wrote(registry: Registry, libraries: Path, unique: str) -> None:
    currency, money, order = (f"{name}_{unique}" for name in ("Currency", "Money", "Order"))
    texts = {
        currency: json.dumps({"type": "enum", "name": currency, "namespace": "io.acme", "symbols": ["EUR", "SEK"]}),
        money: record(money, ("amount", "string"), ("currency", f"io.acme.{currency}")),
        order: record(order, ("id", "long"), ("price", ["null", f"io.acme.{money}"])),
    }
    pins = {currency: [], money: [currency], order: [money]}
    values: list[Any] = [{"id": 7, "price": {"amount": "1.50", "currency": "SEK"}}, {"id": -1, "price": None}]
    with RegistryClient(Settings(registry_url=registry.url, timeout=PATIENCE)) as client:
        ids = {
            name: client.register(name, text, [Pin(f"io.acme.{other}", other, 1) for other in pins[name]])
            for name, text in texts.items()
        }
    known: list[avro.Schema] = []
    for text in texts.values():
        known.append(avro.parse(text, references=known))
    codec = avro.Codec(known[-1])
    records = [frame(ids[order], codec.encode(value)) for value in values]

    java = find_java(JAVA)
    assert java is not None
    search = f"{fetch_libraries(JUDGE / 'pom.xml')}/*"
    done = subprocess.run(
        [java, "-XX:+UseSerialGC", "-cp", search, JUDGE / "RegistryReader.java", registry.url],
        input="".join(f"{one.hex()}\n" for one in records),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert [json.loads(line) for line in done.stdout.splitlines()] == values, done.stderr
