"""The service as it runs: from one broker's topic to another's, its settings from the environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quikapp_events import MessageSent, MessageSentData, PushNotification, QuikappProducer

from eventpact import Settings
from notifier_service.notifier import Notifier

if TYPE_CHECKING:
    from eventpact_testing import CapturedEvents, Stack
    from notifier_service.settings_of_people import SettingsInMemory


def test_a_mention_goes_in_and_a_notification_comes_out(
    local_stack: Stack, captured_events: CapturedEvents, people: SettingsInMemory
) -> None:
    data = MessageSentData(
        message_id="m-1", channel_id="c", workspace_id="w", user_id="u-ada", content="Hi", mentions=("u-bela",)
    )

    with QuikappProducer.from_env() as producer:
        producer.send_and_wait(MessageSent(data=data))
        statistics = Notifier(producer, people).run(Settings.from_env(), max_events=1, idle_timeout=10)

    assert statistics.handled == 1
    assert captured_events.classes == [MessageSent, PushNotification]


def test_each_test_has_topics_of_its_own(local_stack: Stack, people: SettingsInMemory) -> None:
    with QuikappProducer(local_stack.settings) as producer:
        data = MessageSentData(message_id="m-2", channel_id="c", workspace_id="w", user_id="u-ada", content="")
        assert producer.send_and_wait(MessageSent(data=data)).offset == 0
