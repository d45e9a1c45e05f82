"""Contracts from Python classes: AvroModels of dataclasses-avroschema, plain dataclasses, pydantic models.

The module is imported, so its code runs: the one source of an import that does.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from inspect import isabstract
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from eventpact.errors import ContractError, Problem
from eventpact_registry.importers.annotations import is_model, schema_of
from eventpact_registry.importers.assembling import Definition, assemble

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import ModuleType

    from eventpact_registry.importers.drafts import Imported, Wishes

_AVROSCHEMA: Final = "dataclasses_avroschema"
_OWN: Final = frozenset({"pydantic-class"})
"""What dataclasses-avroschema adds for its own use."""
_FIRST: Final = ("type", "name", "namespace", "doc")
"""What a schema begins with."""


def from_python(
    names: Sequence[str], wishes: Wishes, on_progress: Callable[[int, int], None] = lambda _done, _total: None
) -> Imported:
    """A draft of one system from classes; each becomes version 1 of an event.

    Args:
        names: `module:Class`, or `module` for every model that it defines; modules are found in the current folder too.
        wishes: what whoever imports says; the namespace is that of classes that do not say their own.
        on_progress: hears of each class.

    Raises:
        ContractError: a module cannot be imported, a class is no model, or has a field that Avro has no type for.
    """
    classes = {cls: None for name in names for cls in _classes(name)}
    definitions = []
    for done, cls in enumerate(classes, 1):
        definitions.append(Definition(origin=_shown(cls), bodies=(_body(cls, wishes),)))
        on_progress(done, len(classes))
    return assemble(definitions, wishes)


def _classes(name: str) -> list[type[Any]]:
    module_name, _, class_name = name.partition(":")
    module = _module(module_name)
    if not class_name:
        found = [each for each in vars(module).values() if _is_event(each) and each.__module__ == module.__name__]
        if not found:
            raise ContractError(Problem(f"the module {module_name} defines no model", hint=_MODELS))
        return found
    cls: Any = module
    for part in class_name.split("."):
        cls = getattr(cls, part, None)
    if not _is_event(cls):
        what = "has no such class" if cls is None else "has it, but it is no model"
        raise ContractError(Problem(f"{name}: the module {what}", hint=_MODELS))
    return [cls]


_MODELS: Final = "a model is an AvroModel, a dataclass or a pydantic model"


def _is_event(found: Any) -> bool:
    return isinstance(found, type) and not isabstract(found) and (_is_avro_model(found) or is_model(found))


def _is_avro_model(cls: type[Any]) -> bool:
    """Whether a class makes its own schema, and is not the base that lets others do so."""
    return callable(getattr(cls, "avro_schema", None)) and not cls.__module__.startswith(_AVROSCHEMA)


def _module(name: str) -> ModuleType:
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        missing = error.name or name
        hint = "install it beside eventpact"
        if missing == _AVROSCHEMA:
            hint = "pip install dataclasses-avroschema: eventpact does not bring it"
        elif name == missing or name.startswith(f"{missing}."):
            hint = "write module:Class, and run it where the module is found"
        raise ContractError(Problem(f"there is no module {missing}", name, hint=hint)) from error
    except Exception as error:  # whatever the module's own code raises
        raise ContractError(Problem(f"importing it failed: {type(error).__name__}: {error}", name)) from error
    except SystemExit as error:
        raise ContractError(Problem("importing it ended with sys.exit", name)) from error


def _body(cls: type[Any], wishes: Wishes) -> dict[str, Any]:
    if not _is_avro_model(cls):
        return schema_of(cls, _namespace(cls, wishes))
    try:
        text = cls.avro_schema()
    except Exception as error:  # whatever the class's own code raises
        raise ContractError(
            Problem(f"its schema cannot be made: {type(error).__name__}: {error}", _shown(cls))
        ) from error
    found: dict[str, Any] = json.loads(text)
    if "namespace" not in found and "." not in str(found.get("name")):
        found["namespace"] = _namespace(cls, wishes)
    return {key: found[key] for key in (*_FIRST, *found) if key in found and key not in _OWN}


def _namespace(cls: type[Any], wishes: Wishes) -> str:
    if wishes.namespace is None:
        hint = "give --namespace; an AvroModel may say its own in `class Meta`"
        raise ContractError(Problem("the class says no namespace", _shown(cls), hint=hint))
    return wishes.namespace


def _shown(cls: type[Any]) -> str:
    return f"{cls.__module__}:{cls.__qualname__}"
