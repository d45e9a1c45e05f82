"""Who is told of what: the handler driven by hand, the notifications it sends captured. Nothing leaves the process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from quikapp_events import MessageSent, MessageSentData, NotificationType, PushNotification, QuikappProducer
from quikapp_events.v1.message import MessageSent as MessageSentV1
from quikapp_events.v1.message import MessageSentData as MessageSentDataV1

from eventpact_testing.examples import examples
from notifier_service.notifier import Notifier

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact_testing import CapturedEvents, DrivenGroup, RunGroup, StepClock
    from notifier_service.settings_of_people import SettingsInMemory


@pytest.fixture
def notifier(captured_events: CapturedEvents, people: SettingsInMemory, run_group: RunGroup) -> Iterator[DrivenGroup]:
    with QuikappProducer.from_env() as producer:
        yield run_group(Notifier(producer, people))


def message(*mentions: str, author: str = "u-ada") -> MessageSent:
    return MessageSent(
        data=MessageSentData(
            message_id="m-1",
            channel_id="c-general",
            workspace_id="w-1",
            user_id=author,
            content="Lunch?",
            mentions=mentions,
        )
    )


def test_everybody_who_is_mentioned_is_told(notifier: DrivenGroup, captured_events: CapturedEvents) -> None:
    done = notifier.handle(message("u-bela", "u-chidi"))

    assert done.outcome == "handled"
    assert [sent.data.recipient_id for sent in captured_events.of(PushNotification)] == ["u-bela", "u-chidi"]
    told = captured_events.one(PushNotification, {"data.recipient_id": "u-bela"})
    assert told.data.type is NotificationType.MENTION
    assert told.data.data.message_id == "m-1"


def test_nobody_is_told_of_what_they_wrote_themselves(notifier: DrivenGroup, captured_events: CapturedEvents) -> None:
    notifier.handle(message("u-ada"))

    assert not captured_events


def test_who_has_muted_the_app_is_not_told(
    notifier: DrivenGroup, captured_events: CapturedEvents, people: SettingsInMemory
) -> None:
    people.muted.add("u-bela")

    notifier.handle(message("u-bela", "u-chidi"))

    assert captured_events.one(PushNotification).data.recipient_id == "u-chidi"


def test_messages_of_producers_that_are_not_updated_yet_are_read_too(
    notifier: DrivenGroup, captured_events: CapturedEvents
) -> None:
    old = MessageSentV1(
        data=MessageSentDataV1(
            message_id="m-2", channel_id="c", workspace_id="w", user_id="u-ada", content="Hi", mentions=("u-bela",)
        )
    )

    assert notifier.handle(old).outcome == "handled"
    assert captured_events.classes == [PushNotification]


def test_any_message_is_handled(notifier: DrivenGroup) -> None:
    assert {notifier.handle(event).outcome for event in examples(MessageSent, 50)} == {"handled"}


def test_a_message_waits_for_the_settings_service(
    notifier: DrivenGroup, people: SettingsInMemory, captured_events: CapturedEvents, retry_clock: StepClock
) -> None:
    people.away = True
    begun = notifier.begin(message("u-bela"))
    assert begun.waiting == 0.1

    people.away = False
    retry_clock.advance(0.1)

    assert begun.handled is not None
    assert begun.handled.retries == 1
    assert len(captured_events) == 1


def test_a_message_becomes_a_dead_letter_when_the_settings_service_stays_away(
    notifier: DrivenGroup, people: SettingsInMemory
) -> None:
    people.away = True

    done = notifier.handle(message("u-bela"))

    assert (done.outcome, done.waits) == ("dead-letter", (0.1, 0.2))
    assert done.dead_letter is not None
    assert done.dead_letter.exception == "builtins.ConnectionError"
    assert notifier.commits == {"QuikApp.message.sent": 1}


def test_a_repeated_message_repeats_the_ids_of_its_notifications(
    notifier: DrivenGroup, captured_events: CapturedEvents
) -> None:
    event = message("u-bela")

    notifier.handle(event)
    notifier.handle(event)

    assert len({sent.event_id for sent in captured_events.of(PushNotification)}) == 1


def test_damaged_bytes_do_not_stop_the_service(notifier: DrivenGroup) -> None:
    done = notifier.handle_record("QuikApp.message.sent", b"\x00\x00\x00\x00\x01damaged")

    assert done.outcome == "dead-letter"
    assert notifier.handle(message()).outcome == "handled"
