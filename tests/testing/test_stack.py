"""A broker and a registry, and what a service on them finds in its environment."""

from __future__ import annotations

from eventpact import Settings
from eventpact.settings import Sasl, Secret
from eventpact_testing.stack import embedded_stack, remote_stack


def test_a_service_reads_the_stacks_settings_from_its_environment() -> None:
    with embedded_stack() as stack:
        assert Settings.from_env(stack.environ_within({})) == stack.settings


def test_settings_for_another_cluster_do_not_reach_a_service_on_the_embedded_one() -> None:
    elsewhere = {
        "PATH": "/usr/bin",
        "KAFKA_ENABLED": "false",
        "KAFKA_BROKERS": "kafka:9092",
        "KAFKA_CONSUMER_GROUP": "mine",
        "KAFKA_SASL_USERNAME": "me",
        "KAFKA_SASL_PASSWORD": "secret",
        "KAFKA_SSL_ENABLED": "true",
        "PRODUCER_ACKS": "0",
    }
    with embedded_stack() as stack:
        environ = stack.environ_within(elsewhere)

        assert Settings.from_env(environ) == stack.settings
        assert environ["PATH"] == "/usr/bin"


def test_a_service_is_let_into_a_real_cluster_and_its_registry_but_takes_no_groups_name() -> None:
    sasl = {"KAFKA_SASL_ENABLED": "true", "KAFKA_SASL_USERNAME": "me", "KAFKA_SASL_PASSWORD": "secret"}
    stack = remote_stack(
        Settings(
            brokers="127.0.0.1:9",
            client_id="demo",
            registry_url="http://127.0.0.1:9",
            registry_username="me",
            registry_password=Secret("told"),
            sasl=Sasl(username="me", password=Secret("secret")),
        )
    )

    service = Settings.from_env(stack.environ_within({**sasl, "KAFKA_CONSUMER_GROUP": "mine"}))

    assert service.sasl == stack.settings.sasl
    assert (service.registry_username, service.registry_password) == ("me", Secret("told"))
    assert service.consumer_group is None
