"""A service that speaks: posts three messages to QuikApp and waits until the broker has them.

Needs the package quikapp-events and the settings that `eventpact dev` prints.
"""

from __future__ import annotations

from quikapp_events import MessageSent, MessageSentData, QuikappProducer


def message(number: int) -> MessageSent:
    """A message; ids, time, type, version and metadata are filled by the runtime."""
    return MessageSent(
        data=MessageSentData(
            message_id=f"m-{number}",
            channel_id="c-general",
            workspace_id="w-1",
            user_id="u-ada",
            content=f"Hello for the {number}. time",
        )
    )


with QuikappProducer.from_env() as producer:
    for number in range(1, 4):
        delivery = producer.send_and_wait(message(number))
        print(f"message {number} is record {delivery.offset} of {delivery.topic}, partition {delivery.partition}")
