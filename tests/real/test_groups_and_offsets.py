"""Consumer groups on Apache Kafka: described, their lag judged, their offsets moved, kept and restored."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import confluent_kafka
import pytest
from confluent_kafka import KafkaError, KafkaException, TopicPartition

from eventpact import Settings, Topics
from eventpact.errors import BrokerError, GroupActive
from eventpact.operate.groups import Groups
from eventpact.operate.offset_files import export_offsets, plan_restore, read_offsets, write_offsets
from eventpact.operate.positions import EARLIEST, LATEST, Position, moment
from eventpact.operate.resetting import OffsetChange, apply_reset, plan_reset
from eventpact_testing.kafka import KafkaCluster
from tests.cli import conftest as command_line
from tests.cli.commands import Run
from tests.cli.commands import write as write_files
from tests.real import operated
from tests.real.members import until
from tests.real.operated import START, hourly, made
from tests.registry.contracts.building import SYSTEM
from tests.runtime.raw import committed, write

if TYPE_CHECKING:
    from pathlib import Path


run, shop, work = command_line.run, command_line.shop, command_line.work
"""Fixtures of the commands' own tests."""
settings, topics = operated.settings, operated.topics

NO_COORDINATOR_YET = {
    KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
    KafkaError.COORDINATOR_NOT_AVAILABLE,
    KafkaError.NOT_COORDINATOR,
}
"""What the first group of a cluster may be told."""


@pytest.fixture
def groups(settings: Settings) -> Groups:
    return Groups(settings)


def commit(cluster: KafkaCluster, group: str, **places: int) -> None:
    """Commit offsets as a member that then left, `{"topic/0": 5}`."""
    consumer = confluent_kafka.Consumer({"bootstrap.servers": cluster.bootstrap_servers, "group.id": group})
    offsets = [TopicPartition(name[:-2], int(name[-1]), offset) for name, offset in places.items()]

    def taken() -> bool:
        try:
            consumer.commit(offsets=offsets, asynchronous=False)
        except KafkaException as error:
            if error.args[0].code() not in NO_COORDINATOR_YET:
                raise
            return False
        return True

    until(taken)
    consumer.close()


class TestGroups:
    def test_a_group_is_listed_and_described_with_its_lag(
        self, kafka: KafkaCluster, topics: Topics, groups: Groups, unique: str
    ) -> None:
        topic = made(topics, "operated.listed")
        hourly(kafka, topic)
        commit(kafka, unique, **{f"{topic}/0": 1, f"{topic}/1": 3})

        state = groups.describe(unique)

        assert (state.state, state.members, state.lag) == ("empty", (), 2)
        assert [(one.partition, one.committed, one.end, one.lag) for one in state.partitions] == [
            (0, 1, 3, 2),
            (1, 3, 3, 0),
        ]
        assert {one.name: one.lag for one in groups.list()}[unique] == 2

    def test_a_running_member_is_described_and_keeps_its_offsets(
        self, kafka: KafkaCluster, topics: Topics, groups: Groups, unique: str
    ) -> None:
        topic = made(topics, "operated.active", 1)
        write(kafka, topic, b"one")
        commit(kafka, unique, **{f"{topic}/0": 0})
        planned_before = plan_reset(groups, unique, LATEST)
        consumer = confluent_kafka.Consumer(
            {
                "bootstrap.servers": kafka.bootstrap_servers,
                "group.id": unique,
                "client.id": "indexer-1",
                "enable.auto.commit": False,
            }
        )
        consumer.subscribe([topic])
        while not consumer.assignment():
            consumer.poll(0.1)

        state = groups.describe(unique)
        with pytest.raises(GroupActive, match=r"is active \(1 member: indexer-1 on 127\.0\.0\.1\): stop its members"):
            plan_reset(groups, unique, EARLIEST)
        with pytest.raises(GroupActive):
            apply_reset(groups, planned_before)
        with pytest.raises(BrokerError, match=f"cannot set the offset.* of group {unique}"):
            groups.commit(unique, {(topic, 0): 1})
        consumer.close()

        assert (state.state, state.members[0].client_id, state.members[0].partitions) == (
            "stable",
            "indexer-1",
            ((topic, 0),),
        )
        assert state.partitions[0].member == "indexer-1"
        assert committed(kafka, unique, topic) == {0: 0}

    def test_what_the_cluster_refuses_is_said_in_words_with_what_to_do(self, groups: Groups, unique: str) -> None:
        with pytest.raises(BrokerError, match=r"Broker: Unknown topic or partition .*: create the topic") as refused:
            groups.commit(unique, {(f"{unique}.nowhere", 0): 1})

        assert "KafkaError{" not in str(refused.value)

    def test_a_group_that_nobody_knows_is_said_to_be_none(self, groups: Groups, unique: str) -> None:
        with pytest.raises(BrokerError, match=f"there is no group {unique}"):
            groups.describe(unique)
        with pytest.raises(BrokerError, match=f"there is no group {unique}"):
            plan_reset(groups, unique, EARLIEST)
        with pytest.raises(BrokerError, match="name the topics"):
            plan_reset(groups, unique, EARLIEST, create=True)

    def test_a_group_can_be_placed_before_it_first_runs(
        self, kafka: KafkaCluster, topics: Topics, groups: Groups, unique: str
    ) -> None:
        topic = made(topics, "operated.placed")
        hourly(kafka, topic)

        apply_reset(groups, plan_reset(groups, unique, Position("last", 1), topics=[topic], create=True))

        assert committed(kafka, unique, topic) == {0: 2, 1: 2}


class TestReset:
    @pytest.fixture
    def topic(self, kafka: KafkaCluster, topics: Topics, unique: str) -> str:
        """Records 0, 2, 4 on partition 0, and 1, 3, 5 on partition 1; the group is at the second of each."""
        topic = made(topics, f"operated.{abs(hash(unique))}")
        hourly(kafka, topic)
        commit(kafka, unique, **{f"{topic}/0": 1, f"{topic}/1": 1})
        return topic

    @pytest.mark.parametrize(
        ("position", "expected"),
        [
            (EARLIEST, {0: 0, 1: 0}),
            (LATEST, {0: 3, 1: 3}),
            (moment(START + timedelta(hours=3)), {0: 2, 1: 1}),
            (moment(START + timedelta(days=9)), {0: 3, 1: 3}),
            (Position("offset", 2), {0: 2, 1: 2}),
            (Position("offset", 99), {0: 3, 1: 3}),
            (Position("last", 1), {0: 2, 1: 2}),
        ],
        ids=str,
    )
    def test_a_group_goes_on_where_it_is_told(  # noqa: PLR0917 - fixtures and parameters
        self, kafka: KafkaCluster, groups: Groups, topic: str, unique: str, position: Position, expected: dict[int, int]
    ) -> None:
        reset = plan_reset(groups, unique, position)
        assert committed(kafka, unique, topic) == {0: 1, 1: 1}

        apply_reset(groups, reset)

        assert committed(kafka, unique, topic) == expected

    def test_only_the_partitions_that_were_named_move(
        self, kafka: KafkaCluster, groups: Groups, topic: str, unique: str
    ) -> None:
        reset = plan_reset(groups, unique, LATEST, topics=[topic], partitions=[1])
        apply_reset(groups, reset)

        assert reset.changes == (OffsetChange(topic=topic, partition=1, old=1, new=3),)
        assert committed(kafka, unique, topic) == {0: 1, 1: 3}
        with pytest.raises(BrokerError, match=f"topic {topic} has no partition 7"):
            plan_reset(groups, unique, LATEST, partitions=[7])

    def test_a_plan_is_not_carried_out_on_a_group_that_has_moved_since(
        self, kafka: KafkaCluster, groups: Groups, topic: str, unique: str
    ) -> None:
        reset = plan_reset(groups, unique, EARLIEST)
        commit(kafka, unique, **{f"{topic}/0": 2})

        with pytest.raises(BrokerError, match="has moved on 1 partition since this was planned"):
            apply_reset(groups, reset)

        assert committed(kafka, unique, topic) == {0: 2, 1: 1}


class TestExports:
    def test_offsets_are_restored_by_offset_and_by_time(  # noqa: PLR0917 - fixtures
        self, kafka: KafkaCluster, settings: Settings, topics: Topics, groups: Groups, unique: str, tmp_path: Path
    ) -> None:
        topic = made(topics, "operated.exported")
        hourly(kafka, topic)
        commit(kafka, unique, **{f"{topic}/0": 2, f"{topic}/1": 3})
        file = tmp_path / "offsets.json"

        write_offsets(export_offsets(groups, settings, unique, now=datetime.now(UTC)), file)

        kept = json.loads(file.read_text())
        assert [(one["partition"], one["offset"]) for one in kept["offsets"]] == [(0, 2), (1, 3)]
        assert kept["offsets"][0]["time"] == "2026-03-01T12:00:00.000Z"
        apply_reset(groups, plan_reset(groups, unique, EARLIEST))
        apply_reset(groups, plan_restore(groups, read_offsets(file)))
        assert committed(kafka, unique, topic) == {0: 2, 1: 3}

        # The cluster is lost, and the topic filled again behind records that it did not have before.
        topics.delete(topic)
        made(topics, topic)
        write(kafka, topic, b"older", partition=0)
        hourly(kafka, topic)
        lost = f"{unique}_restored"
        by_time = plan_restore(groups, read_offsets(file), group=lost, by="time")
        assert [(change.partition, change.old, change.new) for change in by_time.changes][1] == (1, None, 3)

    def test_offsets_of_another_log_are_refused(
        self, kafka: KafkaCluster, settings: Settings, topics: Topics, groups: Groups, unique: str
    ) -> None:
        topic = made(topics, "operated.replaced", 1)
        write(kafka, topic, b"1", b"2", b"3")
        commit(kafka, unique, **{f"{topic}/0": 3})
        kept = export_offsets(groups, settings, unique, now=datetime.now(UTC))
        topics.delete(topic)
        made(topics, topic, 1)

        with pytest.raises(BrokerError, match=r"/0 ends at 0, before the exported offset 3.*restore by time"):
            plan_restore(groups, kept)


class TestCommands:
    @pytest.fixture
    def at(self, kafka: KafkaCluster) -> dict[str, str]:
        return {"KAFKA_BROKERS": kafka.bootstrap_servers}

    def test_groups_as_a_user_types_them(
        self, kafka: KafkaCluster, topics: Topics, shop: Path, run: Run, at: dict[str, str]
    ) -> None:
        topic, group = made(topics, "operated.typed"), "typed-indexer"
        hourly(kafka, topic)
        commit(kafka, group, **{f"{topic}/0": 1, f"{topic}/1": 1})

        listed = run("groups", "list", **at)
        assert [group, "empty", "0", "4"] in [line.split() for line in listed.out.splitlines()]
        described = json.loads(run("groups", "describe", group, "--format", "json", **at).out)
        assert (described["lag"], described["partitions"][0]["lag"]) == (4, 2)

        shown = run("groups", "reset", group, "--to", "latest", **at)
        assert shown.out.splitlines()[-1] == "Nothing was moved: --yes moves 2 partitions"
        assert [line.split() for line in shown.out.splitlines()[1:3]] == [
            [topic, "0", "1", "3", "+2"],
            [topic, "1", "1", "3", "+2"],
        ]
        exported = run("groups", "export", group, "--out", "offsets.json", **at)
        assert exported.out == f"offsets.json: 2 partitions of group {group}\n"
        moved = run("groups", "reset", group, "--to", "latest", "--yes", **at)
        assert moved.out.splitlines()[-1] == f"Moved 2 partitions of group {group}"
        assert committed(kafka, group, topic) == {0: 3, 1: 3}
        restored = json.loads(run("groups", "restore", "offsets.json", "--yes", "--format", "json", **at).out)
        assert (restored["moved"], [one["new"] for one in restored["changes"]]) == (True, [1, 1])
        assert committed(kafka, group, topic) == {0: 1, 1: 1}

    def test_a_description_shows_thresholds_and_partitions(
        self, kafka: KafkaCluster, topics: Topics, shop: Path, run: Run, at: dict[str, str]
    ) -> None:
        topic, group = made(topics, "operated.described"), "described-indexer"
        alerting(shop, group)
        hourly(kafka, topic)
        commit(kafka, group, **{f"{topic}/0": 3})

        described = run("groups", "describe", group, **at)

        assert [line.split(None, 1) for line in described.out.splitlines()[4:6]] == [
            ["lag", "0"],
            ["thresholds", "warning above 5"],
        ]
        assert described.out.splitlines()[-1].split() == [topic, "0", "3", "3", "0", "-"]

    def test_lag_is_judged_by_the_thresholds_of_the_contracts(
        self, kafka: KafkaCluster, topics: Topics, shop: Path, run: Run, at: dict[str, str]
    ) -> None:
        topic, group = made(topics, "operated.lagging"), "lagging-indexer"
        alerting(shop, group)
        hourly(kafka, topic)
        commit(kafka, group, **{f"{topic}/0": 0, f"{topic}/1": 0})

        misspelt = run("groups", "lag", "laging-indexer", **at)
        assert "there is no group laging-indexer" in misspelt.error
        bad = run("groups", "lag", "--fail-on", "warning", **at)
        borne = run("groups", "lag", group, "--format", "json", **at)

        assert (bad.code, bad.out.split()[-6:]) == (1, [group, "6", "warning", "above", "5", "warning"]), bad.err
        assert (borne.code, json.loads(borne.out)[0]["level"]) == (0, "warning")


def alerting(contracts: Path, group: str) -> None:
    """Give the shop a group, and an alert for a lag above 5."""
    more = f"groups: {{{group}: {{description: Indexes., topics: [order.placed]}}}}\nalerts: {{lag: {{warning: 5}}}}\n"
    write_files(contracts, {"shop/system.yaml": SYSTEM + more})
