"""Every rule there is: the modules below `data/`, `policy/` and `lint/`, one rule each, and those of plug-ins.

A plug-in is a distribution with an entry point of the group `eventpact.rules`: a module that registers rules when it
is imported. Its rules are judged, weighed and approved as ours are.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import iter_modules
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from eventpact.errors import EventPactError
from eventpact_registry.rules import data, lint, policy
from eventpact_registry.rules.model import RULES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.metadata import EntryPoint

    from eventpact_registry.rules.model import Rule

ENTRY_POINT_GROUP: Final = "eventpact.rules"
"""What the entry points of plug-ins are found by."""
_FOLDERS: Final = (data, policy, lint)


@cache
def rules() -> Mapping[str, Rule]:
    """All rules by id: data rules first, then policy, then lint, each in order of module; then those of plug-ins.

    Raises:
        EventPactError: a plug-in cannot be loaded.
    """
    for folder in _FOLDERS:
        for module in sorted(iter_modules(folder.__path__), key=lambda found: found.name):
            import_module(f"{folder.__name__}.{module.name}")
    for entry_point in sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda found: (found.name, found.value)):
        _load(entry_point)
    return MappingProxyType(RULES)


def _load(plug_in: EntryPoint) -> None:
    try:
        plug_in.load()
    except Exception as error:
        owner = plug_in.dist.name if plug_in.dist else plug_in.name
        reason = f"{type(error).__name__}: {error}"
        raise EventPactError(
            f"the rules of {owner} ({plug_in.value}) cannot be loaded: {reason}; repair or uninstall it"
        ) from error
