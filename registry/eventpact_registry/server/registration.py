"""What becomes of a schema that a client sends: registered, found where it is already, or judged. No HTTP, no SQL."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Final

from eventpact import avro
from eventpact_registry.compatibility import DEMANDS, incompatibilities
from eventpact_registry.server import errors
from eventpact_registry.server.contexts import is_valid, split, within
from eventpact_registry.server.governance import Mode, demand_writable, in_force
from eventpact_registry.server.library import characters_of, gather
from eventpact_registry.server.pace import Pace
from eventpact_registry.server.picking import Found, is_latest, pick, visible, with_schema
from eventpact_registry.server.rows import StoredSchema

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from eventpact.avro.model import Schema
    from eventpact_registry.compatibility import Incompatibility
    from eventpact_registry.contracts.model import Mode as Level
    from eventpact_registry.server.governance import InForce
    from eventpact_registry.server.library import Gathered, Library, Prepared
    from eventpact_registry.server.limits import Limits
    from eventpact_registry.server.rows import Reference, Rows, StoredVersion
    from eventpact_registry.server.store import Store


_REFERENCE: Final = 100
"""To follow a reference takes as long as to parse so many characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A schema as a client sends it."""

    text: str
    references: tuple[Reference, ...] = ()
    schema_id: int | None = None
    """The id to register under, in IMPORT mode only."""
    version: int | None = None
    """The version to register as: the next one, or any in IMPORT mode."""
    metadata: str = ""
    """Its standard text, see `metadata`."""


@dataclass(frozen=True, slots=True)
class _Case:
    """What a registration meets: read once, and again only when something was written meanwhile."""

    subject: str
    settings: InForce
    versions: list[StoredVersion]
    live: list[StoredVersion]
    newest: StoredSchema | None
    """Of the live versions."""
    prepared: Prepared
    """The schema, with the metadata that it is registered with."""
    schema_id: int | None
    """What it has in its context already."""
    known: StoredVersion | None
    """The live version that it is."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a schema may follow; `messages` say what is in the way."""

    compatible: bool
    messages: tuple[str, ...] = ()


class Registration:
    """Takes the schemas that are sent to a store. Safe to use from several threads.

    At the pace `AT_ONCE` each call may raise `TakesLonger`.
    """

    def __init__(self, store: Store, limits: Limits, library: Library, pace: Pace = Pace.UNHURRIED) -> None:
        self._store = store
        self._limits = limits
        self._library = library
        self._pace = pace

    def register(self, subject: str, submission: Submission, *, normalize: bool) -> Found:
        """Register a schema, or find it where it is registered already.

        Raises:
            RegistryError: 409, it breaks the level in force; 42201, it is not valid; 42205, the mode forbids it;
                42208, the subject's name is not allowed.
        """
        _demand_subject(subject)
        ways = {Pace.AT_ONCE: self._register_at_once, Pace.UNHURRIED: self._register_unhurried}
        return ways[self._pace](subject, submission, normalize=normalize)

    def _register_at_once(self, subject: str, submission: Submission, *, normalize: bool) -> Found:
        """In one transaction: the connection that writes knows the pages that it wrote last, others read them again."""
        with self._store.writing(wait=False) as rows:
            sent = self._prepared(self._gathered(rows, subject, submission, normalize=normalize), submission)
            case = self._case(rows, subject, sent)
            return _known(rows, submission, case) or self._register(rows, submission, case)

    def _register_unhurried(self, subject: str, submission: Submission, *, normalize: bool) -> Found:
        """Parse while nobody waits for the database, and write only what is new."""
        began = self._store.moment()
        with self._store.reading() as rows:
            gathered = self._gathered(rows, subject, submission, normalize=normalize)
        sent = self._prepared(gathered, submission)
        with self._store.reading() as rows:
            case = self._case(rows, subject, sent)
            known = _known(rows, submission, case)
        if known is not None:
            return known
        with self._store.writing() as rows:
            if self._store.moment() != began:
                case = self._case(rows, subject, sent)
                if case.known is None:
                    _demand_references(rows, subject, sent.references)
            return self._register(rows, submission, case)

    def lookup(self, subject: str, submission: Submission, *, normalize: bool, deleted: bool) -> Found:
        """The version under which a schema is registered.

        Raises:
            RegistryError: 40401, the subject is unknown; 40403, the schema is not among its versions.
        """
        with self._store.reading() as rows:
            if not visible(rows.versions(subject), deleted=deleted):
                raise errors.subject_not_found(subject)
            gathered = self._gathered(rows, subject, submission, normalize=normalize)
        prepared = self._prepared(gathered, submission)
        context, _ = split(subject)
        with self._store.reading() as rows:
            known = visible(rows.versions(subject), deleted=deleted)
            version = self._match(rows, known, prepared, rows.schema_id(context, prepared.guid))
            if version is None:  # who looks up need not know what the registry adds to what is registered
                described = _described(in_force(rows, subject), _newest(rows, known), prepared)
                version = self._match(rows, known, described, rows.schema_id(context, described.guid))
            if version is None:
                raise errors.schema_not_found()
            return with_schema(rows, version)

    def test(self, subject: str, version: str | None, submission: Submission, *, normalize: bool) -> Verdict:
        """Whether a schema may follow one version, or (without `version`) what is there, under the level in force.

        Raises:
            RegistryError: 40402, there is no such version; 42201, 42202.
        """
        with self._store.reading() as rows:
            gathered = self._gathered(rows, subject, submission, normalize=normalize)
        prepared = self._prepared(gathered, submission)
        with self._store.reading() as rows:
            level = in_force(rows, subject).level
            live = visible(rows.versions(subject), deleted=False)
            judged = (
                live
                if version is None or (not live and is_latest(version))
                else [pick(subject, live, version, deleted=False)]
            )
            previous = list(self._parsed(rows, _schemas(rows, judged)))
        found = incompatibilities(level, prepared.schema, previous)
        return Verdict(not found, _messages(level, found, judged))

    def _case(self, rows: Rows, subject: str, sent: Prepared) -> _Case:
        settings = in_force(rows, subject)
        versions = rows.versions(subject)
        live = visible(versions, deleted=False)
        newest = _newest(rows, live)
        prepared = _described(settings, newest, sent)
        schema_id = rows.schema_id(split(subject)[0], prepared.guid)
        known = self._match(rows, live, prepared, schema_id)
        return _Case(subject, settings, versions, live, newest, prepared, schema_id, known)

    def _register(self, rows: Rows, submission: Submission, case: _Case) -> Found:
        """Inside the transaction: judge, add."""
        subject, mode, versions, known = case.subject, case.settings.mode, case.versions, case.known
        demand_writable(case.settings, subject)
        _demand_mode_for(submission, subject, mode)
        if known is not None and submission.version in (None, known.version):
            if submission.schema_id in (None, known.schema_id):
                return with_schema(rows, known)
            raise errors.overwrites(submission.schema_id)
        if mode is not Mode.IMPORT:
            self._judge(rows, case)
        following = versions[-1].version + 1 if versions else 1
        number = submission.version or following
        if number != following and mode is not Mode.IMPORT:
            raise errors.invalid_schema("Version is not one more than previous version")
        if known is not None or any(version.version == number for version in versions):
            raise errors.not_permitted(f"Subject {subject} has this schema or this version already")
        stored = _stored(rows, submission, case)
        self._library.keep(stored, case.prepared.schema, case.prepared.characters)  # the next one is judged against it
        added = rows.add_version(subject, number, stored.id)
        for version in versions:
            if version.schema_id == stored.id and version.deleted:
                rows.erase(version)
        return Found(added, stored)

    def _judge(self, rows: Rows, case: _Case) -> None:
        level = case.settings.level
        judged = case.live if DEMANDS[level].transitive else case.live[-1:]
        newest = [case.newest] if case.newest else []
        previous = list(self._parsed(rows, chain(_schemas(rows, judged[:-1]), newest)))
        found = incompatibilities(level, case.prepared.schema, previous)
        if found:
            raise errors.incompatible(case.subject, _messages(level, found, judged))

    def _match(
        self, rows: Rows, versions: Sequence[StoredVersion], prepared: Prepared, schema_id: int | None
    ) -> StoredVersion | None:
        """The version that is this schema: the same text, or the same with its references written out."""
        for version in versions:
            if version.schema_id == schema_id:
                return version
        if prepared.references or not versions:
            return None
        referring = [one for one in reversed(rows.versions_with_references(versions[0].subject)) if one in versions]
        for version, schema in zip(referring, self._parsed(rows, _schemas(rows, referring)), strict=True):
            if avro.meaning(schema) == avro.meaning(prepared.schema):
                return version
        return None

    def _gathered(self, rows: Rows, subject: str, submission: Submission, *, normalize: bool) -> Gathered:
        self._pace.demand(_REFERENCE * len(submission.references))
        return gather(rows, submission.references, split(subject)[0], normalize=normalize)

    def _prepared(self, gathered: Gathered, submission: Submission) -> Prepared:
        """The schema of a request, parsed."""
        self._pace.demand(len(submission.text) + characters_of(gathered.schemas))
        prepared = self._library.prepare(submission.text, gathered, submission.metadata)
        # A part is a character at least.
        if prepared.characters > self._limits.parts and _parts(prepared.schema) > self._limits.parts:
            raise errors.too_complex(self._limits.parts)
        return prepared

    def _parsed(self, rows: Rows, schemas: Iterable[StoredSchema]) -> Iterator[Schema]:
        """What schemas in the database are when they are parsed, as far as there is time to deal with so many."""
        characters = 0
        for stored in schemas:
            if not self._pace.waits:
                known = self._library.characters(stored)
                characters += known or 0
                self._pace.demand(characters if known else None)
            yield self._library.parsed(rows, stored)


def _known(rows: Rows, submission: Submission, case: _Case) -> Found | None:
    """The version that a schema is already, for who does not ask for an id or a version."""
    if case.known is None or submission.schema_id or submission.version:
        return None
    return with_schema(rows, case.known)


def _schemas(rows: Rows, versions: Iterable[StoredVersion]) -> Iterator[StoredSchema]:
    return (with_schema(rows, version).schema for version in versions)


def _newest(rows: Rows, versions: Sequence[StoredVersion]) -> StoredSchema | None:
    return with_schema(rows, versions[-1]).schema if versions else None


def _described(settings: InForce, newest: StoredSchema | None, prepared: Prepared) -> Prepared:
    """With the metadata that it is registered with; in IMPORT mode, with what is given."""
    if settings.mode is Mode.IMPORT:
        return prepared
    metadata = settings.metadata(prepared.metadata, newest.metadata if newest else "")
    return replace(prepared, metadata=metadata) if metadata != prepared.metadata else prepared


def _stored(rows: Rows, submission: Submission, case: _Case) -> StoredSchema:
    """The schema with its id: the one it has under another subject, the one asked for, or a new one."""
    context, _ = split(case.subject)
    known, wanted, prepared = case.schema_id, submission.schema_id, case.prepared
    if known is not None and wanted in (None, known):
        return StoredSchema(context, known, prepared.guid, prepared.text, prepared.references, prepared.metadata)
    if wanted is not None and (known is not None or rows.schema(context, wanted) is not None):
        raise errors.overwrites(wanted)
    return rows.add_schema(context, prepared, wanted)


def _demand_references(rows: Rows, subject: str, references: Sequence[Reference]) -> None:
    """Refuse a schema of which a reference was deleted since it was parsed."""
    context, _ = split(subject)
    for reference in references:
        if rows.version(within(context, reference.subject), reference.version) is None:
            raise errors.reference_not_found(reference.subject, reference.version)


def _parts(schema: Schema) -> int:
    """How many named types, fields and symbols a schema has."""
    types = avro.named_types(schema).values()
    return sum(1 + len(getattr(one, "fields", ())) + len(getattr(one, "symbols", ())) for one in types)


def _demand_subject(subject: str) -> None:
    context, name = split(subject)
    if not name or not name.isprintable() or name in ("__GLOBAL", "__EMPTY") or not is_valid(context):
        raise errors.invalid_subject(subject)


def _demand_mode_for(submission: Submission, subject: str, mode: Mode) -> None:
    if submission.schema_id is not None and mode is not Mode.IMPORT:
        raise errors.not_permitted(f"Subject {subject} is not in import mode")
    if submission.schema_id is None and mode is not Mode.READWRITE:
        raise errors.not_permitted(f"Subject {subject} is not in read-write mode")


def _messages(level: Level, found: Sequence[Incompatibility], versions: Sequence[StoredVersion]) -> tuple[str, ...]:
    """What is in the way, as the registry's clients know it: one entry a mismatch, then the version and the level."""
    if not found:
        return ()
    newest = found[0].index
    described: list[str] = []
    for one in found:
        if one.index == newest:
            reader, writer = ("new", "old") if one.new_reads else ("old", "new")
            described.append(
                f"{{errorType:'{one.mismatch.kind}', description:'The {reader} schema cannot read what the {writer} "
                f"schema wrote at path '{one.mismatch.path}': {one.mismatch.message}'}}"
            )
    return (*described, f"{{oldSchemaVersion: {versions[newest].version}}}", f"{{compatibility: '{level}'}}")
