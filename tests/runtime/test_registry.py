"""What a registry's client raises, as errors of ours that say what to do."""

from __future__ import annotations

import pytest
from confluent_kafka.schema_registry import SchemaRegistryError

from eventpact.errors import NotRegistered, RegistryError
from eventpact.registry import translated

URL = "http://registry:8081"


def raised(status: int, code: int, message: str = "no") -> RegistryError:
    with pytest.raises(RegistryError) as caught, translated(URL, "get schema 7"):
        raise SchemaRegistryError(status, code, message)
    return caught.value


@pytest.mark.parametrize("code", [40401, 40402, 40403, 40408])
def test_what_a_registry_says_it_does_not_know_is_not_registered(code: int) -> None:
    error = raised(404, code, "Schema 7 not found")

    assert isinstance(error, NotRegistered)
    assert str(error) == f"cannot get schema 7: the registry at {URL} says Schema 7 not found ({code})"


@pytest.mark.parametrize("code", [404, -1, 1])
def test_a_404_of_something_else_says_nothing_about_schemas(code: int) -> None:
    error = raised(404, code)

    assert not isinstance(error, NotRegistered)
    assert "check that SCHEMA_REGISTRY_URL ends where the registry's API starts" in str(error)


@pytest.mark.parametrize("code", [401, -1])
def test_a_user_that_is_refused_is_told_which_variables_to_check(code: int) -> None:
    assert str(raised(401, code)).endswith(
        ": check SCHEMA_REGISTRY_USERNAME and SCHEMA_REGISTRY_PASSWORD, or SCHEMA_REGISTRY_TOKEN"
    )


def test_what_its_http_library_raises_is_a_registry_that_does_not_answer() -> None:
    with (
        pytest.raises(RegistryError, match=r"no schema registry answers at http://registry:8081 \(TimeoutError\)"),
        translated(URL, "get schema 7"),
    ):
        raise TimeoutError
