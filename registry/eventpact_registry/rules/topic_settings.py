"""What Kafka takes for the settings of topics (Kafka 4.0, "Topic Configs"): numbers in a range, words, yes or no.

Kafka refuses a wrong value only when the topic is made or altered, which is long after the pull request.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, TypeAlias

Fault: TypeAlias = str | None
"""What a value must be, where it is not."""
Check: TypeAlias = Callable[[str], Fault]

_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,19}", re.ASCII)
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,19}(?:\.[0-9]{1,19})?", re.ASCII)
_INT: Final = 2**31 - 1
_LONG: Final = 2**63 - 1


def _whole(least: int, most: int) -> Check:
    said = f"a whole number from {least:,}" + ("" if most in {_INT, _LONG} else f" to {most:,}")
    return lambda value: None if _WHOLE.fullmatch(value) and least <= int(value) <= most else said


def _int(least: int) -> Check:
    return _whole(least, _INT)


def _long(least: int) -> Check:
    return _whole(least, _LONG)


def _ratio(value: str) -> Fault:
    return None if _NUMBER.fullmatch(value) and 0 <= float(value) <= 1 else "a number from 0 to 1"


def _one_of(*words: str) -> Check:
    said = f"{', '.join(words[:-1])} or {words[-1]}"
    return lambda value: None if value in words else said


def _gzip_level(value: str) -> Fault:
    return None if value == "-1" else _whole(1, 9)(value) and "a whole number from 1 to 9, or -1"


def _anything(_value: str) -> Fault:
    return None


_YES_OR_NO: Final = _one_of("true", "false")

SETTINGS: Final[dict[str, Check]] = {
    "compression.gzip.level": _gzip_level,
    "compression.lz4.level": _whole(1, 17),
    "compression.type": _one_of("producer", "uncompressed", "gzip", "snappy", "lz4", "zstd"),
    "compression.zstd.level": _whole(-131_072, 22),
    "delete.retention.ms": _long(0),
    "file.delete.delay.ms": _long(0),
    "follower.replication.throttled.replicas": _anything,
    "flush.messages": _long(1),
    "flush.ms": _long(0),
    "index.interval.bytes": _int(0),
    "leader.replication.throttled.replicas": _anything,
    "local.retention.bytes": _long(-2),
    "local.retention.ms": _long(-2),
    "max.compaction.lag.ms": _long(1),
    "max.message.bytes": _int(0),
    "message.downconversion.enable": _YES_OR_NO,
    "message.format.version": _anything,
    "message.timestamp.after.max.ms": _long(0),
    "message.timestamp.before.max.ms": _long(0),
    "message.timestamp.difference.max.ms": _long(0),
    "message.timestamp.type": _one_of("CreateTime", "LogAppendTime"),
    "min.cleanable.dirty.ratio": _ratio,
    "min.compaction.lag.ms": _long(0),
    "min.insync.replicas": _int(1),
    "preallocate": _YES_OR_NO,
    "remote.log.copy.disable": _YES_OR_NO,
    "remote.log.delete.on.disable": _YES_OR_NO,
    "remote.storage.enable": _YES_OR_NO,
    "retention.bytes": _long(-1),
    "segment.bytes": _int(14),
    "segment.index.bytes": _int(4),
    "segment.jitter.ms": _long(0),
    "segment.ms": _long(1),
    "unclean.leader.election.enable": _YES_OR_NO,
}
"""Setting to what is wrong with a value. What is not listed is a provider's own, or newer than this list."""


def misspelt(name: str) -> str | None:
    """The setting that a name which is none was surely meant for: all but a letter or two are the same."""
    # Imported here because it is needed only for a setting that Kafka does not have.
    from difflib import get_close_matches  # noqa: PLC0415 - see above

    return next(iter(get_close_matches(name, SETTINGS, n=1, cutoff=0.92)), None)
