"""The published JSON Schemas say what the loader says."""

import json
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]  # it ships no types
import pytest

from eventpact_registry.contracts.json_schemas import json_schemas
from eventpact_registry.contracts.problems import Problems
from eventpact_registry.contracts.source import DirectorySource
from eventpact_registry.contracts.yaml_file import read_yaml

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("name", json_schemas())
def test_the_published_schema_is_the_one_that_the_models_give(name: str) -> None:
    published = (ROOT / "docs/schemas" / name).read_text()

    assert published == json_schemas()[name], "run: python -m eventpact_registry.contracts.json_schemas docs/schemas"


@pytest.mark.parametrize("name", json_schemas())
def test_a_schema_is_valid_itself(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(json_schemas()[name]))


@pytest.mark.parametrize(
    ("name", "file"), [("system", "system.yaml"), ("topic", "topic.yaml"), ("eventpact", "eventpact.yaml")]
)
def test_every_contract_of_this_repository_satisfies_the_schema(name: str, file: str) -> None:
    validator = jsonschema.Draft202012Validator(json.loads(json_schemas()[f"{name}.schema.json"]))
    tree = DirectorySource(ROOT / "contracts").read()
    paths = [path for path in tree.files if path.split("/")[-1] == file]

    assert paths
    for path in paths:
        loaded = read_yaml(tree, path, Problems())
        assert loaded is not None
        assert list(validator.iter_errors(loaded.data)) == [], path


@pytest.mark.parametrize(
    "wrong", [{"partitons": 3}, {"partitions": "3"}, {"retention": "7 days"}, {"config": {"A": 1}}]
)
def test_what_the_loader_refuses_an_editor_marks(wrong: dict[str, object]) -> None:
    validator = jsonschema.Draft202012Validator(json.loads(json_schemas()["topic.schema.json"]))

    assert not validator.is_valid({"description": "Orders.", **wrong})
