"""Approvals of `eventpact.yaml`: which finding each covers, and which have run out or cover nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from eventpact_registry.findings import Approved, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from eventpact_registry.contracts.model import Approval, Location
    from eventpact_registry.findings import Finding


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class JudgedApproval:
    """An approval after everything else was judged."""

    approval: Approval
    expired: bool
    covered: int
    """How many findings it covers, or would if it had not run out."""
    in_scope: bool
    """Whether its rule was asked at all: without a base, nothing can have changed."""

    @property
    def location(self) -> Location:
        """The approval in `eventpact.yaml`."""
        return self.approval.locate("")


class Approvals:
    """The approvals of one run, on one day."""

    def __init__(self, approvals: Iterable[Approval], today: date) -> None:
        self._today = today
        self._covered = dict.fromkeys(approvals, 0)

    def applied(self, finding: Finding, names: Iterable[str]) -> Finding:
        """The finding, as a note when an approval covers it; the first that does is enough.

        `names` are those of what it is about, see `names_of`.
        """
        for approval in self._covered:
            if approval.rule == finding.rule and _is_at(approval, finding.location, names):
                self._covered[approval] += 1
                if not self._expired(approval):
                    approved = Approved(
                        severity=finding.severity, reason=approval.reason, by=approval.by, until=approval.until
                    )
                    return replace(finding, severity=Severity.INFO, approved=approved)
        return finding

    def judged(self, asked: Iterable[str]) -> Iterator[JudgedApproval]:
        """Each approval with what came of it; `asked` are the rules that were."""
        rules = frozenset(asked)
        for approval, covered in self._covered.items():
            yield JudgedApproval(
                approval=approval, expired=self._expired(approval), covered=covered, in_scope=approval.rule in rules
            )

    def _expired(self, approval: Approval) -> bool:
        return self._today > approval.until


def _is_at(approval: Approval, location: Location, names: Iterable[str]) -> bool:
    root = approval.locate("").file.rpartition("/")[0]
    file = location.file.removeprefix(f"{root}/")
    return any(fnmatchcase(name, approval.at) for name in (file, *names))


def names_of(carrier: object) -> Iterator[str]:
    """What people call the thing that was judged: `shop/OrderPlaced`, and `shop/order.placed` that carries it."""
    system = getattr(carrier, "system", None)
    if system is None:
        return
    named = [
        getattr(part, attribute)
        for kind, attribute in (("event", "name"), ("topic", "folder"), ("group", "name"))
        if (part := getattr(carrier, kind, None)) is not None and not isinstance(part, str)
    ]
    yield from (f"{system.name}/{name}" for name in named)
    if not named:
        yield system.name
