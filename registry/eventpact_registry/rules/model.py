"""What a rule is: an id, a severity, its documentation, and a function that judges one kind of thing.

A rule is one file. Its parameter says what it judges: a change (`diff/changes.py`), a break (`diff/breaks.py`)
or a part of the contracts as they are (`rules/subjects.py`). It only judges: how the thing was found, who is hit and
what proves it is not its business.

    @rule("KEY_CHANGED", Severity.ERROR)
    def key_changed(change: KeyChanged) -> Verdict | None:
        \"\"\"The field that keys a topic changed. …\"\"\"
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from inspect import Parameter, getdoc, signature
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

from eventpact_registry.findings import Severity

if TYPE_CHECKING:
    from eventpact_registry.contracts.model import Location

__all__ = ["RULES", "Rule", "Severity", "Verdict", "rule"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule has to say about the thing it was given."""

    message: str
    """What is wrong and why it matters, in a sentence that stands alone."""
    hint: str = ""
    """What to do about it."""
    at: Location | None = None
    """The place, where the thing's own is not the best one."""


Judge: TypeAlias = Callable[[Any], Verdict | None]
_Function = TypeVar("_Function", bound=Judge)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as it is registered."""

    id: str
    severity: Severity
    """The rule's own; `eventpact.yaml` may say another."""
    judges: type
    """What it is given; things of subclasses too."""
    judge: Judge
    summary: str
    reason: str
    """Why it matters; may be empty where the summary says it."""
    anti_pattern: str
    best_practice: str
    module: str
    """Where it is defined; its cases stand beside it, in a file of the same name that ends in `.yaml`."""
    docs: str
    """Where it is explained; empty where a plug-in does not say."""


RULES: Final[dict[str, Rule]] = {}
"""Every rule whose module was imported, by id; `catalog.rules()` imports all."""

_REFERENCE: Final = "docs/reference/rules.md"
_SECTIONS: Final = re.compile(r"\n\s*(?:Anti-pattern|Best practice):\s*")


def rule(rule_id: str, severity: Severity, *, docs: str = "") -> Callable[[_Function], _Function]:
    """Register a function as a rule.

    Its docstring opens with a summary, may say why, and ends with `Anti-pattern:` and `Best practice:`. `docs` says
    where a rule of a plug-in is explained; ours are explained in the reference.

    Raises:
        ValueError: the id is taken, the documentation lacks a part, or the function does not say what it judges.
    """

    def register(function: _Function) -> _Function:
        if rule_id in RULES:
            raise ValueError(f"there is a rule {rule_id} already, in {RULES[rule_id].module}")
        parts = _SECTIONS.split(getdoc(function) or "")
        if len(parts) != 3 or not all(part.strip() for part in parts):
            raise ValueError(f"{rule_id} needs a summary, an `Anti-pattern:` and a `Best practice:` in its docstring")
        summary, _, reason = parts[0].partition("\n\n")
        judges = _judged(rule_id, function)
        RULES[rule_id] = Rule(
            id=rule_id,
            severity=severity,
            judges=judges,
            judge=function,
            summary=_flat(summary),
            reason=_flat(reason),
            anti_pattern=_flat(parts[1]),
            best_practice=_flat(parts[2]),
            module=function.__module__,
            docs=docs or _anchor(rule_id, function.__module__),
        )
        return function

    return register


def _judged(rule_id: str, function: Judge) -> type:
    try:
        annotations = [parameter.annotation for parameter in signature(function, eval_str=True).parameters.values()]
    except NameError as error:
        raise ValueError(f"{rule_id} judges something that is not imported at run time: {error}") from error
    if len(annotations) != 1 or not isinstance(annotations[0], type) or annotations[0] is Parameter.empty:
        raise ValueError(f"{rule_id} has to take one parameter, whose type says what it judges")
    return annotations[0]


def _anchor(rule_id: str, module: str) -> str:
    return f"{_REFERENCE}#{rule_id.lower()}" if module.startswith(f"{__package__}.") else ""


def _flat(text: str) -> str:
    return " ".join(text.split())
