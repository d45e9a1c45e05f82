"""Exports of offsets that are damaged, foreign, or cannot be written."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from eventpact.errors import OffsetFileError, OutputError
from eventpact.operate.offset_files import KeptOffset, KeptOffsets, read_offsets, write_offsets

if TYPE_CHECKING:
    from pathlib import Path

KEPT = KeptOffsets(
    group="indexer",
    exported_ms=1_772_352_000_123,
    offsets=(KeptOffset(topic="posted", partition=3, offset=12, time_ms=1_772_351_999_001),),
)


def damaged(file: Path, **changes: Any) -> Path:
    """An export with some of its content changed; None takes a key away."""
    write_offsets(KEPT, file)
    content = {**json.loads(file.read_text()), **changes}
    file.write_text(json.dumps({name: value for name, value in content.items() if value is not None}))
    return file


def test_an_export_comes_back_as_it_was(tmp_path: Path) -> None:
    write_offsets(KEPT, tmp_path / "offsets.json")

    assert read_offsets(tmp_path / "offsets.json") == KEPT


def test_an_export_is_readable_by_people(tmp_path: Path) -> None:
    write_offsets(KEPT, tmp_path / "offsets.json")

    assert json.loads((tmp_path / "offsets.json").read_text()) == {
        "format": "eventpact group offsets",
        "version": 1,
        "group": "indexer",
        "exported": "2026-03-01T08:00:00.123Z",
        "offsets": [{"topic": "posted", "partition": 3, "offset": 12, "time": "2026-03-01T07:59:59.001Z"}],
    }


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"format": "something else"}, "is no export of offsets"),
        ({"version": 2}, "is of version 2, this eventpact reads 1"),
        ({"group": 7}, "is a damaged export"),
        ({"exported": "yesterday"}, "is a damaged export"),
        ({"offsets": None}, "is a damaged export"),
        ({"offsets": [{"topic": "posted", "partition": 0, "time": "2026-03-01T08:00:00Z"}]}, "is a damaged export"),
        (
            {"offsets": [{"topic": "posted", "partition": 0, "offset": -1, "time": "2026-03-01T08:00:00Z"}]},
            "is a damaged export",
        ),
        (
            {"offsets": [{"topic": "posted", "partition": True, "offset": 1, "time": "2026-03-01T08:00:00Z"}]},
            "is a damaged export",
        ),
    ],
)
def test_a_file_that_is_no_export_is_refused(tmp_path: Path, changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(OffsetFileError, match=complaint):
        read_offsets(damaged(tmp_path / "offsets.json", **changes))


PLACE = {"topic": "posted", "partition": 0, "offset": 1, "time": "2026-03-01T08:00:00Z"}


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"exported": "0001-01-01T00:00:00+14:00"}, "is a damaged export.*out of range"),
        ({"exported": "2026-03-01"}, "is a damaged export.*has no zone"),
        ({"group": "\ud800"}, "is a damaged export.*surrogates"),
        ({"group": ""}, "is a damaged export.*a name is empty"),
        ({"offsets": [{**PLACE, "topic": ""}]}, "is a damaged export.*a name is empty"),
        ({"offsets": [{**PLACE, "offset": 1 << 63}]}, "is a damaged export.*out of range"),
        ({"offsets": [{**PLACE, "partition": 1 << 31}]}, "is a damaged export.*out of range"),
        ({"offsets": [PLACE, {**PLACE, "offset": 99}]}, "is a damaged export.*posted/0 is there twice"),
    ],
)
def test_a_file_that_no_cluster_can_be_asked_about_is_refused(
    tmp_path: Path, changes: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(OffsetFileError, match=complaint):
        read_offsets(damaged(tmp_path / "offsets.json", **changes))


def test_times_that_no_calendar_has_are_kept_as_numbers(tmp_path: Path) -> None:
    microseconds = replace(KEPT.offsets[0], time_ms=1_772_352_000_000_000)
    kept = replace(KEPT, offsets=(microseconds,))

    write_offsets(kept, tmp_path / "offsets.json")

    assert json.loads((tmp_path / "offsets.json").read_text())["offsets"][0]["time"] == 1_772_352_000_000_000
    assert read_offsets(tmp_path / "offsets.json") == kept


@pytest.mark.parametrize("text", ["", "[]", "{", "\x00", "[" * 200_000, '{"a":' * 200_000])
def test_a_file_of_something_else_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "offsets.json").write_text(text)

    with pytest.raises(OffsetFileError, match=r"offsets\.json is no export of offsets"):
        read_offsets(tmp_path / "offsets.json")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(OffsetFileError, match=r"missing\.json: No such file"):
        read_offsets(tmp_path / "missing.json")
    with pytest.raises(OutputError, match="the offsets were not written"):
        write_offsets(KEPT, tmp_path / "missing" / "offsets.json")
