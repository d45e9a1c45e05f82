"""JSON text of somebody else, read within limits: what readers understand differently is refused."""

from __future__ import annotations

import json
from typing import Any, Final, NoReturn

from eventpact.errors import DecodeError

MAX_CHARACTERS: Final = 16 * 1024 * 1024
"""A Kafka message has one MiB unless somebody asked for more; a text takes a few times as much."""


class _RefusedError(ValueError):
    """What `json` meets in a callback."""


def parsed(text: str | bytes) -> Any:
    """The value of a JSON text.

    Raises:
        DecodeError: not UTF-8, too large, no JSON (NaN and Infinity are none), or a key is there twice.
    """
    if len(text) > MAX_CHARACTERS:
        raise DecodeError(f"a JSON text of {len(text)} characters is more than {MAX_CHARACTERS}")
    try:
        return _DECODER.decode(text.decode() if isinstance(text, bytes) else text)
    except UnicodeDecodeError as error:
        raise DecodeError(f"no JSON: not UTF-8 text: {error.reason}", offset=error.start) from None
    except json.JSONDecodeError as error:
        raise DecodeError(f"no JSON: {error.msg} (line {error.lineno}, column {error.colno})") from None
    except _RefusedError as error:
        raise DecodeError(f"no JSON: {error}") from None
    except ValueError:  # CPython refuses to convert more than 4,300 digits (sys.set_int_max_str_digits)
        raise DecodeError("a number has too many digits") from None
    except RecursionError:
        raise DecodeError("JSON nested too deeply") from None


def json_type(value: Any) -> str:
    """What a parsed value is in JSON's words; never the value itself, which may be secret."""
    return next(name for kind, name in _NAMES if isinstance(value, kind))


_NAMES: Final[tuple[tuple[type | tuple[type, ...], str], ...]] = (
    (bool, "a boolean"),
    ((int, float), "a number"),
    (str, "a string"),
    (list, "an array"),
    (dict, "an object"),
    (type(None), "null"),
)


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _RefusedError("an object has one key twice")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise _RefusedError(f'{name} is none of its numbers; it is written as "{name}", in quotes')


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_members, parse_constant=_refuse_constant)
