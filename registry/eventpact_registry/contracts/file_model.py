"""What the models of all contract files share, and how what pydantic finds becomes problems with place and hint."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from eventpact_registry.contracts.attribute_docs import attribute_docs
from eventpact_registry.contracts.problems import nearest
from eventpact_registry.contracts.scalars import DESCRIBED
from eventpact_registry.contracts.yaml_file import pointer_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pydantic import GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema, ErrorDetails

    from eventpact_registry.contracts.problems import Problems
    from eventpact_registry.contracts.yaml_file import YamlFile


def _to_kebab(name: str) -> str:
    return name.replace("_", "-")


class FileModel(BaseModel):
    """A part of a contract file: keys in kebab-case, nothing unknown, nothing coerced."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        alias_generator=_to_kebab,
        allow_inf_nan=False,
        defer_build=True,
    )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """With the attributes' docstrings as descriptions, for editors to show."""
        made = handler(schema)
        properties = handler.resolve_ref_schema(made).get("properties", {})
        for name, text in attribute_docs(cls).items():
            if name in cls.model_fields:
                properties[cls.model_fields[name].alias].setdefault("description", text)
        return made


Model = TypeVar("Model", bound=FileModel)


def validate(model: type[Model], file: YamlFile, problems: Problems) -> Model | None:
    """The file as a model; each thing that does not fit is noted in `problems` and gives None."""
    try:
        # Through JSON, because strict mode then means JSON's own types: a list for a tuple, text for an enum.
        return model.model_validate_json(json.dumps(file.data))
    except ValidationError as error:
        for details in error.errors(include_url=False):
            _note(details, model, file, problems)
        return None


def _note(details: ErrorDetails, model: type[FileModel], file: YamlFile, problems: Problems) -> None:
    kind, where = details["type"], tuple(part for part in details["loc"] if part != "[key]")
    pointer, key = pointer_of(*where), next((part for part in reversed(where) if isinstance(part, str)), "")
    context = details.get("ctx", {})
    if kind == "extra_forbidden":
        known = _keys(model, where[:-1])
        problems.add(f"unknown key '{key}'", file.locate_key(pointer), hint=nearest(key, known) or _listing(known))
    elif kind == "missing":
        problems.add(f"'{key}' is missing", file.locate(pointer_of(*where[:-1])), hint=_meaning(model, where))
    elif kind == "no_value":
        problems.add(f"'{key}' has no value", file.locate_key(pointer))
    elif kind == "string_pattern_mismatch":
        at = file.locate_key(pointer) if "[key]" in details["loc"] else file.locate(pointer)
        problems.add(f"'{details['input']}' {DESCRIBED[context['pattern']]}", at)
    elif kind in {"literal_error", "enum"}:
        value = str(details["input"])
        allowed = str(context["expected"]).replace("'", "").replace(" or ", ", ").split(", ")
        problems.add(
            f"{_named(key)}must be {_either(allowed)}, not {_shown(details['input'])}",
            file.locate(pointer),
            hint=nearest(value, allowed),
        )
    elif kind in _SAYS:
        hint = "quote it" if kind == "string_type" and isinstance(details["input"], int | float) else None
        problems.add(_named(key) + _SAYS[kind](details["input"], context), file.locate(pointer), hint=hint)
    else:
        problems.add(f"{_named(key)}{details['msg']}", file.locate(pointer))


def _type_error(expected: str) -> Callable[[Any, dict[str, Any]], str]:
    return lambda value, _: f"must be {expected}, not {_shown(value)}"


_SAYS: Final[dict[str, Callable[[Any, dict[str, Any]], str]]] = {
    "string_type": _type_error("text"),
    "int_type": _type_error("a whole number"),
    "int_from_float": _type_error("a whole number"),
    "float_type": _type_error("a number"),
    "bool_type": _type_error("true or false"),
    "list_type": _type_error("a list"),
    "dict_type": _type_error("a mapping"),
    "model_type": _type_error("a mapping"),
    "model_attributes_type": _type_error("a mapping"),
    "greater_than_equal": lambda value, context: f"must be at least {context['ge']}, not {value}",
    "greater_than": lambda value, context: f"must be more than {context['gt']}, not {value}",
    "less_than_equal": lambda value, context: f"must be at most {context['le']}, not {value}",
    "too_short": lambda _, context: (
        f"needs at least {context['min_length']} entry"
        if context["min_length"] == 1
        else f"needs at least {context['min_length']} entries"
    ),
    "too_long": lambda _, context: f"may have at most {context['max_length']} entries, not {context['actual_length']}",
    "string_too_long": lambda _, context: f"may have at most {context['max_length']} characters",
}
"""Pydantic's error type to the sentence that says it in our words."""


def _named(key: str) -> str:
    return f"'{key}' " if key else ""


def _shown(value: Any) -> str:
    match value:
        case None:
            return "empty"
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case bool():
            return str(value).lower()
        case str():
            return f"'{value}'" if len(value) <= 60 else f"'{value[:60]}…'"
        case _:
            return str(value)


def _either(allowed: list[str]) -> str:
    return allowed[0] if len(allowed) == 1 else f"{', '.join(allowed[:-1])} or {allowed[-1]}"


def _listing(known: Iterable[str]) -> str:
    return f"known keys: {', '.join(known)}"


def _part(model: type[FileModel], where: tuple[str | int, ...]) -> type[FileModel] | None:
    """The model of the mapping at a place; None where it is not a model."""
    current: type[FileModel] | None = model
    for part in where:
        if current is None:
            return None
        field = next((f for f in current.model_fields.values() if f.alias == part), None)
        current = _model_in(field.annotation) if field else None
    return current


def _model_in(annotation: Any) -> type[FileModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, FileModel):
        return annotation
    inner = [_model_in(argument) for argument in getattr(annotation, "__args__", ())]
    return next((found for found in inner if found is not None), None)


def _keys(model: type[FileModel], where: tuple[str | int, ...]) -> list[str]:
    part = _part(model, where)
    return [str(field.alias) for field in part.model_fields.values()] if part else []


def _meaning(model: type[FileModel], where: tuple[str | int, ...]) -> str | None:
    """What the docstring of a missing key says it is for."""
    part = _part(model, where[:-1])
    name = next((n for n, field in part.model_fields.items() if field.alias == where[-1]), "") if part else ""
    text = attribute_docs(part).get(name) if part else None
    return text.splitlines()[0] if text else None
