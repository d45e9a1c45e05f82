"""Contracts changed at random go the whole way, from their files to a plan, or end in an error of ours.

load → lint → check → diff → every report → plan. Changes are small, so that many of them still load.
"""

from __future__ import annotations

import json
from copy import deepcopy
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eventpact.errors import EventPactError
from eventpact_registry.contracts.model import Mode
from eventpact_registry.contracts.problems import Tolerable
from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.diff.comparison import compare
from eventpact_registry.gate import check, lint
from eventpact_registry.plan import State, desired, plan
from eventpact_registry.plan.state import RegistryState, SubjectState
from eventpact_registry.reports import changelog, diff_json, diff_text, markdown
from eventpact_registry.reports.formats import FORMATS
from tests.registry.contracts.building import SHOP, SYSTEM, TOPIC, MemorySource, avsc, field

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.timeout(300)

FOLDER: Final = "shop/order.placed"
PIN: Final = [{"name": "io.shop.Address", "version": 1}]
WAY: Final = {"type": "enum", "name": "Way", "doc": "How.", "symbols": ["WEB", "UNKNOWN"], "default": "UNKNOWN"}
TREE: Final = {
    "type": "record",
    "name": "Tree",
    "doc": "A tree.",
    "fields": [
        field("kids", {"type": "array", "items": "Tree"}, default=[]),
        field("up", ["null", "Tree"], default=None),
    ],
}
LATER: Final = (
    field("to", ["null", "Address"], default=None),
    field("way", WAY, default="WEB"),
    field("tree", ["null", TREE], default=None),
    field("price", {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}, default="\u0000"),
    field("counts", {"type": "map", "values": "int"}, default={"a": 1}),
)
FILES: Final = {
    **SHOP,
    "eventpact.yaml": "rules: {EVENT_DOC: error}\napprovals:\n"
    "  - {rule: KEY_CHANGED, at: shop/order.placed, reason: Meant., by: me, until: 2999-01-01}\n",
    "shop/system.yaml": f"""{SYSTEM}
topic-name: "Shop.{{topic}}"
defaults: {{headers: {{order: orderId}}, config: {{min.insync.replicas: 2}}, compatibility: FULL}}
groups: {{billing: {{description: Bills., topics: ["order.*"], reads: {{OrderPlaced: 1}}}}}}
fill: {{orderId: id}}
""",
    f"{FOLDER}/topic.yaml": TOPIC + "headers: {from: =shop}\nretry: {attempts: 3, backoff: 1s}\n",
    "shop/types/Address.v1.avsc": avsc("Address", field("city"), field("zip", ["null", "int"], default=None)),
    f"{FOLDER}/OrderPlaced.v2.avsc": avsc("OrderPlaced", field("orderId"), *LATER, references=PIN),
}
BASE: Final = ContractRepository.load(MemorySource({path: text.encode() for path, text in FILES.items()}, "git:main"))

TYPES: Final = (
    *("null", "int", "long", "float", "double", "string", "bytes", "boolean", "Tree", "Way", "Address", "OrderPlaced"),
    *(["null", "string"], ["string", "int"], {"type": "array", "items": "string"}, {"type": "map", "values": "Tree"}),
    *({"type": "fixed", "name": "F", "size": 4}, {"type": "long", "logicalType": "timestamp-millis"}, WAY, TREE),
)
WORDS: Final[tuple[Any, ...]] = (
    *TYPES,
    *(None, True, 0, -1, 2**63, 1.5, "", "orderId", "é\u2028", "a" * 300, [], {}, [[]], "NaN"),
)
TEXTS: Final = (
    "{",
    "]",
    ":",
    "\n- ",
    '"',
    "null",
    "&a ",
    "*a",
    "!!python/name:os.system ",
    "\t",
    "'",
    "#",
    "1e999",
    "\ufeff",
)

text_changes = st.tuples(st.integers(0, 10_000), st.integers(0, 12), st.sampled_from(TEXTS) | st.text(max_size=6))


def places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every (container, key) in a JSON value."""
    for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield node, key
        yield from places(value)


@st.composite
def changed_schemas(draw: st.DrawFn) -> dict[str, str]:
    """A schema with values replaced, taken away or said twice: in place, or as the next version."""
    path = draw(st.sampled_from([path for path in FILES if path.endswith(".avsc")]))
    schema = json.loads(FILES[path])
    for _ in range(draw(st.integers(1, 3))):
        found = list(places(schema))
        holder, key = found[draw(st.integers(0, len(found) - 1))]
        match draw(st.sampled_from(["replace", "remove", "repeat"])):
            case "remove":
                del holder[key]
            case "repeat" if isinstance(holder, list):
                holder.append(deepcopy(holder[key]))
            case _:
                holder[key] = deepcopy(draw(st.sampled_from(WORDS)))
        if not schema:
            break
    name, _, number = path.removesuffix(".avsc").rpartition(".v")
    following = draw(st.sampled_from([0, 0, 1, 2]))
    return {f"{name}.v{int(number) + following}.avsc": json.dumps(schema, indent=2)}


@st.composite
def evolved_schemas(draw: st.DrawFn) -> dict[str, str]:
    """The event as people change it, for better or worse: fields and symbols that come, go, and get other types."""
    schema = json.loads(FILES[f"{FOLDER}/OrderPlaced.v2.avsc"])
    fields = schema["fields"]
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(fields) - 1))
        match draw(st.sampled_from(["remove", "rename", "retype", "add", "swap", "symbols", "undefault"])):
            case "remove" if len(fields) > 1:
                del fields[at]
            case "rename":
                fields[at]["name"] += "New"
                fields[at]["aliases"] = draw(st.sampled_from([[], ["to"], ["orderId", "way"]]))
            case "retype":
                fields[at] = {"name": fields[at]["name"], "type": deepcopy(draw(st.sampled_from(TYPES)))}
            case "add":
                fields.insert(at, field(f"note{len(fields)}", ["null", deepcopy(TREE) | {"name": f"T{len(fields)}"}]))
            case "swap":
                fields.append(fields.pop(at))
            case "symbols":
                way = next((one for one in fields if isinstance(one["type"], dict) and "symbols" in one["type"]), None)
                if way is not None:
                    way["type"]["symbols"] = draw(
                        st.sampled_from([["WEB", "UNKNOWN", "FAX"], ["UNKNOWN", "WEB"], ["WEB"]])
                    )
            case _:
                fields[at].pop("default", None)
    number = draw(st.sampled_from([2, 3, 4]))
    return {f"{FOLDER}/OrderPlaced.v{number}.avsc": json.dumps(schema, indent=2)}


@st.composite
def changed_texts(draw: st.DrawFn) -> dict[str, str]:
    """Any file with letters replaced, or with lines taken away, repeated or swapped."""
    path = draw(st.sampled_from(sorted(FILES)))
    text = FILES[path]
    for at, cut, put in draw(st.lists(text_changes, max_size=2)):
        start = at % (len(text) + 1)
        text = text[:start] + put + text[start + cut :]
    lines = text.split("\n")
    for at in draw(st.lists(st.integers(0, len(lines) - 1), max_size=2)):
        lines[at] = draw(st.sampled_from(["", lines[0], lines[-1], lines[at] * 2]))
    return {path: "\n".join(lines)}


@st.composite
def changed_values(draw: st.DrawFn) -> dict[str, str]:
    """A YAML file with a value replaced by another."""
    path = draw(st.sampled_from([path for path in FILES if path.endswith(".yaml")]))
    lines = FILES[path].splitlines()
    at = draw(st.integers(0, len(lines) - 1))
    key, _, _ = lines[at].partition(":")
    lines[at] = f"{key}: {json.dumps(draw(st.sampled_from(WORDS)), ensure_ascii=False)}"
    return {path: "\n".join(lines) + "\n"}


changes_of_files = evolved_schemas() | changed_schemas() | changed_texts() | changed_values()


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(changes=st.lists(changes_of_files, min_size=1, max_size=2))
def test_whatever_is_changed_goes_the_whole_way_or_ends_in_an_error_of_ours(changes: list[dict[str, str]]) -> None:
    files = dict(FILES)
    for change in changes:
        files |= change
    source = MemorySource({path: text.encode("utf-8", "surrogatepass") for path, text in files.items()})
    try:
        repository = ContractRepository.load(source, tolerated={Tolerable.GAP})
        go_the_whole_way(repository)
    except EventPactError:
        return


def go_the_whole_way(repository: ContractRepository) -> None:
    lint(repository)
    findings = check(repository, BASE)
    comparison = compare(BASE, repository)
    for render in FORMATS.values():
        assert isinstance(render(findings, color=False), str)
    assert markdown.render(findings, changes=[comparison])
    for of_changes in (diff_text, diff_json, changelog):
        assert isinstance(of_changes.render(comparison), str)
    assert plan(desired(repository), State(registered(), None)) is not None


def registered() -> RegistryState:
    """The base as a registry has it."""
    subjects = {
        subject.name: SubjectState(subject.level, {version.version: version.schema for version in subject.versions})
        for subject in desired(BASE).subjects
    }
    return RegistryState(Mode.BACKWARD, subjects)


def test_what_is_not_changed_goes_the_whole_way() -> None:
    go_the_whole_way(BASE)


def test_some_of_what_is_changed_is_judged() -> None:
    """The test above would say nothing if no change got past the loader."""
    judged = []

    @settings(deadline=None, max_examples=100, database=None, derandomize=True)
    @given(change=changes_of_files)
    def look(change: dict[str, str]) -> None:
        files = {path: text.encode() for path, text in {**FILES, **change}.items()}
        try:
            judged.append(ContractRepository.load(MemorySource(files), tolerated={Tolerable.GAP}))
        except EventPactError:
            return

    look()

    assert len(judged) > 10
