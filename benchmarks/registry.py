"""How fast is the embedded registry: start, 5,000 registrations, look-ups by id, a plan of what is in sync, and memory?

The registry runs in a process of its own on a database file; one client, confluent-kafka's, registers schemas one after
the other, which is what the limit is for, and on another registry eight at a time, as `plan` reads. What the registry
itself costs is counted in its CPU seconds: for look-ups too, as what one core could answer if clients cost nothing.
Confluent's own registry cannot be had from a package registry; Apicurio Registry, started anew, answers the same
look-ups in the same run.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from benchmarks.many_contracts import write_contracts
from benchmarks.table import Table, main
from eventpact.settings import Settings
from eventpact_registry.client import RegistryClient
from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.contracts.source import parse_source
from eventpact_registry.plan import apply, desired, plan, read_state
from eventpact_registry.plan.steps import RegisterVersion
from eventpact_testing.apicurio import JAVA, ApicurioRegistry
from eventpact_testing.java import fetch_libraries, missing_parts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact_registry.plan import Desired

_POM: Final = Path(__file__).parents[1] / "tests" / "real" / "pom.xml"
_SUBJECTS: Final = 1_000
_LOOK_UPS: Final = 10_000
_AT_ONCE: Final = 8
_PATIENCE: Final = 60
"""Seconds for one answer."""
_TICK: Final = os.sysconf("SC_CLK_TCK")


def run() -> Table:
    """Measure each in turn, on one registry that fills meanwhile."""
    rows: dict[str, list[float | None]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_contracts(folder / "contracts", _SUBJECTS)
        wanted = _wanted(folder / "contracts")
        start = time.perf_counter()
        with _served(folder / "registry.db") as (process, url):
            with RegistryClient(Settings(registry_url=url)) as client:
                client.default_level()
                rows["start to first answer, s"] = [time.perf_counter() - start, None, 1]
                many = f"{sum(len(subject.versions) for subject in wanted.subjects):,} schemas registered"
                before = _cpu_seconds(process.pid)
                rows[f"{many} by one client, one after the other, s"] = [_register(client, wanted, 1), None, 10]
                rows["the registry's CPU seconds for that"] = [_cpu_seconds(process.pid) - before, None, None]
                apply(plan(wanted, read_state(wanted, registry=client, cluster=None)), registry=client, cluster=None)
                rows[f"plan of {len(wanted.subjects):,} subjects in sync, s"] = [_plan(client, wanted), None, 5]
            before = _cpu_seconds(process.pid)
            rate = _look_ups(url, 1)
            cpu = _cpu_seconds(process.pid) - before
            rows["look-ups by id a second, one client"] = [rate, _apicurio(wanted), 3_000]
            rows["look-ups a second of its CPU"] = [_LOOK_UPS / cpu, None, 3_000]
            rows["memory at the most, MiB"] = [_most_memory(process.pid), None, 150]
        with _served(folder / "another.db") as (_, url), RegistryClient(Settings(registry_url=url)) as client:
            rows[f"{many}, eight at a time, s"] = [_register(client, wanted, _AT_ONCE), None, None]
    return Table("The embedded registry", ["eventpact", "Apicurio", "limit"], rows)


def _wanted(contracts: Path) -> Desired:
    return desired(ContractRepository.load(parse_source(f"dir:{contracts}", contracts)))


@contextmanager
def _served(database: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`eventpact serve` in a process of its own, and where it answers."""
    command = [Path(sys.executable).with_name("eventpact"), "serve", "--port", "0", "--database", database]
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process, process.stdout.readline().split()[3].rstrip(",")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def _register(client: RegistryClient, wanted: Desired, at_once: int) -> float:
    """Every version of every subject, so many subjects at a time, in seconds; what others refer to comes first."""
    todo = plan(wanted, read_state(wanted, registry=client, cluster=None))
    versions = [step for step in todo.steps if isinstance(step, RegisterVersion)]
    shared = {pin.subject for step in versions for pin in step.pins}
    subjects: dict[str, list[RegisterVersion]] = {}
    for step in versions:
        subjects.setdefault("" if step.subject in shared else step.subject, []).append(step)

    def register(steps: list[RegisterVersion]) -> None:
        for step in steps:
            client.register(step.subject, step.text, step.pins)

    start = time.perf_counter()
    register(subjects.pop("", []))
    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(register, subjects.values()))
    return time.perf_counter() - start


def _plan(client: RegistryClient, wanted: Desired) -> float:
    start = time.perf_counter()
    found = plan(wanted, read_state(wanted, registry=client, cluster=None))
    assert found.empty, found.steps[:3]
    return time.perf_counter() - start


def _look_ups(url: str, schema_id: int) -> float:
    """Requests for one schema, over one connection, with as little work of the client as can be."""
    address = urlsplit(url)
    path = f"{address.path}/schemas/ids/{schema_id}"
    request = f"GET {path} HTTP/1.1\r\nHost: {address.netloc}\r\nAccept: application/json\r\n\r\n".encode()
    with socket.create_connection((address.hostname, address.port), timeout=_PATIENCE) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        end = _body(connection, request)[-64:]
        start = time.perf_counter()
        for _ in range(_LOOK_UPS):
            connection.sendall(request)
            answer = connection.recv(65_536)
            while not answer.endswith(end):
                answer += connection.recv(65_536)
        return _LOOK_UPS / (time.perf_counter() - start)


def _body(connection: socket.socket, request: bytes) -> bytes:
    """The body of the first answer, which all others have."""
    connection.sendall(request)
    head, _, body = connection.recv(65_536).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head
    length = next(
        int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")
    )
    while len(body) < length:
        body += connection.recv(65_536)
    return body


def _apicurio(wanted: Desired) -> float | None:
    """Look-ups by id on Apicurio; None where it cannot be started."""
    if missing_parts(JAVA):
        return None
    subject = wanted.subjects[0]
    while subject.versions[0].references:  # what it refers to refers to nothing
        subject = next(one for one in wanted.subjects if one.name == subject.versions[0].references[0].subject)
    with ApicurioRegistry(fetch_libraries(_POM)) as registry:
        address = urlsplit(registry.url)
        connection = http.client.HTTPConnection(address.netloc, timeout=_PATIENCE)
        body = json.dumps({"schema": subject.versions[0].text})
        path = f"{address.path}/subjects/{subject.name}/versions"
        connection.request("POST", path, body, {"Content-Type": "application/json"})
        return _look_ups(registry.url, json.loads(connection.getresponse().read())["id"])


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK


def _most_memory(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    main(run)
