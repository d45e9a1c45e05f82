"""Old and new packages in two environments and two interpreters, talking through one broker."""

from __future__ import annotations

from pathlib import Path

from eventpact_registry.contracts.source import DirectorySource
from eventpact_testing.exchange import exchange
from tests.registry.contracts.building import SHOP, MemorySource, avsc, field

ROOT = Path(__file__).parents[3]


def test_old_and_new_packages_of_the_five_systems_read_each_other_as_their_modes_promise(tmp_path: Path) -> None:
    exchanged = exchange(DirectorySource(ROOT / "contracts"), tmp_path)

    ways = {one.event.partition("/")[0]: set[str]() for one in exchanged}
    for one in exchanged:
        assert one.holds, one
        assert one.sent > 20, one
        ways[one.event.partition("/")[0]].add("backward" if one.writer < one.reader else "forward")
    assert ways == {
        "caas": {"backward"},
        "chatplatform": {"backward", "forward"},
        "delivery": {"backward"},
        "quikapp": {"backward"},
        "showoff": {"backward", "forward"},
    }


def test_events_that_the_new_package_cannot_read_are_named_and_the_others_arrive(tmp_path: Path) -> None:
    folder = "shop/order.placed"
    was = avsc("OrderPlaced", field("orderId"), field("by", ["null", "string", "long"], default=None))
    now = avsc("OrderPlaced", field("orderId"), field("by", ["null", "string"], default=None))
    files = {**SHOP, f"{folder}/OrderPlaced.v1.avsc": was, f"{folder}/OrderPlaced.v2.avsc": now}

    [one] = exchange(MemorySource({path: text.encode() for path, text in files.items()}), tmp_path)

    assert not one.holds
    assert (one.writer, one.reader) == (1, 2)
    assert 0 < len(one.missing) < one.sent
    assert all("('long', " in missed and "version 2 has no place: " in missed for missed in one.missing)
    assert one.unexpected == ()
