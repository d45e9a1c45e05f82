"""Settings of topics have values that Kafka takes."""

from eventpact_registry.rules.model import Severity, Verdict, rule
from eventpact_registry.rules.subjects import TopicSetting
from eventpact_registry.rules.topic_settings import SETTINGS, misspelt


@rule("TOPIC_CONFIG_INVALID", Severity.ERROR)
def topic_config_invalid(setting: TopicSetting) -> Verdict | None:
    """A setting under `config` has a value that Kafka refuses, or is spelled almost like one that Kafka has.

    Kafka looks at settings when a topic is made or altered: what is wrong is found in the middle of an `apply`. A
    setting that Kafka does not have and that is like none of its own is let through, because providers have their own.

    Anti-pattern: `min.insync.replicas: two`, `retention.byte: 1000`, `compression.type: lzma`.
    Best practice: plain numbers in the unit that the name ends in, and words as Kafka's documentation spells them.
    """
    check = SETTINGS.get(setting.name)
    if check is None:
        likely = misspelt(setting.name)
        return Verdict(f"Kafka's topics have no setting {setting.name}", f"write {likely}") if likely else None
    wanted = check(setting.value)
    if wanted is None:
        return None
    return Verdict(f"{setting.name} is {setting.value or 'empty'}, which Kafka refuses", f"it takes {wanted}")
