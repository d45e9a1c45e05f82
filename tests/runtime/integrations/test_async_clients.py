"""Inside aiokafka and FastStream, on a broker and a registry."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import aiokafka
import faststream.confluent
import faststream.kafka
import pydantic
import pytest

from eventpact import adapt
from eventpact.errors import DecodeError, EncodeError
from eventpact.integrations.aiokafka import EventDeserializer, EventSerializer, headers, key
from eventpact.integrations.faststream import EventCodec
from tests.runtime import raw
from tests.runtime.sample import Author, Noted, Posted

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from eventpact import Settings
    from eventpact_testing.broker import LocalBroker

POST = Posted(event_id="e-1", author=Author(id="a-1", name="Ada"), text="hello")


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 120))


async def send(settings: Settings, *values: Any) -> None:
    serializer = EventSerializer(settings, register="dev")
    await serializer.prepare(Posted)
    async with aiokafka.AIOKafkaProducer(bootstrap_servers=settings.brokers, value_serializer=serializer) as producer:
        for value in values:
            told = {} if value is None else {"headers": headers(value)}
            await producer.send_and_wait("sample.dead", value, key=b"k" if value is None else key(value), **told)


def consumer(settings: Settings, deserializer: EventDeserializer) -> Any:
    return aiokafka.AIOKafkaConsumer(
        "sample.dead",
        bootstrap_servers=settings.brokers,
        auto_offset_reset="earliest",
        value_deserializer=deserializer,
    )


class TestAiokafka:
    def test_events_go_through_and_come_back(self, settings: Settings) -> None:
        async def work() -> None:
            await send(settings, POST, Noted(note="n"), None)
            async with consumer(settings, EventDeserializer(settings, Posted, Noted)) as records:
                found = [await records.getone() for _ in range(3)]

            assert [record.value for record in found] == [POST, Noted(note="n"), None]
            assert found[0].key == b"a-1"
            assert found[0].headers == (("event-type", b"posted"), ("author-name", b"Ada"))

        run(work())

    def test_a_wrong_event_is_refused_before_it_is_sent(self, settings: Settings) -> None:
        with pytest.raises(EncodeError, match="text: expected"):
            run(send(settings, Posted(event_id="e", text=5)))  # type: ignore[arg-type]

    def test_a_damaged_record_raises_and_stays_the_next_one(self, settings: Settings, broker: LocalBroker) -> None:
        raw.write(broker, "sample.dead", b"no event")

        async def work() -> None:
            await send(settings, POST)
            async with consumer(settings, EventDeserializer(settings, Posted)) as records:
                for _ in range(2):
                    with pytest.raises(DecodeError, match="starts with byte 0x6e"):
                        await records.getone()

        run(work())

    def test_a_damaged_record_can_be_handed_out_as_its_error(self, settings: Settings, broker: LocalBroker) -> None:
        raw.write(broker, "sample.dead", b"no event")

        async def work() -> None:
            await send(settings, POST)
            async with consumer(settings, EventDeserializer(settings, Posted, errors="return")) as records:
                bad, good = await records.getone(), await records.getone()

            assert isinstance(bad.value, DecodeError)
            assert (bad.offset, good.value) == (0, POST)

        run(work())


class Shipped(pydantic.BaseModel):
    order_id: str


SHIPPED = adapt(
    Shipped,
    schema={"type": "record", "name": "Shipped", "fields": [{"name": "order_id", "type": "string"}]},
    topic="sample.dead",
)


@pytest.mark.parametrize("flavour", [faststream.kafka, faststream.confluent], ids=["aiokafka", "confluent"])
class TestFastStream:
    def broker(self, flavour: Any, settings: Settings, codec: EventCodec) -> Any:
        return flavour.KafkaBroker(settings.brokers, codec=codec, logger=None)

    def test_handlers_take_events_and_answer_with_events(self, flavour: Any, settings: Settings) -> None:
        broker = self.broker(flavour, settings, EventCodec(settings, Posted, Noted, register="dev"))
        seen: asyncio.Queue[Any] = asyncio.Queue()

        async def on_posted(event: Posted) -> Noted:
            await seen.put(event)
            return Noted(note=event.text)

        broker.subscriber("sample.posted", group_id="posts", auto_offset_reset="earliest")(
            broker.publisher("sample.dead")(on_posted)
        )

        async def on_noted(event: Noted) -> None:
            await seen.put(event)

        broker.subscriber("sample.dead", group_id="notes", auto_offset_reset="earliest")(on_noted)

        async def work() -> None:
            async with broker:
                await broker.start()
                await broker.publish(POST, "sample.posted", key=key(POST))
                assert [await seen.get(), await seen.get()] == [POST, Noted(note="hello")]

        run(work())

    def test_adapted_models_and_plain_messages_go_through_one_broker(self, flavour: Any, settings: Settings) -> None:
        broker = self.broker(flavour, settings, EventCodec(settings, SHIPPED, register="dev"))
        seen: asyncio.Queue[Any] = asyncio.Queue()

        async def on_any(message: Any) -> None:
            await seen.put(message)

        broker.subscriber("sample.dead", group_id="any", auto_offset_reset="earliest")(on_any)

        async def work() -> None:
            async with broker:
                await broker.start()
                for message in (Shipped(order_id="o-1"), {"plain": 1}):
                    await broker.publish(message, "sample.dead")
                assert [await seen.get(), await seen.get()] == [Shipped(order_id="o-1"), {"plain": 1}]

        run(work())

    def test_batches_are_decoded_too(self, flavour: Any, settings: Settings) -> None:
        broker = self.broker(flavour, settings, EventCodec(settings, Posted, register="dev"))
        seen: asyncio.Queue[Any] = asyncio.Queue()

        async def on_posts(events: list[Posted]) -> None:
            for event in events:
                await seen.put(event)

        broker.subscriber("sample.dead", group_id="batches", auto_offset_reset="earliest", batch=True)(on_posts)

        async def work() -> None:
            async with broker:
                await broker.start()
                await broker.publish_batch(POST, POST, topic="sample.dead")
                assert [await seen.get(), await seen.get()] == [POST, POST]

        run(work())
