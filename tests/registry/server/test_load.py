"""Many clients at once, and one that sends too much: everybody is answered, and memory stays bounded."""

from __future__ import annotations

import asyncio
import http.client
import json
import resource
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.registry.server.process import serve
from tests.registry.server.rest import MEDIA_TYPE, Rest, record, submission

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

CLIENTS = 1_000
MIB = 1024 * 1024

Served = tuple["subprocess.Popen[str]", str]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    process, url = serve(tmp_path / "registry.db")
    yield process, url
    process.kill()
    process.communicate()


@pytest.fixture
def many_files() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 4 * CLIENTS)), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def memory_at_most(process: subprocess.Popen[str]) -> float:
    """The most that a process ever held, in MiB."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def request(method: str, path: str, body: bytes = b"") -> bytes:
    head = f"{method} {path} HTTP/1.1\r\nHost: registry\r\nContent-Type: {MEDIA_TYPE}\r\nContent-Length: {len(body)}"
    return f"{head}\r\nConnection: close\r\n\r\n".encode() + body


@pytest.mark.usefixtures("many_files")
def test_a_thousand_clients_at_once_are_all_answered(served: Served) -> None:
    _, url = served
    address = urlsplit(url)
    Rest(url).register("users", record("User", "name: string"))

    async def client(number: int, everybody: asyncio.Barrier) -> str:
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        await everybody.wait()  # all connections are open before the first request is sent
        if number % 10:
            writer.write(request("GET", "/schemas/ids/1"))
        else:
            body = json.dumps(submission(record(f"R{number}", "a: int"))).encode()
            writer.write(request("POST", f"/subjects/s{number}/versions", body))
        answer = await reader.read()
        writer.close()
        return answer.split(b"\r\n", 1)[0].decode()

    async def clients() -> list[str]:
        everybody = asyncio.Barrier(CLIENTS)
        return await asyncio.gather(*(client(number, everybody) for number in range(CLIENTS)))

    answers = asyncio.run(clients())

    assert Counter(answers) == {"HTTP/1.1 200 OK": CLIENTS}
    assert len(Rest(url)("GET", "/subjects").body) == CLIENTS // 10 + 1


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc: what a process holds cannot be read here")
@pytest.mark.parametrize("way", ["with its length", "in chunks"])
def test_a_body_of_50_mb_is_refused_and_takes_no_memory(served: Served, way: str) -> None:
    process, url = served
    address = urlsplit(url)
    Rest(url).register("users", record("User", "name: string"))
    before = memory_at_most(process)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=60)
    chunks = (b" " * MIB for _ in range(50))
    length = {"Content-Length": str(50 * MIB)} if way == "with its length" else {}
    headers = {"Content-Type": MEDIA_TYPE, **length}

    connection.request("POST", "/subjects/users/versions", chunks, headers, encode_chunked=not length)
    answer = connection.getresponse()

    assert (answer.status, json.loads(answer.read())["error_code"]) == (413, 413)
    assert memory_at_most(process) - before < 20
