"""Settings from the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from eventpact.environment import VARIABLES
from eventpact.errors import SettingsError
from eventpact.settings import Sasl, Secret, Settings, Ssl
from eventpact_testing.certificates import Authority

NEEDED = {
    "KAFKA_BROKERS": "kafka-1:9092, kafka-2:9092",
    "KAFKA_CLIENT_ID": "chat-service",
    "SCHEMA_REGISTRY_URL": "http://registry:8081/",
}


def problems(**changes: str) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        Settings.from_env({**NEEDED, **changes})
    return caught.value.problems


def test_three_variables_are_enough() -> None:
    settings = Settings.from_env(NEEDED)

    assert settings.brokers == "kafka-1:9092,kafka-2:9092"
    assert settings.client_id == "chat-service"
    assert settings.registry_url == "http://registry:8081"
    assert (settings.partitions, settings.replication_factor, settings.retention_days) == (3, 3, 30)
    assert settings.enabled


def test_everything_missing_is_said_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_env({})

    assert [problem.split()[0] for problem in caught.value.problems] == [
        "KAFKA_BROKERS",
        "KAFKA_CLIENT_ID",
        "SCHEMA_REGISTRY_URL",
    ]


def test_only_what_a_caller_needs_must_be_there() -> None:
    settings = Settings.from_env({"KAFKA_BROKERS": "localhost:9092"}, required=("KAFKA_BROKERS",))

    assert settings.registry_url == ""


def test_switched_off_nothing_is_needed() -> None:
    assert not Settings.from_env({"KAFKA_ENABLED": "false"}).enabled


def test_switched_off_what_is_given_is_still_checked() -> None:
    with pytest.raises(SettingsError, match="PRODUCER_ACKS='2'"):
        Settings.from_env({"KAFKA_ENABLED": "no", "PRODUCER_ACKS": "2"})


def test_an_empty_variable_counts_as_not_set() -> None:
    assert Settings.from_env({**NEEDED, "PRODUCER_ACKS": "", "LOG_LEVEL": " "}) == Settings.from_env(NEEDED)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("KAFKA_ENABLED", "maybe"),
        ("KAFKA_BROKERS", "localhost"),
        ("KAFKA_BROKERS", "localhost:0"),
        ("KAFKA_BROKERS", "localhost:65536"),
        ("KAFKA_BROKERS", "kafka://localhost:9092"),
        ("KAFKA_BROKERS", "a:9092,,b:9092"),
        ("KAFKA_CLIENT_ID", "chat service"),
        ("SCHEMA_REGISTRY_URL", "localhost:8081"),
        ("SCHEMA_REGISTRY_URL", "ftp://localhost"),
        ("SCHEMA_REGISTRY_URL", "http://"),
        ("SCHEMA_REGISTRY_URL", "http://localhost:99999"),
        ("SCHEMA_REGISTRY_URL", "http://[::1"),
        ("PRODUCER_ACKS", "2"),
        ("PRODUCER_COMPRESSION", "brotli"),
        ("KAFKA_SASL_MECHANISM", "GSSAPI"),
        ("KAFKA_SESSION_TIMEOUT_MS", "10"),
        ("KAFKA_FETCH_WAIT_MS", "long"),
        ("DEFAULT_PARTITIONS", "0"),
        ("DEFAULT_PARTITIONS", "3.5"),
        ("DEFAULT_REPLICATION_FACTOR", "-1"),
        ("MESSAGE_RETENTION_DAYS", "forever"),
        ("MESSAGE_RETENTION_DAYS", "9" * 5000),
        ("LOG_LEVEL", "LOUD"),
    ],
)
def test_a_wrong_value_is_shown_with_what_is_expected(variable: str, value: str) -> None:
    [problem] = problems(**{variable: value})

    assert problem.startswith(f"{variable}='{value[:20]}")
    assert problem.endswith(f"expected {VARIABLES[variable].expected}")
    assert len(problem) < 300


def test_all_wrong_values_are_said_at_once() -> None:
    found = problems(KAFKA_BROKERS="x", PRODUCER_ACKS="x", LOG_LEVEL="x")

    assert [problem.partition("=")[0] for problem in found] == ["KAFKA_BROKERS", "PRODUCER_ACKS", "LOG_LEVEL"]


def test_two_different_names_for_the_group_are_refused() -> None:
    [problem] = problems(KAFKA_CONSUMER_GROUP="a", CONSUMER_GROUP_ID="b")

    assert "KAFKA_CONSUMER_GROUP" in problem
    assert "CONSUMER_GROUP_ID" in problem


@pytest.mark.parametrize("variable", ["KAFKA_CONSUMER_GROUP", "CONSUMER_GROUP_ID"])
def test_either_variable_replaces_the_group_of_the_contracts(variable: str) -> None:
    settings = Settings.from_env({**NEEDED, variable: "mine"})

    assert settings.consumer_config("contracts")["group.id"] == "mine"
    assert Settings.from_env(NEEDED).consumer_config("contracts")["group.id"] == "contracts"


class TestSecurity:
    def test_user_and_tls_become_librdkafka_properties(self, tmp_path: Path) -> None:
        ca = str(Authority(tmp_path).ca)
        settings = Settings.from_env(
            {
                **NEEDED,
                "KAFKA_SASL_ENABLED": "true",
                "KAFKA_SASL_MECHANISM": "scram-sha-256",
                "KAFKA_SASL_USERNAME": "chat",
                "KAFKA_SASL_PASSWORD": "hunter2",
                "KAFKA_SSL_ENABLED": "true",
                "KAFKA_SSL_CA_LOCATION": ca,
            }
        )

        assert settings.sasl == Sasl(username="chat", password=Secret("hunter2"), mechanism="SCRAM-SHA-256")
        assert settings.ssl == Ssl(ca=ca)
        assert settings.admin_config() == {
            "bootstrap.servers": "kafka-1:9092,kafka-2:9092",
            "client.id": "chat-service",
            "security.protocol": "SASL_SSL",
            "sasl.mechanism": "SCRAM-SHA-256",
            "sasl.username": "chat",
            "sasl.password": "hunter2",
            "ssl.ca.location": ca,
        }

    def test_secrets_do_not_show(self) -> None:
        settings = Settings.from_env(
            {
                **NEEDED,
                "SCHEMA_REGISTRY_URL": "http://reader:hunter1@registry:8081",
                "KAFKA_SASL_ENABLED": "true",
                "KAFKA_SASL_USERNAME": "chat",
                "KAFKA_SASL_PASSWORD": "hunter2",
                "KAFKA_SSL_ENABLED": "true",
                "KAFKA_SSL_KEY_PASSWORD": "hunter3",
            }
        )

        assert "hunter" not in repr(settings)
        assert settings.registry_url == "http://registry:8081"
        assert settings.registry_config()["basic.auth.user.info"] == "reader:hunter1"

    def test_secrets_do_not_show_in_errors_either(self) -> None:
        found = problems(
            SCHEMA_REGISTRY_URL="htp://reader:hunter1@registry", KAFKA_SASL_PASSWORD="hunter2", LOG_LEVEL="x"
        )

        assert len(found) == 3
        assert "hunter" not in "".join(found)

    def test_a_user_without_password_is_refused(self) -> None:
        [problem] = problems(KAFKA_SASL_ENABLED="true", KAFKA_SASL_USERNAME="chat")

        assert problem.startswith("KAFKA_SASL_PASSWORD is missing")

    def test_a_user_that_would_be_ignored_is_refused(self) -> None:
        [problem] = problems(KAFKA_SASL_USERNAME="chat", KAFKA_SASL_PASSWORD="x")

        assert "KAFKA_SASL_ENABLED" in problem

    def test_a_user_that_is_switched_off_is_ignored(self) -> None:
        settings = Settings.from_env({**NEEDED, "KAFKA_SASL_ENABLED": "false", "KAFKA_SASL_USERNAME": "chat"})

        assert settings.sasl is None

    def test_a_certificate_without_key_is_refused(self) -> None:
        [problem] = problems(KAFKA_SSL_ENABLED="true", KAFKA_SSL_CERTIFICATE_LOCATION="/etc/cert.pem")

        assert problem.startswith("KAFKA_SSL_KEY_LOCATION is missing")

    def test_two_users_of_the_registry_are_refused(self) -> None:
        [problem] = problems(
            SCHEMA_REGISTRY_URL="http://a:x@registry", SCHEMA_REGISTRY_USERNAME="b", SCHEMA_REGISTRY_PASSWORD="y"
        )

        assert "SCHEMA_REGISTRY_URL names a user" in problem


class TestPrecedence:
    def test_contracts_win_over_the_defaults(self) -> None:
        config = Settings().producer_config({"linger.ms": "20", "compression.type": "snappy"})

        assert config["linger.ms"] == "20"
        assert config["acks"] == "all"
        assert config["enable.idempotence"] == "true"

    def test_the_environment_wins_over_contracts(self) -> None:
        settings = Settings.from_env({**NEEDED, "PRODUCER_COMPRESSION": "zstd"})

        assert settings.producer_config({"compression.type": "snappy"})["compression.type"] == "zstd"

    @pytest.mark.parametrize("acks", ["0", "1"])
    def test_fewer_acknowledgements_give_up_idempotence(self, acks: str) -> None:
        config = Settings.from_env({**NEEDED, "PRODUCER_ACKS": acks}).producer_config({"enable.idempotence": "true"})

        assert (config["acks"], config["enable.idempotence"]) == (acks, "false")

    def test_nothing_makes_a_group_commit_by_itself(self) -> None:
        config = Settings(consumer={"enable.auto.commit": "true"}).consumer_config("g", {"enable.auto.commit": "true"})

        assert config["enable.auto.commit"] == "false"

    def test_a_shorter_session_shortens_the_heartbeat_too(self) -> None:
        contract = {"session.timeout.ms": "30000", "heartbeat.interval.ms": "3000"}

        config = Settings(session_timeout_ms=1500).consumer_config("g", contract)

        assert (config["session.timeout.ms"], config["heartbeat.interval.ms"]) == ("1500", "500")

    def test_the_wait_of_a_fetch_wins_over_contracts(self) -> None:
        settings = Settings.from_env({**NEEDED, "KAFKA_FETCH_WAIT_MS": "20"})

        assert settings.consumer_config("g", {"fetch.wait.max.ms": "5000"})["fetch.wait.max.ms"] == "20"


def test_a_registrys_token_stands_in_place_of_a_user() -> None:
    settings = Settings.from_env({**NEEDED, "SCHEMA_REGISTRY_TOKEN": "t0ken"})

    assert settings.registry_config()["bearer.auth.token"] == "t0ken"
    assert "t0ken" not in repr(settings)
    assert problems(SCHEMA_REGISTRY_TOKEN="t0ken", SCHEMA_REGISTRY_USERNAME="me", SCHEMA_REGISTRY_PASSWORD="x") == (
        "SCHEMA_REGISTRY_TOKEN and a user of the registry are given: keep one",
    )


def test_certificates_for_the_registry_come_in_pairs(tmp_path: Path) -> None:
    ca, url = str(Authority(tmp_path).ca), "https://registry:8081"
    settings = Settings.from_env({**NEEDED, "SCHEMA_REGISTRY_URL": url, "SCHEMA_REGISTRY_SSL_CA_LOCATION": ca})

    assert settings.registry_config()["ssl.ca.location"] == ca
    assert "security.protocol" not in settings.admin_config()
    assert problems(SCHEMA_REGISTRY_URL=url, SCHEMA_REGISTRY_SSL_KEY_LOCATION="key.pem") == (
        "SCHEMA_REGISTRY_SSL_CERTIFICATE_LOCATION is missing beside SCHEMA_REGISTRY_SSL_KEY_LOCATION: expected a path",
    )
