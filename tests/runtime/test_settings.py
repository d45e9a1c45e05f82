"""Settings from the environment."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import confluent_kafka
import pytest

from eventpact.environment import VARIABLES
from eventpact.errors import RegistryError, SettingsError
from eventpact.schemas import SchemaCatalog
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


class TestRegistrysUser:
    """A user and a password inside the URL, given in code."""

    @pytest.mark.parametrize(
        "url",
        [
            "http://reader:hunter%2F2@registry:8081/",
            "http://reader:hunter%2F2@one:8081, http://reader:hunter%2F2@two:8081",
            "http://reader:hunter%2F2@one:8081,http://two:8081",
        ],
    )
    def test_they_are_taken_out_of_every_url(self, url: str) -> None:
        settings = Settings(registry_url=url)

        assert "@" not in settings.registry_url
        assert "hunter" not in repr(settings)
        assert settings.registry_config()["basic.auth.user.info"] == "reader:hunter/2"
        assert replace(settings, client_id="other").registry_config()["basic.auth.user.info"] == "reader:hunter/2"

    def test_errors_of_the_registry_name_no_password(self) -> None:
        settings = Settings(registry_url="http://reader:hunter2@127.0.0.1:1")

        with pytest.raises(RegistryError, match=r"no schema registry answers at http://127\.0\.0\.1:1 ") as caught:
            SchemaCatalog(settings).schema(1)

        assert "hunter" not in str(caught.value)

    def test_another_user_beside_them_is_refused(self) -> None:
        with pytest.raises(SettingsError, match="registry_url names a user, and another one is given beside it"):
            Settings(registry_url="http://a:hunter2@registry", registry_username="b", registry_password=Secret("y"))

    @pytest.mark.parametrize("url", ["http://a:hunter,2@registry", "http://a:hunter/2@registry", "a:hunter2@registry"])
    def test_one_that_cannot_be_read_is_refused_and_not_shown(self, url: str) -> None:
        with pytest.raises(SettingsError, match="registry_url does not fit") as caught:
            Settings(registry_url=url)
        [problem] = problems(SCHEMA_REGISTRY_URL=url)

        assert "hunter" not in str(caught.value)
        assert "hunter" not in problem


class TestOtherNames:
    """Variables that nobody reads, where somebody meant to secure a connection."""

    @pytest.mark.parametrize(
        ("variable", "value", "named"),
        [
            ("KAFKA_SECURITY_PROTOCOL", "SASL_SSL", "KAFKA_SASL_ENABLED=true and KAFKA_SSL_ENABLED=true"),
            ("KAFKA_SECURITY_PROTOCOL", "ssl", "KAFKA_SSL_ENABLED=true"),
            ("KAFKA_SASL_USER", "ann", "KAFKA_SASL_USERNAME"),
            ("KAFKA_SASL_MECHANISMS", "PLAIN", "KAFKA_SASL_MECHANISM"),
            ("KAFKA_SASL_PASWORD", "hunter2", "KAFKA_SASL_PASSWORD"),
            ("KAFKA_SSL_CA", "/ca.pem", "KAFKA_SSL_CA_LOCATION"),
            ("KAFKA_SSL_TRUSTSTORE_LOCATION", "/ca.jks", "KAFKA_SSL_"),
            ("SCHEMA_REGISTRY_BASIC_AUTH_USER_INFO", "ann:hunter2", "SCHEMA_REGISTRY_USERNAME"),
        ],
    )
    def test_they_are_refused_with_the_name_that_is_read(self, variable: str, value: str, named: str) -> None:
        [problem] = problems(**{variable: value})

        assert problem.startswith(f"{variable} is not read")
        assert named in problem
        assert "hunter" not in problem

    @pytest.mark.parametrize(
        ("protocol", "others"),
        [
            ("PLAINTEXT", {}),
            ("SSL", {"KAFKA_SSL_ENABLED": "true"}),
            (
                "sasl_plaintext",
                {"KAFKA_SASL_ENABLED": "true", "KAFKA_SASL_USERNAME": "a", "KAFKA_SASL_PASSWORD": "b"},
            ),
        ],
    )
    def test_a_protocol_that_agrees_with_the_variables_is_fine(self, protocol: str, others: dict[str, str]) -> None:
        settings = Settings.from_env({**NEEDED, **others, "KAFKA_SECURITY_PROTOCOL": protocol})

        assert settings.admin_config().get("security.protocol", "PLAINTEXT") == protocol.upper()

    def test_those_that_are_empty_or_of_kubernetes_do_not_matter(self) -> None:
        kubernetes = {
            "KAFKA_SSL_SERVICE_HOST": "10.0.0.1",
            "KAFKA_SSL_PORT": "tcp://10.0.0.1:9093",
            "KAFKA_SSL_PORT_9093_TCP_ADDR": "10.0.0.1",
            "SCHEMA_REGISTRY_SERVICE_PORT_HTTP": "8081",
        }

        assert Settings.from_env({**NEEDED, **kubernetes, "KAFKA_SASL_USER": " "}) == Settings.from_env(NEEDED)

    def test_an_address_for_metrics_needs_their_port(self) -> None:
        [problem] = problems(METRICS_ADDRESS="0.0.0.0")

        assert problem.startswith("METRICS_PORT is missing beside METRICS_ADDRESS")


class TestProperties:
    @pytest.mark.parametrize("name", ["heartbeat.interval.ms", "max.poll.records", "max.poll.interval.ms"])
    def test_a_number_that_is_none_is_named_with_where_it_comes_from(self, name: str) -> None:
        with pytest.raises(SettingsError, match=f"{name}='abc' in the contracts does not fit"):
            Settings().consumer_config("g", {name: "abc"})
        with pytest.raises(SettingsError, match=rf"{name}='abc' in Settings\(consumer=…\) does not fit"):
            Settings(consumer={name: "abc"}).consumer_config("g")

    def test_a_group_is_named_by_its_own_setting(self) -> None:
        with pytest.raises(SettingsError, match=r"group\.id is among the consumer properties: use consumer_group"):
            Settings(consumer={"group.id": "mine"}).consumer_config("declared")

    def test_a_transactional_id_is_an_argument_of_its_producer(self) -> None:
        with pytest.raises(SettingsError, match=r"transactional\.id is among the producer properties: use transac"):
            Settings(producer={"transactional.id": "mine"}).producer_config()

    def test_secrets_among_them_do_not_show(self) -> None:
        secret = {"sasl.password": "hunter2", "ssl.key.password": "hunter3", "sasl.oauthbearer.client.secret": "hunter"}
        settings = Settings(producer={**secret, "linger.ms": "5"}, consumer=secret)

        assert "hunter" not in repr(settings)
        assert "'linger.ms': '5'" in repr(settings)
        assert settings.producer_config()["sasl.password"] == "hunter2"


class TestNewGroupProtocol:
    """`group.protocol=consumer` (KIP-848), where the brokers assign partitions and say how long a session lasts."""

    NEW: ClassVar = {"group.protocol": "consumer"}

    def test_the_client_takes_it_whatever_contracts_say_for_the_classic_one(self) -> None:
        classic = {"session.timeout.ms": "30000", "heartbeat.interval.ms": "3000"}
        settings = Settings(brokers="127.0.0.1:1", consumer=self.NEW)

        config = settings.consumer_config("g", classic)

        confluent_kafka.Consumer({**config, "log_level": "0"}).close()

    def test_it_may_be_in_the_contracts(self) -> None:
        config = Settings(brokers="127.0.0.1:1").consumer_config("g", {**self.NEW, "group.remote.assignor": "range"})

        confluent_kafka.Consumer({**config, "log_level": "0"}).close()

    def test_a_session_that_only_the_brokers_say_is_refused(self) -> None:
        with pytest.raises(SettingsError, match=r"KAFKA_SESSION_TIMEOUT_MS .*group\.consumer\.session\.timeout\.ms"):
            Settings(session_timeout_ms=6000, consumer=self.NEW).consumer_config("g")
        with pytest.raises(SettingsError, match=r"partition\.assignment\.strategy in Settings\(consumer=…\)"):
            Settings(consumer={**self.NEW, "partition.assignment.strategy": "range"}).consumer_config("g")


class TestMisspeltVariables:
    @pytest.mark.parametrize(
        ("name", "meant"),
        [
            ("PRODUCER_ACK", "PRODUCER_ACKS"),
            ("PRODUCER_COMPRESSION_TYPE", "PRODUCER_COMPRESSION"),
            ("PRODUCER_SPOOL_MAX_BYTE", "PRODUCER_SPOOL_MAX_BYTES"),
            ("PRODCUER_PROFILE", "PRODUCER_PROFILE"),
            ("KAFKA_CONSUMER_GROUP_ID", "KAFKA_CONSUMER_GROUP"),
            ("SCHEMA_REGISTRY_USER", "SCHEMA_REGISTRY_USERNAME"),
            ("LOG_LEVLE", "LOG_LEVEL"),
        ],
    )
    def test_they_are_warned_of_with_the_name_that_is_read_and_without_their_value(
        self, caplog: pytest.LogCaptureFixture, name: str, meant: str
    ) -> None:
        Settings.from_env({**NEEDED, name: "secret"})

        assert [record.message for record in caplog.records] == [f"{name} is not known: did you mean {meant}?"]

    @pytest.mark.parametrize(
        "name",
        [
            "METRICS_PATH",
            "KAFKA_BROKER_ID",
            "KAFKA_DEFAULT_REPLICATION_FACTOR",
            "KAFKA_HEAP_OPTS",
            "KAFKA_BROKERS_SERVICE_PORT",
            "SCHEMA_REGISTRY_HOST",
            "SCHEMA_REGISTRY_HOST_NAME",
            "DEFAULT_REGION",
            "LOG_FORMAT",
            "PRODUCER_ID",
        ],
    )
    def test_names_of_others_are_let_be(self, caplog: pytest.LogCaptureFixture, name: str) -> None:
        Settings.from_env({**NEEDED, name: "x"})

        assert caplog.records == []

    def test_a_name_beside_the_one_that_it_resembles_is_somebodys_own(self, caplog: pytest.LogCaptureFixture) -> None:
        Settings.from_env({**NEEDED, "KAFKA_BROKERS_2": "other:9092"})

        assert caplog.records == []

    def test_they_are_told_where_what_was_meant_is_missing(self, caplog: pytest.LogCaptureFixture) -> None:
        environ = {"KAFKA_BROKER" if name == "KAFKA_BROKERS" else name: value for name, value in NEEDED.items()}

        with pytest.raises(SettingsError, match="KAFKA_BROKERS is missing"):
            Settings.from_env(environ)

        assert "KAFKA_BROKER is not known: did you mean KAFKA_BROKERS?" in caplog.text
