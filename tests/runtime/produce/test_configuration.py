"""What producers are made with: defaults, contracts, profiles, environment, and what contradicts."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

import confluent_kafka
import pytest

from eventpact import Producer, Settings
from eventpact.errors import SettingsError
from eventpact.produce.breaker import BreakerPolicy
from eventpact.produce.configuration import Configuration, configured
from eventpact.produce.profiles import PROFILES
from eventpact.produce.properties import for_librdkafka
from eventpact.produce.spool_settings import SpoolSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

PLAIN = Settings(brokers="127.0.0.1:1", client_id="tests", registry_url="http://127.0.0.1:1")


def made(
    settings: Settings = PLAIN,
    contract: Mapping[str, str] | None = None,
    *,
    profile: str | None = None,
    transactional_id: str | None = None,
    spool: SpoolSettings | None = None,
) -> Configuration:
    return configured(
        settings,
        contract or {},
        profile=profile,
        transactional_id=transactional_id,
        spool=spool,
        policy=BreakerPolicy(),
        queue_timeout=None,
    )


def from_env(**variables: str) -> Settings:
    return Settings.from_env(
        {"KAFKA_BROKERS": "127.0.0.1:1", "KAFKA_CLIENT_ID": "tests", "SCHEMA_REGISTRY_URL": "http://127.0.0.1:1"}
        | variables
    )


class TestProfiles:
    @pytest.mark.parametrize("profile", PROFILES)
    def test_the_client_takes_every_property_and_each_has_its_reason(self, profile: str) -> None:
        confluent_kafka.Producer(made(profile=profile).client)

        assert all(choice.reason for choice in PROFILES[profile].values())

    def test_a_profile_wins_over_the_contracts_and_the_environment_over_it(self) -> None:
        contract = {"linger.ms": "50", "compression.type": "gzip", "acks": "all"}

        by_contract = made(contract=contract).client
        by_profile = made(from_env(PRODUCER_PROFILE="throughput"), contract).client
        by_environment = made(from_env(PRODUCER_PROFILE="throughput", PRODUCER_COMPRESSION="zstd"), contract).client

        assert (by_contract["linger.ms"], by_contract["compression.type"]) == ("50", "gzip")
        assert (by_profile["linger.ms"], by_profile["compression.type"]) == ("10", "snappy")
        assert by_environment["compression.type"] == "zstd"

    @pytest.mark.parametrize(("profile", "size"), [("throughput", "1000000"), ("latency", "16384")])
    def test_a_profile_has_its_own_batches_whatever_the_contracts_say(self, profile: str, size: str) -> None:
        contract = {"batch.size": "32768"}

        assert made(contract=contract, profile=profile).client["batch.size"] == size
        own = replace(PLAIN, producer={"batch.size": "65536"})
        assert made(own, contract, profile=profile).client["batch.size"] == "65536"

    def test_the_argument_wins_over_the_variable(self) -> None:
        assert made(from_env(PRODUCER_PROFILE="throughput"), profile="latency").client["linger.ms"] == "0"

    def test_a_profile_that_does_not_exist_is_refused(self) -> None:
        with pytest.raises(SettingsError, match="there is no producer profile 'fast': use throughput or latency"):
            made(profile="fast")
        with pytest.raises(SettingsError, match="PRODUCER_PROFILE='fast' does not fit: expected throughput or latency"):
            from_env(PRODUCER_PROFILE="fast")


class TestDeadlines:
    def test_a_delivery_has_two_minutes_unless_somebody_says_otherwise(self) -> None:
        assert made().deadline == 120.0
        assert made(contract={"delivery.timeout.ms": "30000"}).deadline == 30.0
        assert made(from_env(PRODUCER_DELIVERY_TIMEOUT_MS="9000"), {"delivery.timeout.ms": "30000"}).deadline == 9.0

    def test_a_transactional_producer_takes_that_of_its_transactions(self) -> None:
        config = made(contract={"transaction.timeout.ms": "30000"}, transactional_id="t")

        assert config.deadline == 30.0
        confluent_kafka.Producer(config.client)

    def test_with_a_spool_the_client_gives_nothing_up_by_itself(self) -> None:
        config = made(contract={"message.send.max.retries": "3"}, spool=SpoolSettings(path="spool.db"))

        assert config.client["message.timeout.ms"] == "0"
        assert config.client["message.send.max.retries"] == "2147483647"
        assert (config.deadline, config.down_after) == (15.0, 2.0)
        confluent_kafka.Producer(config.client)

    def test_none_at_all_is_no_deadline_and_not_one_that_is_over(self) -> None:
        endless = {"message.timeout.ms": "0"}

        without = made(contract=endless)
        spooling = made(contract=endless, spool=SpoolSettings(path="spool.db"))
        transactional = made(contract=endless, transactional_id="t")

        assert (without.deadline, without.down_after) == (math.inf, math.inf)
        assert (spooling.deadline, spooling.down_after) == (math.inf, 2.0)
        assert transactional.deadline == 60.0  # that of its transaction
        for config in (without, spooling, transactional):
            confluent_kafka.Producer(config.client)

    def test_how_long_a_send_waits_for_room_can_be_in_contracts_and_settings(self) -> None:
        impatient = replace(PLAIN, producer={"max.block.ms": "100"})

        assert made().queue_timeout == 30.0
        assert made(contract={"max.block.ms": "5000"}).queue_timeout == 5.0
        assert made(impatient, {"max.block.ms": "5000"}).queue_timeout == 0.1


class TestNames:
    def test_names_of_javas_client_are_translated_or_left_out(self) -> None:
        java = {
            "retries": "3",
            "delivery.timeout.ms": "60000",
            "max.request.size": "2000000",
            "buffer.memory": "33554432",
            "max.block.ms": "1000",
            "key.serializer": "org.apache.kafka.common.serialization.StringSerializer",
        }

        assert for_librdkafka(java) == {
            "message.send.max.retries": "3",
            "message.timeout.ms": "60000",
            "message.max.bytes": "2000000",
            "queue.buffering.max.kbytes": "32768",
        }
        confluent_kafka.Producer(made(contract=java).client)

    def test_two_names_of_one_property_may_not_differ(self) -> None:
        assert for_librdkafka({"retries": "3", "message.send.max.retries": "3"}) == {"message.send.max.retries": "3"}
        with pytest.raises(SettingsError, match=r"retries=3 and .*=5 mean the same: keep one"):
            for_librdkafka({"message.send.max.retries": "5", "retries": "3"})

    @pytest.mark.parametrize(
        "name",
        ["delivery.timeout.ms", "message.timeout.ms", "message.max.bytes", "buffer.memory", "max.block.ms"],
    )
    def test_a_number_that_is_none_is_named_with_where_it_comes_from(self, name: str) -> None:
        with pytest.raises(SettingsError, match=rf"{name}='1MB' in the contracts does not fit"):
            made(contract={name: "1MB"})
        with pytest.raises(SettingsError, match=rf"{name}='1MB' in Settings\(producer=…\) does not fit"):
            made(replace(PLAIN, producer={name: "1MB"}))

    def test_a_name_that_nobody_knows_is_refused(self) -> None:
        class Wrong(Producer):
            settings: ClassVar = {"compresion.type": "gzip"}

        with pytest.raises(SettingsError, match=r"compresion\.type"):
            Wrong(PLAIN)


class TestContradictions:
    def test_transactions_need_every_acknowledgement(self) -> None:
        with pytest.raises(SettingsError, match=r"transactions need acks=all and enable\.idempotence=true"):
            made(from_env(PRODUCER_ACKS="1"), transactional_id="t")

    def test_transactions_have_no_spool_and_both_are_said(self) -> None:
        with pytest.raises(SettingsError) as caught:
            made(from_env(PRODUCER_ACKS="1"), transactional_id="t", spool=SpoolSettings(path="spool.db"))

        assert len(caught.value.problems) == 2

    def test_what_the_client_finds_contradictory_is_refused_when_the_producer_is_made(self) -> None:
        class Contradictory(Producer):
            settings: ClassVar = {"enable.idempotence": "true", "acks": "1"}

        with pytest.raises(SettingsError, match=r"the Kafka client refuses its configuration: .*acks"):
            Contradictory(PLAIN)
