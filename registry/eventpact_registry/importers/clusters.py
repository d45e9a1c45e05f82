"""Topics as a cluster has them, for drafts of topics."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from eventpact.errors import Unsupported
from eventpact_registry.importers.drafts import Note, TopicDraft

if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Literal

    from eventpact.operate.topics import TopicState
    from eventpact_registry.importers.drafts import Wishes
    from eventpact_registry.plan import Cluster

_PARAMETER: Final = re.compile(r"\{[a-z][a-z0-9_]*\}")
_PURPOSES: Final[tuple[tuple[re.Pattern[str], Literal["retry", "dead-letters"]], ...]] = (
    (re.compile(r"(?i)(^|[._-])(dlq|dlt|dead[._-]?letters?([._-]?queue)?)([._-]|$)"), "dead-letters"),
    (re.compile(r"(?i)(^|[._-])(retry|retries)([._-]|$)"), "retry"),
)
"""How people name topics that carry no events of their own."""
_OWN_KEYS: Final = frozenset({"cleanup.policy", "retention.ms"})
_CANNOT_TELL: Final = "the broker does not tell configuration (the embedded one is such): retention is a guess"


@dataclass
class ClusterTopics:
    """The topics of a cluster, asked for as they are needed; without a cluster nothing is known of any."""

    cluster: Cluster | None
    notes: list[Note]
    states: dict[str, TopicState] = field(init=False)
    _silent: bool = False

    def __post_init__(self) -> None:
        every = {} if self.cluster is None else self.cluster.states()
        self.states = {name: state for name, state in every.items() if not name.startswith("_")}

    def completed(self, topic: TopicDraft) -> TopicDraft:
        """The draft with what the cluster knows of the topic, or of the first one that a name with parameters fits."""
        pattern = _pattern(topic.name)
        name = next((name for name in sorted(self.states) if pattern.fullmatch(name)), None)
        if name is None:
            if self.cluster is not None:
                text = "the cluster has no such topic: partitions and retention are a guess"
                self.notes.append(Note(topic.name, text))
            return topic
        state = self.states[name]
        known = replace(topic, partitions=state.partitions, replication_factor=state.replication_factor or None)
        return self._configured(known, name)

    def without_events(self, wishes: Wishes, carried: Collection[str]) -> list[TopicDraft]:
        """Topics that no subject is of, where their names say what they are for; the others are noted."""
        if wishes.namespace is not None and not wishes.topics:
            return []
        patterns = [_pattern(name) for name in carried]
        found = []
        for name in sorted(self.states):
            if any(pattern.fullmatch(name) for pattern in patterns) or not wishes.wants_topic(name):
                continue
            purpose = next((purpose for words, purpose in _PURPOSES if words.search(name)), None)
            if purpose is None:
                self.notes.append(Note(name, "left out: no subject is of it, and a topic of contracts carries events"))
            else:
                self.notes.append(Note(name, f"its name says that it is for {purpose}"))
                found.append(self.completed(TopicDraft(name=name, purpose=purpose)))
        return found

    def _configured(self, topic: TopicDraft, name: str) -> TopicDraft:
        if self.cluster is None or self._silent:
            return topic
        try:
            config = self.cluster.config(name)
        except Unsupported:
            self._silent = True
            self.notes.append(Note("topics", _CANNOT_TELL))
            return topic
        policy = [part.strip() for part in config.values.get("cleanup.policy", "").split(",") if part.strip()]
        retention = config.values.get("retention.ms")
        return replace(
            topic,
            retention_ms=int(retention) if retention else None,
            cleanup_policy=tuple(sorted(policy, reverse=True)) or ("delete",),
            config={key: value for key, value in config.own.items() if key not in _OWN_KEYS},
        )


def _pattern(name: str) -> re.Pattern[str]:
    """What a topic's name fits; a parameter stands for a name as a tenant has one."""
    return re.compile("[A-Za-z0-9_-]{1,63}".join(re.escape(part) for part in _PARAMETER.split(name)))
