"""Every target there is: ours, and those of plug-ins, which may also add passes to any of them.

A plug-in is a distribution with an entry point of the group `eventpact.targets`: a `Target`, an `ExtraPass`, or a tuple
of them. What is installed beside eventpact takes part in every `generate`, as the rules of plug-ins do in every check.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from eventpact.errors import EventPactError
from eventpact_codegen.pydantic.target import PYDANTIC
from eventpact_codegen.python.target import PYTHON
from eventpact_codegen.target import ExtraPass, Target
from eventpact_codegen.typescript.target import TYPESCRIPT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from importlib.metadata import EntryPoint

ENTRY_POINT_GROUP: Final = "eventpact.targets"
"""What the entry points of plug-ins are found by."""
BUILT_IN: Final[tuple[Target[Any], ...]] = (PYTHON, PYDANTIC, TYPESCRIPT)


def named(name: str) -> Target[Any]:
    """The target of that name.

    Raises:
        EventPactError: there is none, or a plug-in cannot be loaded.
    """
    known = targets()
    if name not in known:
        raise EventPactError(f"there is no target '{name}'; there are {', '.join(known)}")
    return known[name]


@cache
def targets() -> Mapping[str, Target[Any]]:
    """All targets by name, ours first, with the passes that plug-ins add.

    Raises:
        EventPactError: a plug-in cannot be loaded, takes a name that is taken, or adds a pass behind one that is not.
    """
    known: dict[str, Target[Any]] = {target.name: target for target in BUILT_IN}
    extras: list[tuple[str, ExtraPass]] = []
    for entry_point in sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda found: (found.name, found.value)):
        owner = entry_point.dist.name if entry_point.dist else entry_point.name
        for each in _loaded(entry_point, owner):
            if isinstance(each, ExtraPass):
                extras.append((owner, each))
            elif each.name in known:
                raise EventPactError(f"the target '{each.name}' of {owner} has the name of another one; uninstall it")
            else:
                known[each.name] = each
    for owner, extra in extras:
        known[extra.target] = _extended(known, owner, extra)
    return MappingProxyType(known)


def _loaded(plug_in: EntryPoint, owner: str) -> Iterator[Target[Any] | ExtraPass]:
    try:
        given = plug_in.load()
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        raise EventPactError(
            f"the targets of {owner} ({plug_in.value}) cannot be loaded: {reason}; repair or uninstall it"
        ) from error
    for each in given if isinstance(given, tuple) else (given,):
        if not isinstance(each, Target | ExtraPass):
            what = f"{plug_in.value} of {owner} is neither a Target nor an ExtraPass: {type(each).__name__}"
            raise EventPactError(f"{what}; repair or uninstall it")
        yield each


def _extended(known: Mapping[str, Target[Any]], owner: str, extra: ExtraPass) -> Target[Any]:
    """The target that a pass is added to, with it."""
    where = f"the pass '{extra.step.name}' of {owner}"
    if extra.target not in known:
        raise EventPactError(f"{where} is for a target '{extra.target}'; there are {', '.join(known)}")
    target = known[extra.target]
    names = [step.name for step in target.passes]
    if extra.after not in names:
        raise EventPactError(f"{where} follows '{extra.after}', which {target.name} lacks; it has {', '.join(names)}")
    at = names.index(extra.after) + 1
    return replace(target, passes=(*target.passes[:at], extra.step, *target.passes[at:]))
