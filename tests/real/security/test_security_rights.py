"""Rights that were made from the contracts: with them services work, and without one of them an error names it."""

from __future__ import annotations

import shutil
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from eventpact import Context, Group, Settings, TopicContract
from eventpact.errors import BrokerError, DeliveryError
from eventpact.operate.acls import Acls, Right
from eventpact.operate.tenants import Tenants
from eventpact.operate.topics import Topics
from eventpact_testing.examples import examples
from eventpact_testing.secured import ADMINISTRATOR
from tests.real.members import until
from tests.real.security.conftest import (
    AUDITOR,
    CONTRACTS,
    CREATOR,
    NOBODY,
    NOTIFIER,
    PRODUCER,
    TENANTS_PRODUCER,
    TENANTS_READER,
    Secured,
)
from tests.runtime.raw import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable

    from eventpact_testing.kafka import KafkaCluster

CURE = "`eventpact apply --acls` grants what the contracts give"


def noting(group: type[Group], seen: list[Context]) -> Group:
    """A generated group whose every method notes what it is told of the event."""

    def note(self: Group, event: Any, context: Context) -> None:
        seen.append(context)

    methods = dict.fromkeys(group.__abstractmethods__, note)
    made: type[Group] = type("Noting", (group,), methods)
    return made()


def notifier(*, broken: bool = False) -> Any:
    """The group `notification-service`, which notes the ids that it sees, or fails at everything."""
    from quikapp_events.groups import NotificationService

    def handle(self: Any, event: Any, context: Context) -> None:
        if broken:
            raise ValueError("not today")
        self.seen.append(event.event_id)

    made: Any = type(
        "Notifier", (NotificationService,), dict.fromkeys(NotificationService.__abstractmethods__, handle)
    )()
    made.seen = []
    return made


def message() -> Any:
    from quikapp_events import MessageSent, MessageSentData

    data = MessageSentData(message_id="m", channel_id="c", workspace_id="w", user_id="u", content="Hello")
    return MessageSent(data=data)


def producer(settings: Settings, **arguments: Any) -> Any:
    from quikapp_events import QuikappProducer

    return QuikappProducer(settings, **arguments)


def test_everything_that_the_contracts_ask_for_is_applied_and_then_as_declared(secured: Secured) -> None:
    again = secured.run("plan", "--only", "topics", "--acls", "--replication-factor-limit", "1", "--fail-on-drift")

    assert "grant" in secured.applied.output
    assert (again.exit_code, again.output.splitlines()[-1][:11]) == (0, "No changes:"), again.output
    assert "accounts as declared" in again.output


class TestAuthorised:
    def test_a_service_sends_and_another_handles(self, secured: Secured) -> None:
        sent = [message() for _ in range(20)]
        with producer(secured.settings(PRODUCER)) as own:
            for event in sent:
                own.send_and_wait(event, timeout=PATIENCE)
        group = notifier()

        group.run(secured.settings(NOTIFIER), max_events=len(sent), idle_timeout=PATIENCE)

        assert sorted(group.seen) == sorted(event.event_id for event in sent)

    def test_what_a_group_cannot_handle_becomes_a_dead_letter(self, secured: Secured) -> None:
        with producer(secured.settings(PRODUCER)) as own:
            own.send_and_wait(message(), timeout=PATIENCE)

        statistics = notifier(broken=True).run(secured.settings(NOTIFIER), max_events=1, idle_timeout=PATIENCE)

        assert statistics.dead_lettered == 1

    def test_a_producer_has_transactions_of_its_own(self, secured: Secured) -> None:
        with producer(secured.settings(PRODUCER), transactional_id=f"{PRODUCER}-1") as own:
            with own.transaction():
                own.send(message())
            assert own.statistics.failed == 0

    def test_a_tenant_that_comes_later_needs_no_further_right(self, secured: Secured) -> None:
        from caas_events import CaasProducer, MessageSent
        from caas_events.groups import CaasConsumerGroup
        from caas_events.topics import TOPICS

        seen: list[Context] = []
        topics = Topics(secured.settings(ADMINISTRATOR), timeout=PATIENCE)
        Tenants(topics, TOPICS, replication_factor_limit=1).create("acme")

        with CaasProducer(secured.settings(TENANTS_PRODUCER)) as own:
            own.send_and_wait(next(examples(MessageSent, 1)), tenant_id="acme", timeout=PATIENCE)
        noting(CaasConsumerGroup, seen).run(secured.settings(TENANTS_READER), max_events=1, idle_timeout=PATIENCE)

        assert [context.parameters["tenant_id"] for context in seen] == ["acme"]

    def test_a_record_goes_through_a_retry_topic_in_the_order_of_its_key(self, secured: Secured) -> None:
        from caas_events import CaasProducer, MessageSent
        from caas_events.groups import CaasConsumerGroup
        from caas_events.topics import TOPICS

        topics = Topics(secured.settings(ADMINISTRATOR), timeout=PATIENCE)
        Tenants(topics, TOPICS, replication_factor_limit=1).create("initech")
        stop, handled, failures = threading.Event(), [], iter(range(3))

        def handle(self: Group, event: Any, context: Context) -> None:
            if context.parameters["tenant_id"] != "initech":
                return
            if next(failures, None) is not None:
                raise ValueError("not yet")
            handled.append(event.event_id)
            if len(handled) == 2:
                stop.set()

        sent = list(examples(MessageSent, 2))
        same = [replace(event, conversation_id="c-1") for event in sent]
        with CaasProducer(secured.settings(TENANTS_PRODUCER)) as own:
            for event in same:
                own.send_and_wait(event, tenant_id="initech", timeout=PATIENCE)
        methods = dict.fromkeys(CaasConsumerGroup.__abstractmethods__, handle)
        group: Any = type("Failing", (CaasConsumerGroup,), methods)()

        statistics = group.run(secured.settings(TENANTS_READER), stop=stop, idle_timeout=PATIENCE)

        assert handled == [event.event_id for event in same]
        assert statistics.dead_lettered == 0


class TestMissing:
    def test_the_right_to_write_to_a_topic(self, secured: Secured) -> None:
        with producer(secured.settings(NOTIFIER)) as own, pytest.raises(DeliveryError) as caught:
            own.send_and_wait(message(), timeout=PATIENCE)

        assert "QuikApp.message.sent" in str(caught.value)
        assert f"user {NOTIFIER} lacks WRITE on this topic: {CURE}" in str(caught.value)

    def test_the_right_to_read_a_topic(self, secured: Secured) -> None:
        from delivery_events.groups import CommunicationServiceGroup

        settings = replace(secured.settings(AUDITOR), consumer_group="audit-service")

        with pytest.raises(BrokerError) as caught:
            noting(CommunicationServiceGroup, []).run(settings, idle_timeout=PATIENCE)

        assert f"user {AUDITOR} lacks READ on this topic: {CURE}" in str(caught.value)

    def test_the_right_to_a_group(self, secured: Secured) -> None:
        settings = replace(secured.settings(NOTIFIER), consumer_group="somebody-elses")

        with pytest.raises(BrokerError) as caught:
            notifier().run(settings, idle_timeout=PATIENCE)

        assert f"user {NOTIFIER} lacks READ on this group: {CURE}" in str(caught.value)

    def test_the_right_to_a_transactional_id(self, secured: Secured) -> None:
        own = producer(secured.settings(PRODUCER), transactional_id="somebody-elses")

        with own, pytest.raises(DeliveryError) as caught, own.transaction(timeout=PATIENCE):
            own.send(message())

        assert f"user {PRODUCER} lacks WRITE on this transactional id: {CURE}" in str(caught.value)

    def test_the_right_to_any_topic_without_which_a_producer_does_not_begin(self, secured: Secured) -> None:
        with producer(secured.settings(NOBODY)) as own, pytest.raises(DeliveryError) as caught:
            own.send_and_wait(message(), timeout=PATIENCE)

        assert f"user {NOBODY} lacks WRITE on" in str(caught.value)
        assert CURE in str(caught.value)

    def test_the_right_to_look_at_a_topic_that_it_may_create(
        self, secured: Secured, caplog: pytest.LogCaptureFixture
    ) -> None:
        administrator = secured.settings(ADMINISTRATOR)
        Acls(administrator).grant([Right(f"User:{CREATOR}", "topic", "unseen.", "CREATE", prefixed=True)])
        contract = TopicContract(name="unseen.made", partitions=2, replication_factor=1)

        Topics(secured.settings(CREATOR), timeout=20).create(contract)

        assert Topics(administrator, timeout=20).states()["unseen.made"].partitions == 2
        assert [record.message for record in caplog.records if record.name == "eventpact.operate"] == [
            f"topic unseen.made: user {CREATOR} lacks DESCRIBE on it, so nobody waits until its leaders serve it; what "
            "is sent at once may be refused"
        ]

    @pytest.mark.parametrize(
        ("doing", "said"),
        [
            (lambda acls: acls.read(), "lacks DESCRIBE on the cluster"),
            (lambda acls: acls.grant([Right("User:x", "topic", "x", "READ")]), "lacks its right on the cluster"),
            (lambda acls: acls.revoke([Right("User:x", "topic", "x", "READ")]), "lacks its right on the cluster"),
        ],
        ids=["read", "grant", "revoke"],
    )
    def test_the_right_to_administer_rights(self, secured: Secured, doing: Callable[[Acls], object], said: str) -> None:
        with pytest.raises(BrokerError, match=f"user {NOBODY} {said}.*be an administrator"):
            doing(Acls(secured.settings(NOBODY), timeout=PATIENCE))

    def test_a_plan_of_somebody_who_may_not_read_rights_fails_instead_of_granting_everything(
        self, secured: Secured
    ) -> None:
        said = secured.run("plan", "--only", "acls", user=NOBODY)

        assert said.exit_code != 0
        assert "grant" not in said.output


def test_a_cluster_without_an_authorizer_says_that_there_are_no_rights(kafka: KafkaCluster) -> None:
    with pytest.raises(BrokerError, match=r"the brokers have no authorizer \(authorizer.class.name is empty\)"):
        Acls(Settings(brokers=kafka.bootstrap_servers, timeout=PATIENCE)).read()


class TestRights:
    """The cluster takes a change of rights before its brokers show it: what is looked at is waited for."""

    def test_rights_are_granted_read_and_revoked_as_they_are(self, secured: Secured) -> None:
        acls = Acls(secured.settings(ADMINISTRATOR), timeout=PATIENCE)
        rights = [
            Right("User:temporary", "topic", "x", "READ", prefixed=True),
            Right("User:temporary", "group", "x", "READ"),
            Right("User:temporary", "transactional-id", "x", "WRITE", prefixed=True),
            Right("User:temporary", "cluster", "kafka-cluster", "DESCRIBE", host="10.0.0.1", permission="DENY"),
        ]

        def there() -> set[Right]:
            return {right for right in acls.read() if right.principal == "User:temporary"}

        acls.grant(rights)
        acls.grant(rights)
        until(lambda: there() == set(rights))
        acls.revoke(rights)
        acls.revoke(rights)
        until(lambda: not there())

    def test_what_was_taken_away_by_hand_is_found_and_granted_again(self, secured: Secured) -> None:
        acls = Acls(secured.settings(ADMINISTRATOR), timeout=PATIENCE)
        taken = Right(f"User:{NOTIFIER}", "group", "notification-service", "READ")
        until(lambda: taken in acls.read())
        acls.revoke([taken])
        until(lambda: taken not in acls.read())

        planned = secured.run("plan", "--only", "acls", "--fail-on-drift")
        secured.run("apply", "--only", "acls")

        assert planned.exit_code == 1
        assert "READ on group notification-service" in planned.output
        until(lambda: taken in acls.read())

    def test_a_kept_plan_of_rights_is_applied_or_refused_when_they_have_moved(
        self, secured: Secured, tmp_path: Path
    ) -> None:
        acls = Acls(secured.settings(ADMINISTRATOR), timeout=PATIENCE)
        taken = Right(f"User:{AUDITOR}", "group", "audit-service", "READ")
        acls.revoke([taken])
        until(lambda: taken not in acls.read())
        kept = str(tmp_path / "plan.json")
        secured.run("plan", "--only", "acls", "--out", kept)

        applied = secured.run("apply", kept)
        until(lambda: taken in acls.read())
        again = secured.run("apply", kept)

        assert applied.exit_code == 0, applied.output
        assert "have moved since the plan: no longer: grant User:" in str(again.exception)

    def test_what_earlier_contracts_gave_is_taken_away_with_prune(self, secured: Secured, tmp_path: Path) -> None:
        before = tmp_path / "before"
        shutil.copytree(CONTRACTS, before)
        system = before / "quikapp" / "system.yaml"
        group = '  archive-service:\n    description: Archives.\n    topics: ["message.*"]\n'
        system.write_text(system.read_text().replace("groups:\n", f"groups:\n{group}"))
        acls = Acls(secured.settings(ADMINISTRATOR), timeout=PATIENCE)

        def archiving() -> list[Right]:
            return [right for right in acls.read() if right.principal == "User:quikapp.archive-service"]

        secured.run("apply", "--only", "acls", "--contracts", str(before))
        until(archiving)

        kept = secured.run("plan", "--only", "acls", "--fail-on-drift")
        pruned = secured.run("apply", "--only", "acls", "--prune", f"dir:{before}", "--yes")

        assert kept.exit_code == 0, kept.output
        assert "revoke" in pruned.output
        until(lambda: not archiving())
