"""The plain values of contract files: names, durations, versions, paths. Each says what it must look like.

A pattern's message lives beside the pattern in `DESCRIBED`, so that an error tells an author what to write instead of
showing a regular expression.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeVar, cast

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError, core_schema

from eventpact_registry.contracts.patterns import check_pattern

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema

DESCRIBED: Final[dict[str, str]] = {}
"""Pattern to what it means, for error messages."""

T = TypeVar("T")


def _pattern(pattern: str, meaning: str) -> Any:
    """A field constraint whose failure is reported as `meaning`."""
    DESCRIBED[pattern] = meaning
    return Field(pattern=pattern)


class _Written:
    """Refuses a key without a value where None stands for a key that was left out."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(_refuse_null, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        choices = [choice for choice in handler(schema)["anyOf"] if choice != {"type": "null"}]
        return {"anyOf": choices} if len(choices) > 1 else cast("JsonSchemaValue", choices[0])


def _refuse_null(value: Any) -> Any:
    if value is None:
        raise PydanticCustomError("no_value", "has no value")
    return value


Given = Annotated[T | None, _Written()]
"""May be left out, but not written without a value."""

Text = Annotated[str, _pattern(r"^\s*\S", "must say something")]
SystemName = Annotated[str, _pattern(r"^[a-z][a-z0-9-]{0,62}$", "must be lower case letters, digits and '-'")]
Namespace = Annotated[
    str, _pattern(r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$", "must be lower case names joined by dots, like io.quikapp")
]
DistributionName = Annotated[
    str, _pattern(r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", "must be lower case words joined by '-', like quikapp-events")
]
PackageVersion = Annotated[
    str, _pattern(r"^(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*)){2}((a|b|rc)[0-9]+)?$", "must be a version like 1.4.0")
]
EventName = Annotated[
    str, _pattern(r"^[A-Za-z_][A-Za-z0-9_]*$", "must be the short name of an event, like MessageSent")
]
AvroPath = Annotated[
    str,
    _pattern(
        r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$", "must be field names joined by dots, like data.userId"
    ),
]
FieldPattern = Annotated[
    str, _pattern(r"^[A-Za-z0-9_*?]+$", "must be a field's name, or a pattern on names like badge*")
]
HeaderName = Annotated[str, _pattern(r"^[!-~]{1,128}$", "must be 1 to 128 visible ASCII characters")]
HeaderValue = Annotated[
    str,
    _pattern(
        r"^(=.*|[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*)$",
        "must be an Avro path like metadata.correlationId, or a constant that starts with '='",
    ),
]
TopicTemplate = Annotated[
    str,
    _pattern(
        r"^([A-Za-z0-9._-]|\{[a-z][a-z0-9_]*\}){1,249}$",
        "must be letters, digits, '.', '_' and '-', with parameters like {tenant_id}",
    ),
]
TopicFolder = Annotated[str, _pattern(r"^[A-Za-z0-9._{}-]{1,249}$", "must be the folder of one of the system's topics")]
TopicPattern = Annotated[
    str, _pattern(r"^[A-Za-z0-9._{}*?-]{1,249}$", "must be a topic's folder, or a pattern on folders like user.*")
]
GroupName = Annotated[str, _pattern(r"^[a-z][a-z0-9-]{0,127}$", "must be lower case letters, digits and '-'")]
Principal = Annotated[
    str,
    _pattern(
        r"^[A-Za-z]+:([^{}*\s]|[^{}*\s][^{}*]*[^{}*\s])$",
        "must be a type and one name, like User:billing or User:CN=billing,O=Shop",
    ),
]
PrincipalTemplate = Annotated[
    str,
    _pattern(
        r"^[A-Za-z]+:([^{}*\s]|\{system\}|\{name\})([^{}*]|\{system\}|\{name\})*$",
        "must be a type and a name like User:{system}.{name}, with no other parameters",
    ),
]
TransactionalId = Annotated[
    str, _pattern(r"^[A-Za-z0-9._-]{1,200}\*?$", "must be letters, digits, '.', '_' and '-', and may end with '*'")
]
SettingName = Annotated[
    str, _pattern(r"^[a-z0-9]+([._-][a-z0-9]+)*$", "must be a setting's name, like min.insync.replicas")
]
Level = Literal["error", "warning", "info", "off"]
RuleId = Annotated[str, _pattern(r"^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$", "must be a rule's id, like KEY_CHANGED")]


def _regular_expression(value: str) -> str:
    try:
        return check_pattern(value)
    except ValueError as error:
        raise PydanticCustomError("pattern", "{reason}", {"reason": str(error)}) from error


RegularExpression = Annotated[str, AfterValidator(_regular_expression), Field(json_schema_extra={"format": "regex"})]
Place = Annotated[
    str,
    _pattern(
        r"^[A-Za-z0-9._{}*?-]+(/[A-Za-z0-9._{}*?-]+)*$",
        "must be a file like shop/order.placed/topic.yaml, a thing like shop/OrderPlaced, or a pattern like shop/*",
    ),
]

_UNITS_MS: Final = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_DURATION: Final = re.compile(r"(0|[1-9][0-9]{0,17})(ms|s|m|h|d)", re.ASCII)
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_MAX_LONG: Final = 2**63 - 1
UNLIMITED_MS: Final = -1
"""Kafka's `retention.ms` for records that are kept for ever."""


def duration(milliseconds: int) -> str:
    """A time as contracts write it, in the largest unit that it is whole in: `7d`, `90m`, `unlimited`."""
    if milliseconds == UNLIMITED_MS:
        return "unlimited"
    unit = next(unit for unit, size in reversed(_UNITS_MS.items()) if milliseconds % size == 0)
    return f"{milliseconds // _UNITS_MS[unit]}{unit}"


def _milliseconds(value: Any) -> int:
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise PydanticCustomError("duration", "must be a whole number with a unit: 100ms, 60s, 15m, 12h or 30d")
    milliseconds = int(match[1]) * _UNITS_MS[match[2]]
    if milliseconds == 0:
        raise PydanticCustomError("impossible_duration", "is no time at all")
    if milliseconds > _MAX_LONG:
        raise PydanticCustomError("impossible_duration", "is longer than Kafka can count, 292 million years")
    return milliseconds


def _retention(value: Any) -> int:
    if value == "unlimited":
        return UNLIMITED_MS
    try:
        return _milliseconds(value)
    except PydanticCustomError as error:
        if error.type == "duration":
            raise PydanticCustomError("duration", "must be like 60s, 15m, 12h or 30d, or unlimited") from error
        raise


def _day(value: Any) -> date:
    try:
        # As in JSON Schema's `date`; `fromisoformat` alone would take weeks and days of the year as well.
        return date.fromisoformat(value if _DAY.fullmatch(value) else "")
    except (TypeError, ValueError) as error:
        raise PydanticCustomError("day", "must be a day like 2027-03-31") from error


def _setting(value: Any) -> str:
    """Kafka and librdkafka take every setting as text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)):
        return str(value)
    raise PydanticCustomError("setting", "must be text, a number, true or false")


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _as_path_list(value: Any) -> Any:
    return [] if value is None else _as_list(value)


def _distinct(values: list[Any]) -> list[Any]:
    for at, value in enumerate(values):
        if value in values[:at]:
            raise PydanticCustomError("repeated", "names '{value}' twice", {"value": value})
    return values


Duration = Annotated[
    int,
    BeforeValidator(_milliseconds, json_schema_input_type=Annotated[str, Field(pattern=r"^[1-9][0-9]*(ms|s|m|h|d)$")]),
]
"""Milliseconds."""
Retention = Annotated[
    int,
    BeforeValidator(
        _retention, json_schema_input_type=Annotated[str, Field(pattern=r"^([1-9][0-9]*(ms|s|m|h|d)|unlimited)$")]
    ),
]
"""Milliseconds, or `UNLIMITED_MS`."""
Day = Annotated[
    date, BeforeValidator(_day, json_schema_input_type=Annotated[str, Field(json_schema_extra={"format": "date"})])
]
Setting = Annotated[str, BeforeValidator(_setting, json_schema_input_type=str | int | float | bool)]

Distinct = Annotated[list[T], AfterValidator(_distinct)]
KeyPaths = Annotated[
    Distinct[AvroPath],
    Field(max_length=8),
    BeforeValidator(_as_path_list, json_schema_input_type=AvroPath | Distinct[AvroPath] | None),
]
"""One path, several in order of preference, or null for records without a key."""
_Policy = Literal["delete", "compact"]
CleanupPolicy = Annotated[
    Distinct[_Policy],
    Field(min_length=1, max_length=2),
    BeforeValidator(_as_list, json_schema_input_type=_Policy | list[_Policy]),
]
"""One of Kafka's policies, or both."""
