"""Who a service is and whom it trusts, judged together before anything connects."""

from __future__ import annotations

import base64
import json
import ssl
import time
from datetime import UTC
from pathlib import Path
from random import Random

import pytest

from eventpact.credentials import ClientCredentials, OAuthBearer, Sasl, Secret, SecretFile, Ssl, Token, certificates
from eventpact.errors import SettingsError
from eventpact.settings import Settings
from eventpact_testing.certificates import EXPIRED, Authority
from eventpact_testing.secured import unsecured_token

NEEDED = {"KAFKA_BROKERS": "kafka:9092", "KAFKA_CLIENT_ID": "chat", "SCHEMA_REGISTRY_URL": "https://registry"}
TLS = {"KAFKA_SSL_ENABLED": "true"}
USER = {"KAFKA_SASL_ENABLED": "true", "KAFKA_SASL_USERNAME": "ann"}
PLAIN = {**USER, "KAFKA_SASL_MECHANISM": "PLAIN", "KAFKA_SASL_PASSWORD": "hunter2"}
OAUTH = {**TLS, "KAFKA_SASL_ENABLED": "true", "KAFKA_SASL_MECHANISM": "OAUTHBEARER"}
PROVIDER = {
    "KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL": "https://login/token",
    "KAFKA_SASL_OAUTHBEARER_CLIENT_ID": "chat",
    "KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET": "hunter2",
}


def settings(*environs: dict[str, str], **variables: str) -> Settings:
    merged = dict(NEEDED)
    for environ in environs:
        merged |= environ
    return Settings.from_env(merged | variables)


def problems(*environs: dict[str, str], **variables: str) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        settings(*environs, **variables)
    assert "hunter" not in str(caught.value)
    return caught.value.problems


def write(path: Path, text: str) -> str:
    path.write_text(text)
    return str(path)


class TestPasswords:
    def test_user_and_password_may_be_in_files(self, tmp_path: Path) -> None:
        found = settings(
            {"KAFKA_SASL_ENABLED": "true"},
            KAFKA_SASL_USERNAME_FILE=write(tmp_path / "user", "ann\n"),
            KAFKA_SASL_PASSWORD_FILE=write(tmp_path / "password", "hunter2\n"),
        )

        config = found.admin_config()

        assert (config["sasl.username"], config["sasl.password"]) == ("ann", "hunter2")
        assert "hunter" not in repr(found)

    def test_a_renewed_file_counts_from_then_on(self, tmp_path: Path) -> None:
        password = write(tmp_path / "password", "old")
        found = settings(USER, KAFKA_SASL_PASSWORD_FILE=password)

        write(tmp_path / "password", "new")

        assert found.producer_config()["sasl.password"] == "new"

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (None, "cannot be read: No such file"),
            (b" \n", "is empty"),
            (b"\xff\xfehunter", "not text"),
            (b"x" * 2**20, ""),
        ],
    )
    def test_a_file_that_holds_no_password_is_named(self, tmp_path: Path, content: bytes | None, said: str) -> None:
        path = tmp_path / "password"
        if content is not None:
            path.write_bytes(content)

        [problem] = problems(USER, KAFKA_SASL_PASSWORD_FILE=str(path))

        assert problem.startswith(f"KAFKA_SASL_PASSWORD_FILE='{path}'")
        assert said in problem

    def test_a_password_in_both_places_is_refused(self, tmp_path: Path) -> None:
        path = write(tmp_path / "password", "hunter3")

        [problem] = problems(USER, KAFKA_SASL_PASSWORD="hunter2", KAFKA_SASL_PASSWORD_FILE=path)

        assert problem == "KAFKA_SASL_PASSWORD and KAFKA_SASL_PASSWORD_FILE are given: keep one"

    def test_a_mechanism_without_user_is_refused(self) -> None:
        assert [problem.split()[0] for problem in problems(KAFKA_SASL_ENABLED="yes", KAFKA_SASL_MECHANISM="plain")] == [
            "KAFKA_SASL_USERNAME",
            "KAFKA_SASL_PASSWORD",
            "KAFKA_SASL_MECHANISM=PLAIN",
        ]

    def test_a_mechanism_that_is_not_switched_on_is_refused(self) -> None:
        [problem] = problems(KAFKA_SASL_MECHANISM="PLAIN")

        assert "KAFKA_SASL_ENABLED is not: say true or false" in problem

    def test_plain_without_tls_is_refused_until_it_is_allowed(self) -> None:
        [problem] = problems(PLAIN)

        assert "KAFKA_SSL_ENABLED=true, or KAFKA_SASL_WITHOUT_TLS=true" in problem
        assert settings(PLAIN, TLS).admin_config()["security.protocol"] == "SASL_SSL"
        assert settings(PLAIN, KAFKA_SASL_WITHOUT_TLS="yes").admin_config()["security.protocol"] == "SASL_PLAINTEXT"

    def test_settings_made_in_code_are_judged_too(self) -> None:
        made = Settings(sasl=Sasl(username="ann", password=Secret("hunter2"), mechanism="PLAIN"))

        with pytest.raises(SettingsError, match="KAFKA_SASL_MECHANISM=PLAIN without TLS"):
            made.producer_config()


class TestTokens:
    def test_a_token_comes_from_a_file(self, tmp_path: Path) -> None:
        token = unsecured_token("ann", lifetime=1000)
        found = settings(OAUTH, KAFKA_SASL_OAUTHBEARER_TOKEN_FILE=write(tmp_path / "token", token + "\n"))

        text, ends, principal, extensions = found.admin_config()["oauth_cb"]("")

        assert (text, principal, extensions) == (token, "ann", {})
        assert 900 < ends - time.time() <= 1000

    def test_a_renewed_token_is_the_next_one(self, tmp_path: Path) -> None:
        path = write(tmp_path / "token", unsecured_token("ann"))
        fetch = settings(OAUTH, KAFKA_SASL_OAUTHBEARER_TOKEN_FILE=path).admin_config()["oauth_cb"]

        write(tmp_path / "token", unsecured_token("bob"))

        assert fetch("")[2] == "bob"

    def test_a_token_that_does_not_say_when_it_ends_is_read_again_after_minutes(self, tmp_path: Path) -> None:
        path = write(tmp_path / "token", "opaque")

        before = time.time()
        ends = settings(OAUTH, KAFKA_SASL_OAUTHBEARER_TOKEN_FILE=path).admin_config()["oauth_cb"]("")[1]

        assert before + 300 <= ends <= time.time() + 300

    def test_a_token_that_has_ended_is_an_error_before_anything_connects(self, tmp_path: Path) -> None:
        path = write(tmp_path / "token", unsecured_token("ann", lifetime=-1))

        [problem] = problems(OAUTH, KAFKA_SASL_OAUTHBEARER_TOKEN_FILE=path)

        assert f"the token for OAUTHBEARER in {path!r} ended on" in problem

    @pytest.mark.parametrize("claims", ["[]", "no json", json.dumps({"exp": "soon"})])
    def test_a_token_with_strange_claims_is_taken_as_one_without(self, tmp_path: Path, claims: str) -> None:
        middle = base64.urlsafe_b64encode(claims.encode()).decode()
        path = write(tmp_path / "token", f"e30.{middle}.")

        assert settings(OAUTH, KAFKA_SASL_OAUTHBEARER_TOKEN_FILE=path).admin_config()["oauth_cb"]("")[2] == ""

    def test_a_token_comes_from_code(self) -> None:
        source = OAuthBearer(source=lambda: Token(Secret("t"), time.time() + 1000, "ann", {"logicalCluster": "lkc"}))

        assert Settings(sasl=source, ssl=Ssl()).admin_config()["oauth_cb"]("")[0] == "t"

    def test_code_that_has_no_token_is_an_error_before_anything_connects(self) -> None:
        def source() -> Token:
            raise LookupError("hunter2")

        with pytest.raises(SettingsError, match=r"its source raised LookupError$"):
            Settings(sasl=OAuthBearer(source=source), ssl=Ssl()).admin_config()

    def test_an_identity_provider_is_asked_by_the_client_itself(self, tmp_path: Path) -> None:
        config = settings(
            OAUTH, PROVIDER, KAFKA_SASL_OAUTHBEARER_SCOPE="kafka", KAFKA_SASL_OAUTHBEARER_EXTENSIONS="logicalCluster=l"
        ).admin_config()

        assert {name: value for name, value in config.items() if "oauthbearer" in name} == {
            "sasl.oauthbearer.method": "oidc",
            "sasl.oauthbearer.token.endpoint.url": "https://login/token",
            "sasl.oauthbearer.client.id": "chat",
            "sasl.oauthbearer.client.secret": "hunter2",
            "sasl.oauthbearer.scope": "kafka",
            "sasl.oauthbearer.extensions": "logicalCluster=l",
        }

    @pytest.mark.parametrize(
        ("variables", "named"),
        [
            ({}, "TOKEN_FILE or KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL is missing"),
            (
                {"KAFKA_SASL_PASSWORD": "hunter2"},
                "KAFKA_SASL_PASSWORD is of no use to KAFKA_SASL_MECHANISM=OAUTHBEARER",
            ),
            ({"KAFKA_SASL_OAUTHBEARER_CLIENT_ID": "x", **USER}, "KAFKA_SASL_USERNAME is of no use"),
            ({**PROVIDER, "KAFKA_SASL_OAUTHBEARER_TOKEN_FILE": __file__}, "keep one way to a token"),
            ({**PROVIDER, "KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL": ""}, "TOKEN_ENDPOINT_URL is missing"),
            ({**PROVIDER, "KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET": ""}, "CLIENT_SECRET is missing"),
            ({**PROVIDER, "KAFKA_SASL_OAUTHBEARER_EXTENSIONS": "x"}, "EXTENSIONS='x' does not fit"),
            ({**PROVIDER, "KAFKA_SSL_ENABLED": "false"}, "without TLS shows the token"),
        ],
    )
    def test_half_of_a_way_to_a_token_is_refused(self, variables: dict[str, str], named: str) -> None:
        [problem] = problems(OAUTH, variables)

        assert named in problem

    def test_a_token_with_another_mechanism_is_refused(self) -> None:
        [problem] = problems(PLAIN, TLS, KAFKA_SASL_OAUTHBEARER_TOKEN_FILE="x")

        assert problem.startswith("KAFKA_SASL_OAUTHBEARER_TOKEN_FILE is of no use to KAFKA_SASL_MECHANISM=PLAIN")

    def test_the_clients_secret_may_be_in_a_file(self, tmp_path: Path) -> None:
        path = write(tmp_path / "secret", "hunter2\n")
        inline = {**PROVIDER, "KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET": ""}

        found = settings(OAUTH, inline, KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET_FILE=path)

        assert found.admin_config()["sasl.oauthbearer.client.secret"] == "hunter2"
        assert found.sasl == OAuthBearer(
            source=ClientCredentials(
                url="https://login/token",
                client_id="chat",
                client_secret=SecretFile(path, variable="KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET_FILE"),
            )
        )


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


class TestCertificates:
    def pair(self, certificate: Path, key: Path, **more: str) -> dict[str, str]:
        return {
            **TLS,
            "KAFKA_SSL_CERTIFICATE_LOCATION": str(certificate),
            "KAFKA_SSL_KEY_LOCATION": str(key),
            **{f"KAFKA_SSL_{name}": text for name, text in more.items()},
        }

    def test_what_belongs_together_is_taken(self, authority: Authority) -> None:
        own = authority.issue("own", password="hunter2")

        found = settings(self.pair(own.certificate, own.key, KEY_PASSWORD="hunter2", CA_LOCATION=str(authority.ca)))

        assert found.admin_config()["security.protocol"] == "SSL"
        assert found.admin_config()["ssl.key.password"] == "hunter2"

    def test_the_keys_password_may_be_in_a_file(self, authority: Authority, tmp_path: Path) -> None:
        own = authority.issue("own-in-file", password="hunter2")
        path = write(tmp_path / "password", "hunter2\n")

        assert settings(self.pair(own.certificate, own.key, KEY_PASSWORD_FILE=path)).ssl is not None

    def test_the_key_of_another_certificate_is_refused(self, authority: Authority) -> None:
        own, other = authority.issue("one"), authority.issue("other")

        [problem] = problems(self.pair(own.certificate, other.key))

        assert problem == (
            f"KAFKA_SSL_KEY_LOCATION='{other.key}' is not the key of KAFKA_SSL_CERTIFICATE_LOCATION='{own.certificate}'"
        )

    def test_an_expired_certificate_is_refused_with_its_date(self, authority: Authority) -> None:
        old = authority.issue("old", valid=EXPIRED)

        [problem] = problems(self.pair(old.certificate, old.key))

        assert "ended on 20" in problem
        assert problem.endswith("UTC: renew it")

    def test_a_certificate_of_the_future_is_refused(self, authority: Authority) -> None:
        new = authority.issue("new", valid=(-EXPIRED[1], -EXPIRED[0]))

        [problem] = problems(self.pair(new.certificate, new.key))

        assert "begins to hold on" in problem

    @pytest.mark.parametrize(
        ("given", "said"),
        [(None, "is encrypted: set KAFKA_SSL_KEY_PASSWORD"), ("hunter3", "KAFKA_SSL_KEY_PASSWORD does not open")],
    )
    def test_a_key_that_does_not_open_is_refused(self, authority: Authority, given: str | None, said: str) -> None:
        locked = authority.issue("locked", password="hunter2")

        [problem] = problems(self.pair(locked.certificate, locked.key), {"KAFKA_SSL_KEY_PASSWORD": given or ""})

        assert said in problem

    def test_files_that_are_not_there_or_hold_something_else_are_all_named(self, tmp_path: Path) -> None:
        garbage = tmp_path / "garbage.pem"
        garbage.write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")

        found = problems(self.pair(garbage, tmp_path / "none.pem"), KAFKA_SSL_CA_LOCATION=str(garbage))

        assert [problem.partition("=")[0] for problem in found] == ["KAFKA_SSL_CA_LOCATION", "KAFKA_SSL_KEY_LOCATION"]
        assert "holds no certificate in PEM" in problems(self.pair(garbage, garbage))[0]

    def test_a_certificate_with_any_damage_is_refused_or_still_has_dates(self, authority: Authority) -> None:
        pem = authority.issue("damaged").certificate.read_text()
        der, chance = ssl.PEM_cert_to_DER_cert(pem), Random(7)
        refused = 0

        for _ in range(3000):
            damaged = bytearray(der[: chance.choice([0, 1, 40, 120, len(der)])])
            for _ in range(chance.randrange(1, 4) if damaged else 0):
                damaged[chance.randrange(min(len(damaged), 160))] = chance.randrange(256)
            try:
                [found] = certificates.validities(ssl.DER_cert_to_PEM_cert(bytes(damaged)))
            except ValueError:
                refused += 1
            else:
                assert found.begins.tzinfo is found.ends.tzinfo is UTC

        assert 1000 < refused < 3000

    def test_a_key_that_is_none_is_refused(self, authority: Authority) -> None:
        own = authority.issue("keyless")

        [problem] = problems(self.pair(own.certificate, authority.ca))

        assert problem.endswith("holds no private key in PEM")

    def test_an_authority_that_has_expired_is_refused_unless_others_have_not(
        self, authority: Authority, tmp_path: Path
    ) -> None:
        old = Authority(tmp_path, "old", valid=EXPIRED).ca
        bundle = tmp_path / "bundle.pem"
        bundle.write_bytes(old.read_bytes() + authority.ca.read_bytes())

        [problem] = problems(TLS, KAFKA_SSL_CA_LOCATION=str(old))

        assert "ended on" in problem
        assert settings(TLS, KAFKA_SSL_CA_LOCATION=str(bundle)).ssl == Ssl(ca=str(bundle))

    def test_files_without_tls_are_refused(self) -> None:
        for switch in ({}, {"KAFKA_SSL_ENABLED": "false"}):
            [problem] = problems(switch, KAFKA_SSL_CA_LOCATION="ca.pem")
            assert problem.startswith("KAFKA_SSL_CA_LOCATION is set without KAFKA_SSL_ENABLED=true")

    def test_files_for_a_registry_without_tls_are_refused(self, authority: Authority) -> None:
        [problem] = problems(SCHEMA_REGISTRY_URL="http://registry", SCHEMA_REGISTRY_SSL_CA_LOCATION=str(authority.ca))

        assert "SCHEMA_REGISTRY_URL begins with http" in problem

    def test_files_of_a_cluster_that_is_switched_off_are_not_looked_for(self) -> None:
        files = {"KAFKA_SSL_CA_LOCATION": "none.pem", "SCHEMA_REGISTRY_SSL_CA_LOCATION": "none.pem"}

        assert not settings(TLS, files, KAFKA_ENABLED="false").enabled

    def test_everything_that_is_wrong_is_said_at_once(self, tmp_path: Path) -> None:
        found = problems(
            PLAIN,
            KAFKA_BROKERS="",
            KAFKA_SASL_PASSWORD="",
            KAFKA_SASL_PASSWORD_FILE=str(tmp_path / "none"),
            KAFKA_SSL_KEY_LOCATION="x",
            SCHEMA_REGISTRY_USERNAME="me",
            LOG_LEVEL="LOUD",
        )

        assert [problem.split()[0].partition("=")[0] for problem in found] == [
            "KAFKA_BROKERS",
            "SCHEMA_REGISTRY_PASSWORD",
            "KAFKA_SSL_KEY_LOCATION",
            "KAFKA_SASL_MECHANISM",
            "KAFKA_SASL_PASSWORD_FILE",
            "LOG_LEVEL",
        ]


class TestProperties:
    def test_a_property_that_contradicts_how_settings_connect_is_refused(self) -> None:
        made = Settings(brokers="a:1", producer={"bootstrap.servers": "b:1"}, consumer={"bootstrap.servers": "a:1"})

        with pytest.raises(
            SettingsError, match=r"bootstrap\.servers is among the producer properties, and KAFKA_BROKERS"
        ):
            made.producer_config()
        assert made.consumer_config("g")["bootstrap.servers"] == "a:1"

    def test_a_mechanism_by_its_other_name_contradicts_too(self) -> None:
        sasl = Sasl(username="ann", password=Secret("x"))
        made = Settings(sasl=sasl, consumer={"sasl.mechanisms": "PLAIN"})

        with pytest.raises(SettingsError, match="KAFKA_SASL_MECHANISM"):
            made.consumer_config("g")
