"""The rights half of a plan: what accounts lack of what contracts give them, and what they have beyond it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from eventpact_registry.plan.steps import GrantRights, Note, RevokeRights

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from eventpact.operate.acls import Right
    from eventpact_registry.plan.accounts import Account


@dataclass(slots=True)
class AccountPlan:
    """What one account needs."""

    steps: list[GrantRights] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    @property
    def in_sync(self) -> bool:
        """Whether it has every right that it is to have."""
        return not self.steps


def plan_accounts(
    accounts: Sequence[Account], retired: Collection[Right], rights: Collection[Right]
) -> list[AccountPlan]:
    """What each account needs; `retired` are rights that go anyway, `rights` those that the cluster knows."""
    return [_plan_account(account, retired, rights) for account in accounts]


def wider_notes(accounts: Sequence[Account]) -> Iterator[Note]:
    """Where rights reach further than the contracts mean, once for all accounts that it is about."""
    said: dict[str, list[str]] = {}
    for account in accounts:
        for sentence in account.wider:
            said.setdefault(sentence, []).append(account.principal)
    for sentence, principals in said.items():
        yield Note(", ".join(principals), sentence)


def plan_revocations(retired: Collection[Right], rights: Collection[Right]) -> Iterator[RevokeRights]:
    """What earlier contracts gave, and the present ones do not, as far as the cluster still has it."""
    left = sorted(right for right in retired if right in rights)
    for principal in dict.fromkeys(right.principal for right in left):
        yield RevokeRights(principal=principal, rights=tuple(right for right in left if right.principal == principal))


def _plan_account(account: Account, retired: Collection[Right], rights: Collection[Right]) -> AccountPlan:
    plan = AccountPlan()
    missing = tuple(right for right in account.rights if right not in rights)
    if missing:
        plan.steps.append(GrantRights(principal=account.principal, rights=missing))
    others = sorted(right for right in rights if right.principal == account.principal)
    more = [str(right) for right in others if right not in account.rights and right not in retired]
    if more:
        plan.notes.append(Note(account.principal, f"has more than the contracts give: {', '.join(more)}"))
    return plan
