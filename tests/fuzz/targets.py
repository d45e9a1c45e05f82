"""What a fuzzer guided by Python's coverage calls with bytes: codecs in Python, the parser of schemas, contracts.

Each target takes the error that its input may be answered with, and lets all others through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from eventpact import avro
from eventpact.errors import ContractError, DecodeError, SchemaError
from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.contracts.source import DirectorySource
from tests.fuzz import harness
from tests.registry.contracts.building import SHOP, MemorySource
from tests.runtime.avro.outcomes import outcome

CONTRACTS: Final = Path(__file__).parents[2] / "contracts"
FILES: Final = tuple(SHOP)
"""A file of the small system that a fuzzer's bytes take the place of."""


@dataclass(frozen=True)
class Target:
    """One way in for bytes from outside."""

    one: Callable[[bytes], None]
    seeds: Callable[[], Iterator[bytes]]


@lru_cache(maxsize=256)
def decoder(number: int) -> tuple[Callable[[bytes], Any], Callable[[bytes], Any]]:
    """The compiled decoder of a case, and the interpreter that it has to agree with."""
    case = harness._ALL[number]
    codec = avro.Codec(case.reader, classes=case.form.classes or None, executor="python")
    return codec.decoder(case.writer), case.read


def decode(data: bytes) -> None:
    """The first byte chooses a case of the harness, the rest is decoded: compiled code and interpreter agree."""
    if len(data) > 1:
        compiled, interpreted = decoder(data[0] % len(harness._ALL))
        assert outcome(compiled, data[1:]) == outcome(interpreted, data[1:]), (data[0] % len(harness._ALL), data[1:])


def decode_seeds() -> Iterator[bytes]:
    """Those of the harness, without what says how they are used."""
    return (seed[:1] + seed[2:] for seed in harness.seeds() if seed[1] == 0)


def parse(data: bytes) -> None:
    """A text is a schema or a `SchemaError`. A schema reads itself, and its canonical form is the same schema."""
    try:
        schema = avro.parse(data)
    except SchemaError:
        return
    canonical = avro.canonical(schema)
    assert avro.canonical(avro.parse(canonical)) == canonical, data
    assert avro.resolve(writer=schema, reader=schema).compatible, data
    with suppress(DecodeError):
        avro.Codec(schema, executor="python").decode(b"")


def parse_seeds() -> Iterator[bytes]:
    """The schemas of the five systems and of the harness."""
    for file in sorted(CONTRACTS.rglob("*.avsc")):
        yield file.read_bytes()
    for case in harness._ALL:
        yield avro.canonical(case.writer).encode()


def contracts(data: bytes) -> None:
    """The first byte chooses a file of a small system, the rest is its content: contracts, or a `ContractError`."""
    if data:
        files = {path: text.encode() for path, text in SHOP.items()}
        files[FILES[data[0] % len(FILES)]] = data[1:]
        try:
            ContractRepository.load(MemorySource(files))
        except ContractError:
            return


def contracts_seeds() -> Iterator[bytes]:
    """The small system's own files, and those of the five systems."""
    for number, path in enumerate(FILES):
        yield bytes([number]) + SHOP[path].encode()
    for path, content in DirectorySource(CONTRACTS).read().files.items():
        name = path.rpartition("/")[2]
        for number, own in enumerate(FILES):
            if own.endswith(name) or (name.endswith(".avsc") and own.endswith(".avsc")):
                yield bytes([number]) + content


TARGETS: Final = {
    "decode": Target(decode, decode_seeds),
    "parse": Target(parse, parse_seeds),
    "contracts": Target(contracts, contracts_seeds),
}
