"""Contracts from a schema registry and, where there is one, a Kafka cluster.

Subjects are put on topics by what their names say (`subject_names`); what other subjects refer to is a shared type.
A registry cannot tell which topics the records of RecordNameStrategy go to: `Wishes.places` says it, and without that
they are put on a run-time topic named after their namespace, which no plan creates.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from eventpact.subjects import SubjectStrategy
from eventpact_registry.contracts.layout import TYPES_FOLDER
from eventpact_registry.contracts.model import Mode
from eventpact_registry.importers.clusters import ClusterTopics
from eventpact_registry.importers.drafts import Imported, Note, SystemDraft, TopicDraft
from eventpact_registry.importers.owners import owned, system_owner
from eventpact_registry.importers.shelved import read_subjects
from eventpact_registry.importers.subject_names import is_topic_name, read_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from eventpact_registry.client import RegistryClient
    from eventpact_registry.importers.drafts import Wishes
    from eventpact_registry.importers.shelved import Subject
    from eventpact_registry.plan import Cluster

_RUN_TIME: Final = "{tenant_id}"


def from_registry(
    client: RegistryClient,
    cluster: Cluster | None,
    wishes: Wishes,
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Imported:
    """A draft of one system from what a registry and a cluster hold of it.

    Raises:
        RegistryError: the registry could not be asked.
        BrokerError: the cluster could not be asked.
        ContractError: nothing is selected, or the records have no namespace in common.
    """
    notes: list[Note] = []
    default = client.default_level()
    subjects = read_subjects(client, wishes, notes)
    known = ClusterTopics(cluster, notes)
    arranged = _Arranged(subjects, wishes, default, notes)
    name, namespace = wishes.named(arranged.full_names())
    owner = system_owner(wishes.owner, [each.owner for each in arranged.types], arranged.event_owners())
    drafts = arranged.topics(namespace, owner)
    topics = []
    for done, draft in enumerate(drafts, 1):
        topics.append(known.completed(draft))
        on_progress(done, len(drafts))
    topics += known.without_events(wishes, [topic.name for topic in topics])
    _note_type_levels(arranged.types, topics, default, notes)
    notes.extend(
        Note(each.name, f"its owner is {each.owner}; shared types are the system's, whose owner is {owner}")
        for each in arranged.types
        if each.owner not in {None, owner}
    )
    system = SystemDraft(
        name=name,
        namespace=namespace,
        topic_name=wishes.topic_name,
        owner=owner,
        topics=tuple(sorted(topics, key=lambda topic: topic.name)),
        types=tuple(subject.series for subject in arranged.types),
    )
    return Imported(system, tuple(notes))


class _Arranged:
    """Subjects as shared types and as events on topics."""

    def __init__(self, subjects: Mapping[str, Subject], wishes: Wishes, default: Mode, notes: list[Note]) -> None:
        self._subjects = subjects
        self._wishes = wishes
        self._default = default
        self._notes = notes
        self._referenced = {needed for subject in subjects.values() for needed in subject.needs}
        self._on_topics: dict[str, list[tuple[SubjectStrategy, Subject]]] = {}
        """By the topic's name; empty for records whose topic nobody knows."""
        types: set[str] = set()
        for name, subject in sorted(subjects.items()):
            if wishes.in_namespace(subject.series.full_name) and self._arrange(subject):
                types.add(name)
        self._one_strategy_a_topic()
        self._one_topic_an_event()
        self.types = self._types_among(types)
        """Shared types, in order of name."""
        self._only_whole()

    def full_names(self) -> Iterable[str]:
        """The full name of every record and type that is imported."""
        for subject in (*self.types, *(each for events in self._on_topics.values() for _, each in events)):
            yield subject.series.full_name

    def event_owners(self) -> list[str | None]:
        """Whose each event is."""
        return [subject.owner for events in self._on_topics.values() for _, subject in events]

    def topics(self, namespace: str, system_owner: str | None) -> list[TopicDraft]:
        """The topics that carry events."""
        unplaced = self._on_topics.pop("", [])
        for _, subject in unplaced:
            inner = subject.series.full_name.removeprefix(f"{namespace}.").rpartition(".")[0]
            topic = f"{inner or 'events'}.{_RUN_TIME}"
            self._on_topics.setdefault(topic, []).append((SubjectStrategy.RECORD_NAME, subject))
            text = f"its subject does not tell its topic: put on {topic}, a guess; say it with --place"
            self._notes.append(Note(subject.name, text))
        return [self._topic(name, events, system_owner) for name, events in sorted(self._on_topics.items())]

    def _topic(
        self, name: str, events: Sequence[tuple[SubjectStrategy, Subject]], system_owner: str | None
    ) -> TopicDraft:
        draft = TopicDraft(
            name=name,
            events=tuple(subject.series for _, subject in sorted(events, key=lambda each: each[1].series.name)),
            compatibility=self._level(name, [subject for _, subject in events]),
            strategy=events[0][0],
        )
        owners = {subject.name: subject.owner for _, subject in events}
        return owned(draft, owners, system_owner, self._wishes.owner, self._notes)

    def _arrange(self, subject: Subject) -> bool:
        """Put a subject on its topic; whether it is a shared type instead."""
        full_name = subject.series.full_name
        named = read_name(subject.name, full_name)
        place = self._wishes.place_of(full_name)
        if subject.name in self._referenced or place == TYPES_FOLDER:
            if subject.name != full_name:
                self._note(subject, f"a shared type: it will be registered anew as {full_name}")
            return True
        if named is None:
            self._note(subject, f"left out: no strategy names a subject of {full_name} so")
        elif named.topic is None:
            if subject.kind != "record":
                return True
            if place is not None or not self._wishes.topics:
                self._put(place or "", named.strategy, subject)
            else:
                self._note(subject, "left out: its subject does not tell its topic; say it with --place")
        elif subject.kind != "record":
            self._note(subject, f"left out: an event is a record, not {subject.kind}")
        elif not is_topic_name(named.topic):
            self._note(subject, "left out: what its name says of a topic cannot be a topic's name")
        else:
            self._put(named.topic, named.strategy, subject)
        return False

    def _put(self, topic: str, strategy: SubjectStrategy, subject: Subject) -> None:
        if self._wishes.wants_topic(topic) or not topic:
            self._on_topics.setdefault(topic, []).append((strategy, subject))

    def _one_strategy_a_topic(self) -> None:
        for topic, events in self._on_topics.items():
            strategies = {strategy for strategy, _ in events}
            if len(strategies) == 1:
                continue
            # `TOPIC-EVENT` is the one that has room for all of them.
            kept = max(strategies, key=lambda strategy: (strategy is SubjectStrategy.TOPIC_RECORD_NAME, str(strategy)))
            for strategy, subject in events:
                if strategy is not kept:
                    self._note(subject, f"left out: other subjects of {topic} follow {kept}, and a topic has one")
            self._on_topics[topic] = [each for each in events if each[0] is kept]

    def _one_topic_an_event(self) -> None:
        seen: dict[str, str] = {}
        for topic, events in sorted(self._on_topics.items()):
            kept = []
            for strategy, subject in events:
                first = seen.setdefault(subject.series.name, subject.name)
                if first == subject.name:
                    kept.append((strategy, subject))
                else:
                    self._note(
                        subject, f"left out: {first} has an event {subject.series.name} too; a name is one event"
                    )
            self._on_topics[topic] = kept

    def _types_among(self, found: set[str]) -> list[Subject]:
        """The shared types; with a choice of topics, those that the chosen events need."""
        if self._wishes.topics:
            found &= self._needed_by(subject for events in self._on_topics.values() for _, subject in events)
        types: dict[str, Subject] = {}
        for name in sorted(found):
            subject = self._subjects[name]
            first = types.setdefault(subject.series.name, subject)
            if first is not subject:
                self._note(subject, f"left out: {first.name} has its short name, and files are named by it")
        return [types[name] for name in sorted(types)]

    def _needed_by(self, subjects: Iterable[Subject]) -> set[str]:
        pending = list(subjects)
        found: set[str] = set()
        while pending:
            for name in pending.pop().needs - found:
                found.add(name)
                if name in self._subjects:
                    pending.append(self._subjects[name])
        return found

    def _only_whole(self) -> None:
        """Leave out what refers to something that is left out, again and again until all is whole."""
        before, now = -1, self._count()
        while before != now:
            known = {subject.name for subject in self.types}
            self.types = [subject for subject in self.types if self._is_whole(subject, known)]
            for topic, events in list(self._on_topics.items()):
                kept = [each for each in events if self._is_whole(each[1], known)]
                self._on_topics[topic] = kept
                if not kept:
                    del self._on_topics[topic]
            before, now = now, self._count()

    def _count(self) -> int:
        return len(self.types) + sum(map(len, self._on_topics.values()))

    def _is_whole(self, subject: Subject, known: set[str]) -> bool:
        missing = sorted(subject.needs - known)
        if missing:
            why = "which is left out too, or in another namespace"
            self._note(subject, f"left out: it refers to {missing[0]}, {why}")
        return not missing

    def _level(self, topic: str, subjects: Sequence[Subject]) -> Mode:
        """The level that most of a topic's subjects have."""
        levels = Counter(subject.level or self._default for subject in subjects)
        level = max(sorted(levels), key=lambda each: levels[each])
        for subject in subjects:
            if subject.level is None:
                text = f"has no compatibility level of its own; the contract says {level}, as {topic} has it"
                self._note(subject, text)
            elif subject.level is not level:
                self._note(subject, f"has the level {subject.level}; a topic has one, and the contract says {level}")
        return level

    def _note(self, subject: Subject, text: str) -> None:
        self._notes.append(Note(subject.name, text))


def _note_type_levels(types: Sequence[Subject], topics: Sequence[TopicDraft], default: Mode, notes: list[Note]) -> None:
    """A shared type has its topics' level where these agree; where the registry says another, a plan will change it."""
    modes = {topic.compatibility for topic in topics if topic.events}
    expected = modes.pop() if len(modes) == 1 else Mode.BACKWARD_TRANSITIVE
    for subject in types:
        if subject.level is not expected:
            said = subject.level or f"no level of its own, so {default}"
            notes.append(Note(subject.name, f"a shared type with {said}; contracts give it {expected}"))
