"""The rights that contracts ask for: the least that each group and producer works with, and what a plan makes of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from eventpact.operate.acls import Right
from eventpact_registry.plan import State, apply, as_json, describe, desired, plan, read_state, retired, summary
from tests.registry.contracts.building import SHOP, SYSTEM, TOPIC, avsc, field, load

if TYPE_CHECKING:
    from collections.abc import Iterable

    from eventpact_registry.plan import Desired, Plan

BILLING = "User:shop.billing"
PRODUCER = "User:shop.producer"


def groups(*topics: str, more: str = "") -> dict[str, str]:
    """The shop with a group `billing` that reads some topics."""
    names = ", ".join(f'"{topic}"' for topic in topics)
    group = f"groups:\n  billing: {{description: Writes invoices., topics: [{names}]}}\n"
    return {"shop/system.yaml": SYSTEM + group + more}


def topic(folder: str, event: str, more: str = "") -> dict[str, str]:
    return {
        f"shop/{folder}/topic.yaml": TOPIC + more,
        f"shop/{folder}/{event}.v1.avsc": avsc(event, field("orderId"), field("tenant_id")),
    }


def parked(folder: str, purpose: str, more: str = "") -> dict[str, str]:
    return {f"shop/{folder}/topic.yaml": TOPIC.replace("key: orderId\n", "") + f"purpose: {purpose}\n{more}"}


def rights(wanted: Desired, principal: str) -> list[str]:
    [account] = [account for account in wanted.accounts if account.principal == principal]
    return [str(right) for right in account.rights]


def planned(wanted: Desired, *there: Right) -> Plan:
    return plan(wanted, State(None, None, frozenset(there)))


class Cluster:
    """Rights in memory."""

    def __init__(self, *there: Right) -> None:
        self.rights = set(there)

    def read(self) -> frozenset[Right]:
        return frozenset(self.rights)

    def grant(self, rights: Iterable[Right]) -> None:
        self.rights |= set(rights)

    def revoke(self, rights: Iterable[Right]) -> None:
        self.rights -= set(rights)


class TestLeastRight:
    def test_a_group_reads_its_topics_and_commits_as_itself(self) -> None:
        assert rights(desired(load(groups("order.placed"))), BILLING) == [
            "READ on group billing",
            "READ on topic order.placed",
        ]

    def test_a_producer_writes_to_topics_in_transactions_of_its_own(self) -> None:
        assert rights(desired(load()), PRODUCER) == [
            "WRITE on topic order.placed",
            "WRITE on transactional-id shop.producer*",
        ]

    def test_producers_that_are_named_write_to_their_own_topics_only(self) -> None:
        producers = "producers:\n  till: {topics: [order.placed], transactional-ids: []}\n"
        wanted = desired(load({**groups("order.placed", more=producers), **topic("order.paid", "OrderPaid")}))

        assert rights(wanted, "User:shop.till") == ["WRITE on topic order.placed"]
        assert PRODUCER not in [account.principal for account in wanted.accounts]

    def test_a_pattern_is_granted_by_how_names_begin_for_topics_that_come_later(self) -> None:
        system = groups("order.*")["shop/system.yaml"] + 'topic-name: "Shop.{topic}"\n'

        assert rights(desired(load({"shop/system.yaml": system})), BILLING)[1:] == ["READ on topic Shop.order.*"]

    def test_a_pattern_that_would_reach_other_topics_is_granted_topic_by_topic(self) -> None:
        files = {**groups("order.*"), **parked("order.lost", "dead-letters")}

        assert rights(desired(load(files)), BILLING)[1:] == ["READ on topic order.placed"]

    def test_a_pattern_that_would_reach_another_systems_topics_is_granted_topic_by_topic(self) -> None:
        other = SYSTEM.replace("shop", "toys")
        files = {
            **groups("order.*"),
            "toys/system.yaml": other,
            "toys/order.toys/topic.yaml": TOPIC,
            "toys/order.toys/ToyOrdered.v1.avsc": avsc("ToyOrdered", field("orderId"), namespace="io.toys"),
        }

        assert rights(desired(load(files)), BILLING)[1:] == ["READ on topic order.placed"]

    def test_a_pattern_of_endings_is_granted_topic_by_topic(self) -> None:
        files = {**groups("*.placed"), **topic("order.paid", "OrderPaid")}

        assert rights(desired(load(files)), BILLING)[1:] == ["READ on topic order.placed"]

    def test_a_pattern_of_everything_is_granted_topic_by_topic(self) -> None:
        assert rights(desired(load(groups("*"))), BILLING)[1:] == ["READ on topic order.placed"]

    def test_topics_of_tenants_are_granted_by_how_their_names_begin(self) -> None:
        files = {**groups("note"), **topic("note", "NoteWritten", 'name: "note.{tenant_id}"\n')}
        wanted = desired(load(files))

        assert rights(wanted, BILLING)[1:] == ["READ on topic note.*"]
        assert "WRITE on topic note.*" in rights(wanted, PRODUCER)

    def test_where_kafkas_patterns_reach_further_than_meant_is_noted_once(self) -> None:
        files = {
            **groups("note"),
            **topic("note", "NoteWritten", 'name: "order.{tenant_id}"\n'),
        }

        [note] = planned(desired(load(files))).notes

        assert note.about == f"{BILLING}"
        assert "which on one cluster reaches order.placed too" in note.text

    def test_a_group_writes_dead_letters_and_goes_through_retry_topics(self) -> None:
        retry = TOPIC + "retry: {attempts: 2, backoff: 1s, tiers: [later]}\ndead-letters: lost\n"
        files = {
            **groups("order.placed"),
            "shop/order.placed/topic.yaml": retry,
            **parked("lost", "dead-letters"),
            **parked("later", "retry", "delay: 1m\n"),
        }
        wanted = desired(load(files))

        assert rights(wanted, BILLING)[1:] == [
            "READ on topic later",
            "WRITE on topic later",
            "WRITE on topic lost",
            "READ on topic order.placed",
        ]
        assert rights(wanted, PRODUCER)[0] == "WRITE on topic order.placed"

    def test_who_shares_an_account_may_do_what_either_may(self) -> None:
        system = groups("order.placed")["shop/system.yaml"] + 'principal: "User:shop"\n'
        wanted = desired(load({"shop/system.yaml": system}))

        [account] = wanted.accounts
        assert (account.principal, len(account.rights)) == ("User:shop", 4)

    def test_one_system_alone_can_be_asked_for(self) -> None:
        toys = {path.replace("shop/", "toys/"): text.replace("shop", "toys") for path, text in SHOP.items()}

        assert [account.principal for account in desired(load(toys), ["toys"]).accounts] == ["User:toys.producer"]


class TestPlan:
    def test_what_is_missing_is_granted_account_by_account(self) -> None:
        wanted = desired(load(groups("order.placed")))
        there = Right(BILLING, "group", "billing", "READ")

        made = planned(wanted, there)

        assert [str(describe(step)) for step in made.steps] == [
            f"grant account {BILLING}: READ on topic order.placed",
            f"grant account {PRODUCER}: WRITE on topic order.placed; WRITE on transactional-id shop.producer*",
        ]
        assert summary(made) == "2 changes"

    def test_after_apply_a_plan_is_empty(self) -> None:
        wanted, cluster = desired(load(groups("order.placed"))), Cluster()
        apply(
            plan(wanted, read_state(wanted, registry=None, cluster=None, access=cluster)),
            registry=None,
            cluster=None,
            access=cluster,
        )

        again = plan(wanted, read_state(wanted, registry=None, cluster=None, access=cluster))

        assert again.empty
        assert summary(again) == "No changes: 2 accounts as declared"

    def test_a_cluster_that_was_not_asked_for_rights_gets_none(self) -> None:
        assert plan(desired(load()), State(None, None)).steps == ()

    def test_rights_of_others_are_none_of_our_business(self) -> None:
        wanted = desired(load())
        [account] = wanted.accounts

        made = planned(wanted, *account.rights, Right("User:root", "cluster", "kafka-cluster", "ALL"))

        assert (made.empty, made.notes) == (True, ())

    def test_what_an_account_has_beyond_the_contracts_is_noted_and_stays(self) -> None:
        wanted = desired(load())
        [account] = wanted.accounts
        more = Right(PRODUCER, "topic", "secrets", "READ", permission="DENY")

        made = planned(wanted, *account.rights, more)

        assert made.steps == ()
        assert [(note.about, note.text) for note in made.notes] == [
            (PRODUCER, "has more than the contracts give: no READ on topic secrets")
        ]

    def test_what_earlier_contracts_gave_goes_with_prune_only(self) -> None:
        before, now = desired(load(groups("order.placed"))), desired(load())
        there = [right for account in before.accounts for right in account.rights]

        kept = planned(now, *there)
        pruned = planned(replace(now, retired=retired([before], now)), *there)

        assert kept.steps == ()
        assert [str(describe(step)) for step in pruned.steps] == [
            f"revoke account {BILLING}: READ on group billing; READ on topic order.placed"
        ]
        assert len(pruned.deletions) == 1

    def test_the_plan_as_json_holds_each_right(self) -> None:
        [change] = as_json(planned(desired(load())))["changes"]

        assert (change["action"], change["principal"]) == ("grant", PRODUCER)
        assert change["rights"][0] == {
            "principal": PRODUCER,
            "resource": "topic",
            "name": "order.placed",
            "operation": "WRITE",
            "prefixed": False,
            "host": "*",
            "permission": "ALLOW",
        }

    def test_a_selection_takes_accounts_by_their_names(self) -> None:
        wanted = desired(load(groups("order.placed")))

        assert [account.principal for account in wanted.selected(["*.billing"]).accounts] == [BILLING]
