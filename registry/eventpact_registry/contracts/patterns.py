"""Regular expressions that contracts may contain: without look-around and back-references, so matched in linear time.

A pattern that somebody else wrote must not be able to stop the gate, as it could in Python's own `re`.
"""

from __future__ import annotations

from functools import lru_cache

from pydantic_core import SchemaError, SchemaValidator, core_schema

_MAX_LENGTH = 250


def check_pattern(pattern: str) -> str:
    """The pattern.

    Raises:
        ValueError: it is too long, or no regular expression of this kind; the message says why.
    """
    if len(pattern) > _MAX_LENGTH:
        raise ValueError(f"has {len(pattern)} characters; a pattern may have {_MAX_LENGTH}")
    try:
        _validator(pattern)
    except SchemaError as error:
        reason = str(error).splitlines()[-1].strip().removeprefix("SchemaError: ").removeprefix("error: ")
        raise ValueError(f"is no regular expression: {reason}") from error
    return pattern


def matches(pattern: str, text: str) -> bool:
    """Whether the whole text is of a pattern."""
    return _validator(pattern).isinstance_python(text)


@lru_cache(maxsize=64)
def _validator(pattern: str) -> SchemaValidator:
    for tried in (pattern, f"^(?:{pattern})$"):  # alone first: `a)|(b` is none, and would be one inside
        validator = SchemaValidator(core_schema.str_schema(pattern=tried, regex_engine="rust-regex"))
    return validator
