"""How instances of a class are read and made: dataclasses, and pydantic models without importing pydantic."""

from __future__ import annotations

import dataclasses
import typing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of a class."""

    name: str
    """What reads it."""
    keyword: str
    """What the constructor calls it."""
    names: tuple[str, ...]
    """What a schema may call it: its name and aliases."""
    hint: Any
    """Its annotation, resolved."""
    optional: bool
    """Whether an instance can be made without it."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One class."""

    cls: type[Any]
    attributes: tuple[Attribute, ...]
    make: Callable[[Mapping[str, Any]], Any]
    """An instance from values by keyword."""
    coerces: bool
    """Whether the constructor makes lists of tuples by itself."""

    @property
    def by_name(self) -> bool:
        """Whether the constructor takes each attribute under its own name."""
        return all(attribute.keyword == attribute.name for attribute in self.attributes)


def shape_of(cls: Any) -> Shape | None:
    """The shape of a class; None for one that is neither a dataclass nor a pydantic model.

    Raises:
        NameError: an annotation names what is not defined.
    """
    if not isinstance(cls, type):
        return None
    for describe in _DESCRIBERS:
        shape = describe(cls)
        if shape is not None:
            return shape
    return None


def _pydantic(cls: type[Any]) -> Shape | None:
    fields = getattr(cls, "model_fields", None)
    validate = getattr(cls, "model_validate", None)
    if not isinstance(fields, dict) or validate is None:
        return None
    config = getattr(cls, "model_config", {})
    attributes = []
    for name, field in fields.items():
        aliases = [
            alias
            for alias in (field.validation_alias, field.alias, field.serialization_alias)
            if isinstance(alias, str)
        ]
        by_alias = aliases and field.validation_alias is not None and config.get("validate_by_alias", True)
        attributes.append(
            Attribute(
                name=name,
                keyword=aliases[0] if by_alias else name,
                names=(name, *aliases),
                hint=field.annotation,
                optional=not field.is_required(),
            )
        )
    return Shape(cls, tuple(attributes), validate, coerces=not config.get("strict", False))


def _dataclass(cls: type[Any]) -> Shape | None:
    if not dataclasses.is_dataclass(cls):
        return None
    hints = typing.get_type_hints(cls, include_extras=True)
    attributes = [
        Attribute(
            name=field.name,
            keyword=field.name,
            names=(field.name, *_metadata_aliases(field)),
            hint=hints[field.name],
            optional=field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING,
        )
        for field in dataclasses.fields(cls)
        if field.init
    ]
    return Shape(cls, tuple(attributes), lambda values: cls(**values), coerces=False)


def _metadata_aliases(field: dataclasses.Field[Any]) -> list[str]:
    """dataclasses-avroschema keeps a field's aliases in its metadata."""
    aliases = field.metadata.get("aliases", ())
    return [alias for alias in aliases if isinstance(alias, str)] if isinstance(aliases, (list, tuple)) else []


_DESCRIBERS: Final = (_pydantic, _dataclass)
"""A pydantic dataclass is a dataclass; a pydantic model is none."""
