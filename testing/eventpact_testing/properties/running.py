"""Running a case: first what is always tried, then what hypothesis draws, shrunk to the smallest event that fails."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded

from eventpact_testing.properties.case import Violation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eventpact_testing.properties.case import Case, Trial

CI_EXAMPLES: Final = 20


def examples_of(examples: int, *, derandomize: bool = True) -> settings:
    """Settings for so many examples a case; derandomized, each run tries the same."""
    return settings(
        max_examples=examples,
        deadline=None,  # a machine's pauses are no finding
        database=None,  # a failure is repeated by its seed, wherever it happened
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        print_blob=False,
        derandomize=derandomize,
    )


PROFILES: Final[Mapping[str, settings]] = {
    "ci": examples_of(CI_EXAMPLES),
    "dev": examples_of(50, derandomize=False),
    "thorough": examples_of(1_000, derandomize=False),
}
"""Hypothesis settings by name. `ci` tries the same in every run; the others go by the run's seed."""


@dataclass(slots=True)
class Tally:
    """How many examples a case has been tried on."""

    examples: int = 0


def run(case: Case, profile: settings, seed: int | None, tally: Tally) -> None:
    """Try a case; `seed` None is for profiles that need none.

    Raises:
        Violation: it does not hold; its `value` is the smallest event found that shows it.
    """
    trial = case.prepare()
    for value in trial.always:
        _try(trial, value, tally)
    if trial.values is None:
        return

    def attempt(value: Any) -> None:
        _try(trial, value, tally)

    # Without a seed, hypothesis derives its choices from the function's name: each case gets its own.
    attempt.__name__ = attempt.__qualname__ = re.sub(r"\W", "_", f"case_{case.name}")
    chosen = settings(profile, max_examples=max(1, round(profile.max_examples * case.weight)), phases=_PHASES)
    test = chosen(given(trial.values)(attempt))
    (test if seed is None else seeded(seed)(test))()


_PHASES: Final = (Phase.generate, Phase.shrink)


def _try(trial: Trial, value: Any, tally: Tally) -> None:
    tally.examples += 1
    try:
        trial.check(value)
    except Violation as violation:
        violation.value = trial.show(value)
        raise
    except Exception as error:
        found = Violation(f"raised {type(error).__name__}: {error}")
        found.value = trial.show(value)
        raise found from error
