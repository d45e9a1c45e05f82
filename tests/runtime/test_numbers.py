"""Numbers in properties."""

from __future__ import annotations

import pytest

from eventpact.errors import SettingsError
from eventpact.numbers import whole_number


@pytest.mark.parametrize(("value", "number"), [("0", 0), (" 300 ", 300), (250, 250)])
def test_a_number_may_be_text_or_a_number(value: object, number: int) -> None:
    assert whole_number("linger.ms", value) == number


@pytest.mark.parametrize("value", ["abc", "1MB", "-1", "1.5", "", "\N{SUPERSCRIPT TWO}", "9" * 5000, True, None])
def test_anything_else_is_refused_with_the_property_and_where_it_comes_from(value: object) -> None:
    with pytest.raises(SettingsError) as caught:
        whole_number("max.poll.records", value, "in Settings(consumer=…)")

    [problem] = caught.value.problems
    assert problem.startswith(f"max.poll.records='{str(value)[:50]}")
    assert problem.endswith("in Settings(consumer=…) does not fit: expected a whole number")
    assert len(problem) < 300
