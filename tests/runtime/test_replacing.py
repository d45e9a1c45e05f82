"""Files replaced at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from eventpact.replacing import replace_file

if TYPE_CHECKING:
    from pathlib import Path


def test_the_new_content_takes_the_place_of_the_old(tmp_path: Path) -> None:
    file = tmp_path / "kept.json"
    file.write_text("old")

    replace_file(file, "née\n")

    assert file.read_bytes() == b"n\xc3\xa9e\n"
    assert list(tmp_path.iterdir()) == [file]


def test_what_cannot_be_replaced_stands_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    folder = tmp_path / "kept.json"
    (folder / "inner").mkdir(parents=True)

    with pytest.raises(OSError, match=r"kept\.json"):
        replace_file(folder, "new")

    assert list(tmp_path.iterdir()) == [folder]
