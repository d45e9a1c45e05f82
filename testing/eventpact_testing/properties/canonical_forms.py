"""Canonical form and fingerprint: they stay when only the way changes in which a schema is written."""

from __future__ import annotations

import json
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any, Final

from hypothesis import strategies as st

from eventpact import avro
from eventpact_testing.properties.case import Case, Trial, Violation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from eventpact.avro.model import Schema
    from eventpact_registry.contracts.model import SchemaVersion
    from eventpact_testing.properties.subject import Subject


def canonical(subject: Subject) -> Iterator[Case]:
    """Attributes in another order, docs reworded, attributes of one's own: form and fingerprints are equal."""
    for version in subject.versions:
        prepare = partial(_trial, version)
        yield Case(claim="canonical", subject=subject, writer=version, reader=version, prepare=prepare, weight=0.5)


def _trial(version: SchemaVersion) -> Trial:
    body = json.loads(version.text)
    pinned = [other.schema for other in version.pinned.values()]

    def check(seed: int) -> None:
        schema = avro.parse(_rewritten(body, seed), references=pinned)
        for what, form in _FORMS.items():
            if form(schema) != form(version.schema):
                raise Violation(f"its {what} changes with the way it is written: {form(schema)!r}")
        canonical_text = avro.canonical(version.schema)
        if avro.canonical(avro.parse(canonical_text)) != canonical_text:
            raise Violation("the canonical form of its canonical form is another one")

    def show(seed: int) -> Any:
        return json.loads(_rewritten(body, seed))

    return Trial(check=check, always=range(3), values=st.integers(0, 2**32), show=show)


_FORMS: Final[Mapping[str, Callable[[Schema], object]]] = {
    "canonical form": avro.canonical,
    "fingerprint": avro.fingerprint,
    "SHA-256": avro.sha256,
    "meaning": avro.meaning,
}


def _rewritten(body: Any, seed: int) -> str:
    """The schema's text in another way that the seed chooses."""
    random = Random(seed)  # noqa: S311 - a choice of wording is no secret
    text = json.dumps(_shuffled(body, random), ensure_ascii=random.random() < 0.5, indent=random.choice((None, 1, 4)))
    return text + random.choice(("", "\n"))


def _shuffled(part: Any, random: Random) -> Any:
    if isinstance(part, list):
        return [_shuffled(inner, random) for inner in part]
    if not isinstance(part, dict):
        return part
    made = {key: _shuffled(inner, random) if key in _SCHEMAS else inner for key, inner in part.items() if key != "doc"}
    if ("name" in part) and random.random() < 0.7:
        made["doc"] = random.choice(("", "Said otherwise.", "\u00e9\U0001f600"))
    if random.random() < 0.3:
        made["x-owner"] = {"type": "not a schema", "fields": [1]}
    keys = list(made)
    random.shuffle(keys)
    return {key: made[key] for key in keys}


_SCHEMAS: Final = ("type", "fields", "items", "values")
"""Attributes that hold schemas; a default may look like one and is none."""
