"""Regular expressions in contract files."""

import time

import pytest

from eventpact_registry.contracts.patterns import check_pattern, matches

from .building import SYSTEM, problems


def test_the_whole_text_has_to_match() -> None:
    assert matches("a|b+", "bb")
    assert not matches("a|b+", "ba")
    assert not matches("a", "a\n")


def test_a_pattern_that_would_take_for_ever_elsewhere_ends_at_once() -> None:
    started = time.process_time()

    assert not matches("(a+)+b", "a" * 249)
    assert time.process_time() - started < 1


@pytest.mark.parametrize("pattern", ["(", "a)|(b", "(?=a)", "(a)\\1", "a{1000}{1000}{1000}", "x" * 251])
def test_what_cannot_be_matched_in_linear_time_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"is no regular expression: \S|has 251 characters"):
        check_pattern(pattern)


def test_a_wrong_pattern_of_a_system_is_a_problem_with_its_place() -> None:
    assert problems({"shop/system.yaml": SYSTEM + "topic-pattern: 'shop.('\n"}) == [
        "shop/system.yaml:6:16: 'topic-pattern' is no regular expression: unclosed group"
    ]
