"""Whatever a client sends is answered as `/openapi.json` says, and never with a 500."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

from eventpact_registry.server import EmbeddedRegistry, openapi
from eventpact_registry.server.operations import OPERATIONS
from tests.registry.server.rest import Rest, record

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES: Final = st.sampled_from(["A", "B", "io.acme.C"])
TYPES: Final = st.sampled_from(["int", "long", "string", ["null", "string"], {"type": "array", "items": "bytes"}])
FIELDS: Final = st.dictionaries(st.sampled_from(["a", "b", "c"]), TYPES, max_size=3)
SCHEMAS: Final = st.one_of(
    TYPES,
    st.builds(
        lambda name, fields: {
            "type": "record",
            "name": name,
            "fields": [{"name": field, "type": kind} for field, kind in fields.items()],
        },
        NAMES,
        FIELDS,
    ),
).map(json.dumps)

CONFIG: Final = schemathesis.Config.from_dict(
    {
        "seed": 1,
        "checks": {
            # Whether an allowed request is also possible now (mode, level, names) only the registry can say, with 422.
            "positive_data_acceptance": {"expected-statuses": ["2xx", 404, 409, 422]},
            # What is deleted softly is still shown to who asks for it.
            "use_after_free": {"enabled": False},
        },
    }
)
SETTINGS: Final = settings(
    max_examples=6,
    stateful_step_count=10,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)

schemathesis.openapi.format(openapi.AVRO, SCHEMAS)
API: Final = schemathesis.openapi.from_dict(openapi.document(OPERATIONS, "1"), config=CONFIG)


@pytest.fixture
def url() -> Iterator[str]:
    """A registry with a few versions in it."""
    with EmbeddedRegistry() as registry:
        rest = Rest(registry.url)
        for subject in ("0", "users"):
            rest.register(subject, record("User", "name: string"))
            rest.register(subject, record("User", "name: string", "age: string = unknown"))
        yield registry.url


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        yield session


@API.parametrize()
@SETTINGS
def test_every_call_is_answered_as_the_document_says(
    case: schemathesis.Case[Any], url: str, session: requests.Session
) -> None:
    case.call_and_validate(base_url=url, session=session)


def test_calls_that_follow_each_other_are_answered_as_the_document_says(url: str) -> None:
    class Client(API.as_state_machine()):  # type: ignore[misc]  # made from the document
        def get_call_kwargs(self, case: schemathesis.Case[Any]) -> dict[str, str]:
            return {"base_url": url}

    run_state_machine_as_test(Client, settings=SETTINGS)
