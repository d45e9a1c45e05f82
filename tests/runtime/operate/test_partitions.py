"""How many partitions are recommended, and that the reasons say so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventpact.operate.partitions import Load, recommend

MIB = 1024 * 1024


def test_little_traffic_needs_one_partition() -> None:
    assert recommend(Load(rate=10)).partitions == 1


@pytest.mark.parametrize(
    ("load", "partitions", "because"),
    [
        (Load(rate=100, record_bytes=MIB), 12, "100.0 MiB a second at 10.0 MiB a partition need 10"),
        (Load(rate=100_000, consumer_rate=20_000), 12, "100,000 records a second at 20,000 a consumer need 5 members"),
        (Load(rate=10, consumers=7), 8, "the largest group has 7 members"),
        (Load(rate=10, consumers=6, keys=1_000_000), 12, "twice that, 12, because partitions added later would move"),
        (Load(rate=10, consumers=5, keys=4), 4, "there are 4 keys: more partitions than that stand empty"),
    ],
)
def test_what_needs_most_decides_and_says_so(load: Load, partitions: int, because: str) -> None:
    found = recommend(load)

    assert because in "\n".join(found.reasons)
    assert found.partitions >= partitions if load.keys is None else found.partitions == partitions


def test_fewer_keys_than_the_load_needs_is_a_warning() -> None:
    found = recommend(Load(rate=10, consumers=8, keys=2))

    assert found.partitions == 2
    assert any(reason.startswith("warning: the load needs 8") for reason in found.reasons)


def test_more_replicas_than_brokers_is_a_warning() -> None:
    reasons = recommend(Load(rate=10, brokers=1)).reasons

    assert "warning: 3 replicas need as many brokers, there are 1" in reasons


@given(
    rate=st.floats(0, 1e7),
    record_bytes=st.integers(1, MIB),
    consumer_rate=st.none() | st.floats(1, 1e6),
    consumers=st.integers(1, 2000),
)
def test_no_member_is_idle_and_no_partition_takes_more_than_it_can(
    rate: float, record_bytes: int, consumer_rate: float | None, consumers: int
) -> None:
    found = recommend(Load(rate=rate, record_bytes=record_bytes, consumer_rate=consumer_rate, consumers=consumers))

    assert found.partitions >= consumers
    assert rate * record_bytes / found.partitions <= 10 * MIB
    assert consumer_rate is None or rate / found.partitions <= consumer_rate
