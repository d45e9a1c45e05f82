"""Avro names as attributes of models: as in the Python target, apart from what means something to pydantic.

| field | attribute |
|---|---|
| `_private`, `__secret` | `private`, `secret`: what begins with an underscore is no field of a model |
| `_`, `_1` | `underscore`, `underscore_1` |
| `json`, `copy`, `modelConfig` | `json_`, `copy_`, `model_config_`: names of `BaseModel` |
"""

from __future__ import annotations

from typing import Final

from eventpact_codegen.python import names

MODEL_ATTRIBUTES: Final = frozenset(
    {
        "construct",
        "copy",
        "dict",
        "from_orm",
        "json",
        "model_computed_fields",
        "model_config",
        "model_construct",
        "model_copy",
        "model_dump",
        "model_dump_json",
        "model_extra",
        "model_fields",
        "model_fields_set",
        "model_json_schema",
        "model_parametrized_name",
        "model_post_init",
        "model_rebuild",
        "model_validate",
        "model_validate_json",
        "model_validate_strings",
        "parse_file",
        "parse_obj",
        "parse_raw",
        "schema",
        "schema_json",
        "update_forward_refs",
        "validate",
    }
)
"""Names that every model has from pydantic; a test holds the list to it."""


def attribute(name: str) -> str:
    """The attribute of a model for one of a dataclass."""
    if name.startswith("_"):
        bare = name.lstrip("_")
        name = bare if bare[:1].isalpha() else f"underscore_{bare}".rstrip("_")
    return names.attribute(name, keep=True, reserved=MODEL_ATTRIBUTES)
