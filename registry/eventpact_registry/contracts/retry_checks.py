"""What must hold of the retry topics that a topic names: they are there, fit to wait on, and wait longer and longer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from eventpact_registry.contracts.problems import nearest
from eventpact_registry.contracts.scalars import UNLIMITED_MS, duration

if TYPE_CHECKING:
    from eventpact_registry.contracts.layout import SystemFiles
    from eventpact_registry.contracts.model import Location, System, Topic
    from eventpact_registry.contracts.problems import Problems

_NO_RETRY: Final = "a retry topic says `purpose: retry` and `delay: 1m` in its topic.yaml"


def check_retry(topic: Topic, system: System, files: SystemFiles, problems: Problems) -> None:
    """Note what is wrong with a topic's `retry`."""
    if topic.purpose != "events":
        return
    retry = topic.retry
    if not retry.tiers:
        if retry.order != "none":
            problems.add("'order' says how tiers keep order, and there are none", topic.locate("/retry/order"))
        return
    if retry.order == "key" and not topic.key:
        message = f"'order: key' keeps the order of each key, and {topic.folder} has none"
        problems.add(message, topic.locate("/retry/order"), hint="say `order: none` for it")
    if topic.dead_letters is None:
        message = f"{topic.folder} has retry topics, but no dead letter topic for what fails on the last of them"
        problems.add(message, topic.locate("/retry/tiers"), hint="give `dead-letters`")
    before: Topic | None = None
    for number, folder in enumerate(retry.tiers):
        at = topic.locate(f"/retry/tiers/{number}")
        if folder not in files.topics:
            problems.add(f"there is no topic {folder}", at, hint=nearest(folder, files.topics) or _NO_RETRY)
        elif folder in system.topics:
            before = _check_tier(topic, system.topics[folder], before, at, problems)


def _check_tier(topic: Topic, tier: Topic, before: Topic | None, at: Location, problems: Problems) -> Topic | None:
    """The tier, for the next one to be compared with; the one before it where it says no delay."""
    if tier.purpose != "retry":
        problems.add(f"{tier.folder} is not a retry topic", at, hint=_NO_RETRY)
        return before
    strange = [name for name in tier.parameters if name not in topic.parameters]
    if strange:
        message = f"{tier.folder} needs {{{strange[0]}}}, which {topic.folder} does not have"
        problems.add(message, at, hint="records go to a retry topic that is known from their own")
    if "compact" in tier.cleanup_policy:
        message = f"{tier.folder} is compacted: a record that waits there would go when the next of its key comes"
        problems.add(message, at, hint="say `cleanup-policy: delete`")
    if tier.delay_ms is None:
        message = f"{tier.folder} does not say how long records wait on it"
        problems.add(message, at, hint="give its topic.yaml a `delay`, like `delay: 1m`")
        return before
    wait = duration(tier.delay_ms)
    if tier.retention_ms != UNLIMITED_MS and tier.retention_ms <= tier.delay_ms:
        message = f"{tier.folder} keeps records for {duration(tier.retention_ms)}, and they wait there for {wait}"
        problems.add(message, at, hint="raise its `retention`: what is removed before it was tried again is lost")
    if before is not None and tier.delay_ms <= (before.delay_ms or 0):
        said = duration(before.delay_ms or 0)
        message = f"{tier.folder} waits {wait}, which is no longer than {before.folder} before it, {said}"
        problems.add(message, at, hint="order the tiers by their delays")
    return tier
