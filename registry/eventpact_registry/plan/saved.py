"""Plans kept in a file between `plan` and `apply`: what somebody looked at is what is applied, or nothing is.

A saved plan holds where it was made for, the choices that it was made with, and its changes. Applying makes the plan
anew from the contracts and from what is there, and goes on only when the changes are the same ones: nothing in the file
is carried out by itself.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from eventpact.environment import without_user
from eventpact.errors import ContractError, OutputError, Problem
from eventpact_registry.plan.render import as_json

if TYPE_CHECKING:
    from pathlib import Path

    from eventpact_registry.plan.steps import Plan

_FORMAT: Final = 1
_MAX_BYTES: Final = 64 * 1024 * 1024
_SHOWN: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a plan was asked for; a saved plan is made anew with the same."""

    systems: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    """Patterns of the names of subjects and topics (`fnmatch`)."""
    only: str | None = None
    limit: int | None = None
    allow_repartition: bool = False
    acls: bool = False
    prune: tuple[str, ...] = ()
    """Earlier contracts, as sources."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedPlan:
    """A plan in a file."""

    path: Path
    registry: str
    brokers: str
    choices: Choices
    changes: list[Any] = field(repr=False)

    def demand(self, plan: Plan, registry: str, brokers: str) -> None:
        """Go on only with the plan that was saved.

        Raises:
            ContractError: registry, cluster, contracts or what is there are not those that it was made for.
        """
        if (self.registry, self.brokers) != (_bare(registry), brokers):
            made, now = (
                f"{one or 'no registry'} and {two or 'no cluster'}" for one, two in self._places(registry, brokers)
            )
            raise ContractError(self._problem(f"the plan was made for {made}, not for {now}"))
        changes = _changes(plan)
        if changes == self.changes:
            return
        gone = [change for change in self.changes if change not in changes]
        new = [change for change in changes if change not in self.changes]
        differences = [f"no longer: {_named(one)}" for one in gone] + [f"new: {_named(one)}" for one in new]
        shown = "; ".join(differences[:_SHOWN]) or "the order of changes is another one"
        more = f"; and {len(differences) - _SHOWN} more" if len(differences) > _SHOWN else ""
        raise ContractError(self._problem(f"contracts, registry or cluster have moved since the plan: {shown}{more}"))

    def _places(self, registry: str, brokers: str) -> tuple[tuple[str, str], tuple[str, str]]:
        return (self.registry, self.brokers), (_bare(registry), brokers)

    def _problem(self, message: str) -> Problem:
        return Problem(message, str(self.path), hint="nothing was changed; plan again, look at it, and apply that one")


def save(path: Path, plan: Plan, choices: Choices, registry: str, brokers: str) -> None:
    """Write a plan to a file; `registry` may hold a password, the file does not.

    Raises:
        OutputError: the file cannot be written.
    """
    content = {
        "eventpact-plan": _FORMAT,
        "registry": _bare(registry),
        "brokers": brokers,
        "choices": asdict(choices),
        "changes": _changes(plan),
    }
    try:
        path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise OutputError(f"the plan cannot be written to {path}: {error.strerror}") from error


def read(path: Path) -> SavedPlan:
    """A plan from a file.

    Raises:
        ContractError: it cannot be read, or is no plan.
    """
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise ContractError(Problem(f"more than {_MAX_BYTES} bytes: not a plan", str(path)))
        content = json.loads(path.read_bytes())
        if content["eventpact-plan"] != _FORMAT:
            raise ContractError(
                Problem(
                    f"a plan of format {content['eventpact-plan']!r}", str(path), hint="plan again with this version"
                )
            )
        return SavedPlan(
            path=path,
            registry=str(content["registry"]),
            brokers=str(content["brokers"]),
            choices=_choices(content["choices"]),
            changes=list(content["changes"]),
        )
    except OSError as error:
        raise ContractError(Problem(f"the plan cannot be read: {error.strerror}", str(path))) from error
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ContractError(
            Problem("this is no plan", str(path), hint="`eventpact plan --out FILE` writes one")
        ) from error


def _choices(content: dict[str, Any]) -> Choices:
    """The choices in a file; what is none of them is a TypeError."""
    made: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in content.items()}
    return Choices(**made)


def _changes(plan: Plan) -> list[Any]:
    """The plan's changes as they are after a way through JSON."""
    changes: list[Any] = json.loads(json.dumps(as_json(plan)["changes"]))
    return changes


def _named(change: Any) -> str:
    """A change in a few words; the file may hold anything."""
    if not isinstance(change, dict):
        return "something else"
    contract = change.get("contract")
    created = contract.get("name") if isinstance(contract, dict) else None
    about = change.get("subject") or change.get("topic") or change.get("principal") or created
    version = f" version {change['version']}" if "version" in change else ""
    return f"{change.get('action')} {about}{version}"


def _bare(url: str) -> str:
    """An address, or several, without user and password."""
    return ",".join(without_user(urlsplit(one.strip())) for one in url.split(",")) if url else ""
