"""How a client proves who it is, what it is told when it cannot, and what happens when its secret is renewed."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from eventpact import Context, Settings
from eventpact.credentials import ClientCredentials, OAuthBearer, Sasl, Secret, SecretFile, Ssl, Token
from eventpact.credentials.rotation import CLIENTS
from eventpact.errors import BrokerError, DeliveryError, SettingsError
from eventpact.operate.acls import Acls, Right
from eventpact.operate.topics import Topics
from eventpact_testing.certificates import EXPIRED, Authority
from eventpact_testing.examples import examples
from eventpact_testing.secured import (
    ADMINISTRATOR,
    MUTUAL,
    OUTDATED,
    REAUTHENTICATION,
    SASL_OPEN,
    password_of,
    unsecured_token,
)
from tests.real.members import until
from tests.real.security.conftest import NOTIFIER, PRODUCER, ROTATING, Provider, Secured
from tests.runtime.raw import PATIENCE

if TYPE_CHECKING:
    from pathlib import Path

READABLE = "QuikApp.message.sent"
"""A topic that the producer may see."""


def sees(settings: Settings) -> bool:
    """Whether a client with these settings is let in, and known for who it is."""
    return READABLE in Topics(settings, timeout=PATIENCE).states()


def refusal(settings: Settings, why: str) -> str:
    """What a client with these settings is told, which says `why`: with more time where the broker was too slow."""
    said = ""
    for timeout in (1.5, 6.0, 24.0):
        with pytest.raises(BrokerError) as caught:
            Topics(settings, timeout=timeout).states()
        said = str(caught.value)
        assert "secret" not in said
        if why in said:
            break
    assert why in said
    return said


class TestLetIn:
    @pytest.mark.parametrize("mechanism", ["SCRAM-SHA-256", "SCRAM-SHA-512", "PLAIN"])
    def test_by_a_password(self, secured: Secured, mechanism: str) -> None:
        assert sees(secured.settings(PRODUCER, mechanism=mechanism))

    def test_by_a_password_without_tls_where_that_is_allowed(self, secured: Secured) -> None:
        sasl = Sasl(username=PRODUCER, password=Secret(password_of(PRODUCER)), mechanism="PLAIN", without_tls=True)

        assert sees(Settings(brokers=secured.broker.kafka.bootstrap(SASL_OPEN), sasl=sasl))

    def test_by_a_token_in_a_file(self, secured: Secured, tmp_path: Path) -> None:
        file = tmp_path / "token"
        file.write_text(unsecured_token(PRODUCER))

        assert sees(replace(secured.settings(PRODUCER), sasl=OAuthBearer(source=SecretFile(str(file)))))

    def test_by_a_token_that_code_fetches_anew_before_the_last_one_ends(self, secured: Secured) -> None:
        fetched = threading.Semaphore(0)

        def fetch() -> Token:
            fetched.release()
            return Token(Secret(unsecured_token(PRODUCER, lifetime=2)), time.time() + 2)

        topics = Topics(replace(secured.settings(PRODUCER), sasl=OAuthBearer(source=fetch)), timeout=PATIENCE)

        assert READABLE in topics.states()
        while fetched.acquire(blocking=False):
            pass
        assert fetched.acquire(timeout=PATIENCE)
        assert READABLE in topics.states()

    def test_by_client_credentials_at_an_identity_provider(self, secured: Secured, provider: Provider) -> None:
        source = ClientCredentials(url=provider.url, client_id=PRODUCER, client_secret=Secret("s3"), scope="kafka")

        assert sees(replace(secured.settings(PRODUCER), sasl=OAuthBearer(source=source)))
        assert provider.scopes == {"kafka"}

    def test_by_a_certificate(self, secured: Secured) -> None:
        own = secured.broker.authority.issue("certified")
        administrator = Acls(secured.settings(ADMINISTRATOR), timeout=PATIENCE)
        administrator.grant([Right("User:CN=certified", "topic", READABLE, "DESCRIBE")])
        ssl = replace(secured.broker.tls, certificate=str(own.certificate), key=str(own.key))

        settings = Settings(brokers=secured.broker.kafka.bootstrap(MUTUAL), ssl=ssl)
        until(lambda: sees(settings))  # the right is the broker's a moment after it was granted


class TestRefused:
    def test_a_wrong_password(self, secured: Secured) -> None:
        settings = secured.settings(PRODUCER)
        wrong = replace(settings, sasl=Sasl(username=PRODUCER, password=Secret("my-secret")))

        said = refusal(wrong, "Authentication failed")

        assert said.endswith("check KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD and KAFKA_SASL_MECHANISM")

    def test_a_wrong_password_in_a_file_with_the_files_name(self, secured: Secured, tmp_path: Path) -> None:
        (tmp_path / "password").write_text("wrong")
        sasl = Sasl(username=PRODUCER, password=SecretFile(str(tmp_path / "password")))

        said = refusal(replace(secured.settings(PRODUCER), sasl=sasl), "Authentication failed")

        assert said.endswith(f"({str(tmp_path / 'password')!r})")

    def test_a_token_that_the_broker_does_not_take(self, secured: Secured) -> None:
        source = OAuthBearer(source=lambda: Token(Secret("nonsense"), time.time() + 60))

        assert refusal(replace(secured.settings(PRODUCER), sasl=source), "check the token")

    def test_a_broker_whose_certificate_has_expired(self, secured: Secured) -> None:
        settings = Settings(brokers=secured.broker.kafka.bootstrap(OUTDATED), ssl=secured.broker.tls)

        assert refusal(settings, "has expired") == (
            f"cannot list topics: the certificate of {settings.brokers} has expired: it has to be renewed on the broker"
        )

    def test_a_certificate_of_ones_own_that_has_expired_before_anything_connects(self, secured: Secured) -> None:
        own = secured.broker.authority.issue("old", valid=EXPIRED)
        ssl = replace(secured.broker.tls, certificate=str(own.certificate), key=str(own.key))

        with pytest.raises(SettingsError, match=r"KAFKA_SSL_CERTIFICATE_LOCATION=.* ended on .*: renew it"):
            Topics(Settings(brokers=secured.broker.kafka.bootstrap(MUTUAL), ssl=ssl))

    def test_an_unknown_authority(self, secured: Secured, tmp_path: Path) -> None:
        other = Authority(tmp_path).ca
        settings = replace(secured.settings(PRODUCER), ssl=Ssl(ca=str(other)))

        assert refusal(
            settings, f"is of an unknown authority; trusted are those of KAFKA_SSL_CA_LOCATION={str(other)!r}"
        )

    def test_an_unknown_authority_when_an_event_is_not_acknowledged(self, secured: Secured, tmp_path: Path) -> None:
        from quikapp_events import MessageSent, QuikappProducer

        settings = replace(secured.settings(PRODUCER), ssl=Ssl(ca=str(Authority(tmp_path).ca)))
        producer = QuikappProducer(settings)

        with pytest.raises(DeliveryError, match="is of an unknown authority"):
            producer.send_and_wait(next(examples(MessageSent, 1)), timeout=10)
        with pytest.raises(DeliveryError):
            producer.close(timeout=0.1)

    def test_a_client_without_a_certificate_where_one_is_asked_for(self, secured: Secured) -> None:
        settings = Settings(brokers=secured.broker.kafka.bootstrap(MUTUAL), ssl=secured.broker.tls)

        assert refusal(settings, "check KAFKA_SSL_CERTIFICATE_LOCATION and KAFKA_SSL_KEY_LOCATION")

    def test_a_client_with_a_certificate_of_somebody_else(self, secured: Secured, tmp_path: Path) -> None:
        own = Authority(tmp_path).issue("stranger")
        ssl = replace(secured.broker.tls, certificate=str(own.certificate), key=str(own.key))
        settings = Settings(brokers=secured.broker.kafka.bootstrap(MUTUAL), ssl=ssl)

        assert refusal(settings, "check KAFKA_SSL_CERTIFICATE_LOCATION and KAFKA_SSL_KEY_LOCATION")

    def test_a_client_without_tls_on_a_port_with_it(self, secured: Secured) -> None:
        settings = replace(secured.settings(PRODUCER), ssl=None)

        assert refusal(settings, f"{settings.brokers} speaks TLS: set KAFKA_SSL_ENABLED=true")

    def test_a_client_with_tls_on_a_port_without_it(self, secured: Secured) -> None:
        settings = replace(secured.settings(PRODUCER), brokers=secured.broker.kafka.bootstrap(SASL_OPEN))

        assert refusal(settings, "set KAFKA_SSL_ENABLED=false")

    def test_a_client_without_user_on_a_port_that_asks_for_one(self, secured: Secured) -> None:
        settings = Settings(brokers=secured.broker.kafka.bootstrap(SASL_OPEN))

        assert refusal(settings, "KAFKA_SASL_ENABLED")

    def test_the_command_line_says_it_in_a_line(self, secured: Secured) -> None:
        said = secured.run("topics", "list", user="who-is-this")

        assert said.exit_code != 0
        assert isinstance(said.exception, BrokerError)
        assert "check KAFKA_SASL_USERNAME" in str(said.exception)


def test_a_password_is_renewed_while_a_producer_and_a_consumer_run(secured: Secured, tmp_path: Path) -> None:
    from quikapp_events import MessageSent, MessageSentData, QuikappProducer
    from quikapp_events.groups import NotificationService

    grant_like(secured, ROTATING, PRODUCER, NOTIFIER)
    file = tmp_path / "password"
    file.write_text(password_of(ROTATING))
    sasl = Sasl(username=ROTATING, password=SecretFile(str(file)), mechanism="SCRAM-SHA-256")
    settings = replace(secured.settings(ROTATING), sasl=sasl)
    seen: set[Any] = set()
    stop = threading.Event()

    def handle(self: Any, event: Any, context: Context) -> None:
        seen.add(event.event_id)

    methods = dict.fromkeys(NotificationService.__abstractmethods__, handle)
    group: Any = type("Reading", (NotificationService,), methods)()
    reading = threading.Thread(target=lambda: group.run(settings, stop=stop))
    reading.start()
    sent: set[Any] = set()
    try:
        with QuikappProducer(settings) as producer:

            def send_for(seconds: float) -> None:
                """The broker's clock, not ours, sends away who does not show the new password."""
                until = time.monotonic() + seconds
                while time.monotonic() < until:
                    data = MessageSentData(message_id="m", channel_id="c", workspace_id="w", user_id="u", content="")
                    event = MessageSent(data=data)
                    producer.send_and_wait(event, timeout=PATIENCE)
                    sent.add(event.event_id)

            send_for(0.5)
            secured.broker.change_password(ROTATING, "renewed")
            file.write_text("renewed")
            CLIENTS.look()
            send_for(2 * REAUTHENTICATION)
        deadline = time.monotonic() + PATIENCE
        while not sent <= seen and time.monotonic() < deadline:
            time.sleep(0.05)
    finally:
        stop.set()
        reading.join()

    assert sent <= seen
    outdated = replace(settings, sasl=replace(sasl, password=Secret(password_of(ROTATING))))
    assert refusal(outdated, "check KAFKA_SASL_USERNAME")


def grant_like(secured: Secured, user: str, *others: str) -> None:
    acls = Acls(secured.settings(ADMINISTRATOR), timeout=PATIENCE)
    principals = {f"User:{other}" for other in others}
    rights = {replace(right, principal=f"User:{user}") for right in acls.read() if right.principal in principals}
    acls.grant(rights)
    until(lambda: rights <= acls.read())
