"""Loads `.avsc` files: reads each once, puts shared types in order of their references, and parses all of them.

A type that could not be loaded is reported once; what refers to it is left out silently, because its own errors would
only repeat the first.
"""

from __future__ import annotations

import json
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from eventpact import avro
from eventpact.avro.memory import Memory
from eventpact.avro.model import Record
from eventpact.avro.parse import types_of
from eventpact.avro.source import read
from eventpact.errors import SchemaError
from eventpact_registry.contracts.locating import SchemaLocator
from eventpact_registry.contracts.model import Reference, SchemaVersion, VersionedType
from eventpact_registry.contracts.parsed import SchemaText
from eventpact_registry.contracts.problems import Tolerable, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from eventpact.avro.model import Named, Schema
    from eventpact_registry.contracts.layout import Series
    from eventpact_registry.contracts.parsed import ParsedFiles
    from eventpact_registry.contracts.problems import Problems
    from eventpact_registry.contracts.source import Tree

_PINNING: Final = 'pin it as {"name": "io.example.Type", "version": 1}'


class _Draft(NamedTuple):
    """A schema file that is read but not parsed yet."""

    series: str
    version: int
    tree: Tree
    path: str
    text: SchemaText
    body: dict[str, Any] | None = None
    """The schema as JSON, without `references`; None where the text is known from another file."""

    @property
    def full_name(self) -> str:
        """The name that it declares."""
        return self.text.full_name

    @property
    def locator(self) -> SchemaLocator:
        """Finds places in it."""
        return SchemaLocator(self.tree, self.path, self.text.source)

    @property
    def references(self) -> tuple[Reference, ...]:
        """The shared types that it pins."""
        return self.text.references

    def json(self) -> dict[str, Any]:
        """The schema as JSON, without `references`."""
        if self.body is not None:
            return self.body
        body: dict[str, Any] = read(self.text.source)[0]
        body.pop("references", None)
        return body


class SchemaFiles:
    """The schema files of one system. Load `types` first: events refer to them."""

    def __init__(self, tree: Tree, problems: Problems, parsed: ParsedFiles) -> None:
        self._tree = tree
        self._problems = problems
        self._parsed = parsed
        self._shared: dict[Reference, SchemaVersion] = {}
        self._declared: dict[Reference, _Draft] = {}
        self._types: dict[tuple[Reference, ...], dict[str, Named]] = {}
        """What schemas with these references may use by name."""
        self._pins: dict[tuple[Reference, ...], dict[str, SchemaVersion]] = {}
        """The shared types that references lead to, where nothing is wrong with them."""
        self._broken: set[tuple[str, int]] = set()
        """Shared types that could not even be read: short name and version."""

    def load_types(self, all_series: Iterable[Series]) -> dict[str, VersionedType]:
        """The shared types by full name, in order of name."""
        drafts: dict[str, dict[int, _Draft]] = {}
        for series in all_series:
            drafts[series.name] = self._read(series)
            self._broken.update((series.name, version) for version in series.files.keys() - drafts[series.name].keys())
            for draft in drafts[series.name].values():
                self._declared[Reference(draft.full_name, draft.version)] = draft
        for draft in self._in_order():
            version = self._parse(draft)
            if version is not None:
                self._shared[Reference(draft.full_name, draft.version)] = version
        types = {}
        for name, series_drafts in sorted(drafts.items()):
            versions = [self._shared.get(Reference(draft.full_name, draft.version)) for draft in series_drafts.values()]
            shared = self._versioned(name, versions, series_drafts)
            if shared is not None:
                types[shared.full_name] = shared
        return types

    def load_event(self, series: Series) -> VersionedType | None:
        """An event with all its versions; None when a version could not be loaded."""
        drafts = self._read(series)
        memory = Memory(self._parsed.fields)
        versions = [self._parse(draft, memory) for draft in drafts.values()]
        if len(versions) < len(series.files):
            return None
        event = self._versioned(series.name, versions, drafts)
        if event is not None and not isinstance(event.latest.schema, Record):
            kind = event.latest.schema.kind
            self._problems.add(f"an event must be a record, not {kind}", drafts[event.latest.version].locator.at(""))
            return None
        return event

    def _read(self, series: Series) -> dict[int, _Draft]:
        drafts = {}
        for version, path in series.files.items():
            draft = self._read_file(series.name, version, path)
            if draft is not None:
                drafts[version] = draft
        return drafts

    def _read_file(self, series: str, version: int, path: str) -> _Draft | None:
        content = self._tree.files[path]
        known = self._parsed.texts.get(content)
        if known is not None:
            return _Draft(series, version, self._tree, path, known)
        try:
            body, source = read(content)
        except SchemaError as error:
            self._problems.add(
                error.message, self._tree.location(path, error.line or 1, error.column or 1), hint=error.hint
            )
            return None
        if not isinstance(body, dict):
            self._problems.add('must be one named type: {"type": "record", …}', self._tree.location(path))
            return None
        references = self._references(body.pop("references", []), SchemaLocator(self._tree, path, source))
        if references is None:
            return None
        text = self._parsed.texts[content] = SchemaText(source, _declared_name(body), references)
        return _Draft(series, version, self._tree, path, text, body)

    def _references(self, found: Any, locator: SchemaLocator) -> tuple[Reference, ...] | None:
        if not isinstance(found, list):
            self._problems.add("'references' must be a list", locator.at("/references"), hint=_PINNING)
            return None
        references: dict[str, Reference] = {}
        wrong = False
        for at, entry in enumerate(found):
            message = _wrong_reference(entry) or ("is referred to twice" if entry["name"] in references else None)
            if message is not None:
                self._problems.add(message, locator.at(f"/references/{at}"), hint=_PINNING)
                wrong = True
            else:
                references[entry["name"]] = Reference(entry["name"], entry["version"])
        return None if wrong else tuple(references.values())

    def _in_order(self) -> list[_Draft]:
        """Shared types so that each comes after those it refers to; cycles are reported and left out."""
        sorter: TopologicalSorter[Reference] = TopologicalSorter()
        for reference, draft in self._declared.items():
            sorter.add(reference, *(needed for needed in draft.references if needed in self._declared))
        try:
            sorter.prepare()
        except CycleError as error:
            cycle = list(reversed(error.args[1]))
            chain = " → ".join(f"{reference.name} version {reference.version}" for reference in cycle)
            draft = self._declared[min(cycle, key=lambda reference: self._declared[reference].path)]
            self._problems.add(f"the references go in a circle: {chain}", draft.locator.at("/references"))
        ordered: list[_Draft] = []
        while sorter.is_active():
            ready = sorter.get_ready()
            if not ready:
                break
            ordered.extend(self._declared[reference] for reference in ready)
            sorter.done(*ready)
        return ordered

    def _parse(self, draft: _Draft, memory: Memory | None = None) -> SchemaVersion | None:
        pinned = self._pinned(draft)
        if pinned is None:
            return None
        key = (draft.text.source, tuple([version.schema for version in pinned.values()]))
        schema = self._parsed.schemas.get(key)
        try:
            if schema is None:
                schema = self._parsed.schemas[key] = self._schema(draft, key[1], memory)
        except SchemaError as error:
            self._note(error, draft)
            return None
        return SchemaVersion(
            version=draft.version,
            file=self._tree.shown(draft.path),
            source=draft.text.source,
            schema=schema,
            references=draft.references,
            locate=SchemaLocator(self._tree, draft.path, draft.text.source, pinned),
            pinned=pinned,
        )

    def _schema(self, draft: _Draft, pinned: tuple[Schema, ...], memory: Memory | None) -> Schema:
        if draft.references not in self._types:
            self._types[draft.references] = types_of(pinned)
        return avro.parse(draft.json(), references=self._types[draft.references], memory=memory)

    def _pinned(self, draft: _Draft) -> dict[str, SchemaVersion] | None:
        """The shared types that a schema refers to; None where one is missing, and when versions of one clash."""
        known = self._pins.get(draft.references)
        if known is not None:
            return known
        pinned: dict[str, SchemaVersion] = {}
        wrong = False
        for at, reference in enumerate(draft.references):
            if reference not in self._declared:
                wrong = True
                self._note_dangling(reference, draft, at)
            elif reference not in self._shared:
                wrong = True
            else:
                pinned[reference.name] = self._shared[reference]
        if wrong or self._clash(draft):
            return None
        self._pins[draft.references] = pinned
        return pinned

    def _note_dangling(self, reference: Reference, draft: _Draft, at: int) -> None:
        short = reference.name.rpartition(".")[2]
        if (short, reference.version) in self._broken:
            return
        versions = sorted(known.version for known in self._declared if known.name == reference.name)
        place = draft.locator.at(f"/references/{at}/{'version' if versions else 'name'}")
        if versions:
            hint = f"it has {'version' if len(versions) == 1 else 'versions'} {', '.join(map(str, versions))}"
            self._problems.add(f"{reference.name} has no version {reference.version}", place, hint=hint)
        else:
            likely = nearest(reference.name, {known.name for known in self._declared})
            hint = likely or f"shared types stand in the system's folder types/, as {short}.v{reference.version}.avsc"
            self._problems.add(f"there is no shared type {reference.name}", place, hint=hint)

    def _clash(self, draft: _Draft) -> bool:
        """Whether the references lead to two versions of one type, which Avro cannot tell apart."""
        seen: dict[str, tuple[int, str]] = {}
        for at, direct in enumerate(draft.references):
            pending = [direct]
            reached: set[Reference] = set()
            while pending:
                reference = pending.pop()
                if reference in reached:
                    continue
                reached.add(reference)
                version, through = seen.setdefault(reference.name, (reference.version, direct.name))
                if version != reference.version:
                    message = (
                        f"leads to {reference.name} version {reference.version}, but {through} to version {version}"
                    )
                    hint = "pin versions that share one version of it"
                    self._problems.add(message, draft.locator.at(f"/references/{at}"), hint=hint)
                    return True
                if reference in self._shared:
                    pending.extend(self._shared[reference].references)
        return False

    def _note(self, error: SchemaError, draft: _Draft) -> None:
        hint = error.hint
        named = _at(draft.json(), error.path)
        if isinstance(named, str):
            full = named if "." in named else f"{draft.full_name.rpartition('.')[0]}.{named}"
            versions = [known.version for known in self._declared if known.name == full]
            if versions and full not in {reference.name for reference in draft.references}:
                hint = f'pin it: "references": [{{"name": "{full}", "version": {max(versions)}}}]'
        self._problems.add(error.message, draft.locator.at(error.path), hint=hint)

    def _versioned(
        self, name: str, versions: list[SchemaVersion | None], drafts: Mapping[int, _Draft]
    ) -> VersionedType | None:
        loaded = [version for version in versions if version is not None]
        if not loaded or len(loaded) < len(versions):
            return None
        latest = loaded[-1]
        full_name = getattr(latest.schema, "name", "")
        if full_name.rpartition(".")[2] != name:
            message = f"holds {full_name}, but the file is named {name}"
            hint = f'rename the file, or the type with `"aliases": ["{full_name.rpartition(".")[2]}"]`'
            self._problems.add(message, drafts[latest.version].locator.at("/name"), hint=hint)
        self._check_renames(name, loaded, drafts)
        return VersionedType(name=name, full_name=full_name, versions=tuple(loaded))

    def _check_renames(self, name: str, versions: list[SchemaVersion], drafts: Mapping[int, _Draft]) -> None:
        """A version may have an older name only when a later one lists it among its aliases."""
        later: set[str] = {name}
        for version in reversed(versions):
            short = getattr(version.schema, "name", "").rpartition(".")[2]
            if version is not versions[-1] and short not in later:
                message = f"holds {short}, a name that no later version of {name} has as an alias"
                place = drafts[version.version].locator.at("/name")
                hint = f'add `"aliases": ["{short}"]` to the version that renames it'
                self._problems.add(message, place, hint=hint, kind=Tolerable.RENAME)
            later.update(alias.rpartition(".")[2] for alias in getattr(version.schema, "aliases", ()))


def _declared_name(body: dict[str, Any]) -> str:
    name, namespace = str(body.get("name", "")), body.get("namespace")
    return f"{namespace}.{name}" if namespace and "." not in name else name


def _wrong_reference(entry: Any) -> str | None:
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
        return "a reference must name a shared type"
    if "version" not in entry:
        return f"the reference to {entry['name']} is not pinned to a version"
    version = entry["version"]
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        return f"the reference to {entry['name']} must be pinned to a version from 1, not {json.dumps(version)}"
    if len(entry) == 2:
        return None
    unknown = min(entry.keys() - {"name", "version"})
    return f"a reference has no key '{unknown}'"


def _at(node: Any, pointer: str) -> Any:
    """The JSON value at a pointer; None where there is none."""
    for token in pointer.split("/")[1:]:
        if isinstance(node, dict):
            node = node.get(token)
        elif isinstance(node, list) and token.isdigit() and int(token) < len(node):
            node = node[int(token)]
        else:
            return None
    return node
