"""Every rule there is: the modules below `data/`, `policy/` and `lint/`, one rule each."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from eventpact_registry.rules import data, lint, policy
from eventpact_registry.rules.model import RULES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eventpact_registry.rules.model import Rule

_FOLDERS: Final = (data, policy, lint)


@cache
def rules() -> Mapping[str, Rule]:
    """All rules by id: data rules first, then policy, then lint, each in order of module."""
    for folder in _FOLDERS:
        for module in sorted(iter_modules(folder.__path__), key=lambda found: found.name):
            import_module(f"{folder.__name__}.{module.name}")
    return MappingProxyType(RULES)
