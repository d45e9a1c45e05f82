"""What is fetched for Java parts is there whole, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from eventpact_testing.java import made_whole

if TYPE_CHECKING:
    from pathlib import Path


def test_a_folder_appears_when_it_is_full(tmp_path: Path) -> None:
    target = tmp_path / "libraries"

    with made_whole(target, prefix="fetching-") as filling:
        (filling / "a.jar").write_text("jar")
        assert not target.exists()

    assert [file.name for file in target.iterdir()] == ["a.jar"]
    assert list(tmp_path.iterdir()) == [target]


def test_nothing_is_left_when_filling_fails(tmp_path: Path) -> None:
    def fill() -> None:
        with made_whole(tmp_path / "libraries", prefix="fetching-") as filling:
            (filling / "a.jar").write_text("half a j")
            raise OSError("the disk is full")

    with pytest.raises(OSError, match="disk"):
        fill()

    assert list(tmp_path.iterdir()) == []


def test_what_another_process_has_made_meanwhile_stays(tmp_path: Path) -> None:
    target = tmp_path / "libraries"

    with made_whole(target, prefix="fetching-") as filling:
        (filling / "a.jar").write_text("mine")
        target.mkdir()
        (target / "a.jar").write_text("theirs")

    assert (target / "a.jar").read_text() == "theirs"
    assert list(tmp_path.iterdir()) == [target]
