"""JSON text of schemas, read within limits.

Stricter than Avro Java's reader where a mistake would go unseen: a key given twice, a comment, NaN and Infinity, half a
surrogate pair. Limits: `MAX_BYTES` of text, `MAX_DEPTH` of schemas within schemas (see `parse`).
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, Final, NoReturn

from eventpact.avro.outline import TOKEN, Outline, unescape
from eventpact.errors import SchemaError

MAX_BYTES: Final = 4 * 1024 * 1024
"""A registry keeps a schema in one Kafka message of 1 MiB unless it is told otherwise."""

MAX_DEPTH: Final = 128
"""Schemas within schemas, and values within a default: far above what people write, far below Python's stack."""

_SURROGATE: Final = re.compile(r"\\u[dD][89a-fA-F]")
_HALF_PAIR: Final = "half a surrogate pair is no character"


class _RefusedError(ValueError):
    """What `json` meets in a callback, before a position is known."""


class _RepeatedKeyError(_RefusedError):
    """An object names the same key twice; which one, and where, the outline of the text says."""


def read(source: str | bytes) -> tuple[Any, str]:
    """The JSON value of a schema's text, and the text itself.

    Raises:
        SchemaError: not UTF-8, too large, not JSON, or JSON that readers understand differently.
    """
    text = _decoded(source) if isinstance(source, bytes) else _encodable(source)
    if text.startswith("\ufeff"):
        raise SchemaError("the text begins with a byte order mark", line=1, column=1, hint="save it without one")
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise SchemaError(
            f"not JSON: {error.msg}", line=error.lineno, column=error.colno, hint=_syntax_hint(text)
        ) from None
    except _RepeatedKeyError:
        pointer, line, column = Outline(text).repeated_key()
        message = f"the key {unescape(pointer.rpartition('/')[2])!r} is given twice in one object"
        raise SchemaError(message, path=pointer, line=line, column=column, hint="keep one of the two") from None
    except _RefusedError as error:
        raise SchemaError(str(error)) from None
    except ValueError:  # CPython refuses to convert more than 4,300 digits (sys.set_int_max_str_digits)
        raise SchemaError("a number has too many digits", hint="an Avro long has at most 19") from None
    except RecursionError:
        raise SchemaError("JSON nested too deeply", hint=f"schemas may nest {MAX_DEPTH} deep") from None
    if _SURROGATE.search(text):
        _check_strings(text)
    return value, text


def _decoded(source: bytes) -> str:
    if len(source) > MAX_BYTES:
        _too_large(len(source))
    try:
        return source.decode()
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        column = error.start - source.rfind(b"\n", 0, error.start)
        raise SchemaError("not UTF-8 text", line=line, column=column, hint="save the file as UTF-8") from None


def _encodable(text: str) -> str:
    if len(text) > MAX_BYTES:
        _too_large(len(text))
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        line, column = _position(text, error.start)
        raise SchemaError(_HALF_PAIR, line=line, column=column) from None
    if size > MAX_BYTES:
        _too_large(size)
    return text


def _check_strings(text: str) -> None:
    for match in TOKEN.finditer(text):
        if match[2] and not _is_encodable(json.loads(match[2])):
            line, column = _position(text, match.start())
            raise SchemaError(_HALF_PAIR, line=line, column=column)


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _too_large(size: int) -> NoReturn:
    raise SchemaError(
        f"the schema is {size:,} bytes long", hint=f"at most {MAX_BYTES:,} bytes; split it into references"
    )


def _syntax_hint(text: str) -> str | None:
    if not text.strip():
        return "the text is empty"
    if re.fullmatch(r"[\w.]+", text.strip()):
        return f'a name is a JSON string: "{text.strip()}"'
    if re.search(r"^\s*(//|#|/\*)", text, re.MULTILINE):
        return "JSON has no comments: use `doc`"
    if re.search(r",\s*[}\]]", text):
        return "JSON allows no comma before a closing bracket"
    return None


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _RepeatedKeyError
    return members


def _constant(name: str) -> NoReturn:
    raise _RefusedError(f"{name} is no JSON number")


def _double(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):  # it would be written as Infinity, which is no JSON
        raise _RefusedError(f"{digits[:40]} is more than a double can hold")
    return value


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_members, parse_constant=_constant, parse_float=_double)


def _position(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
