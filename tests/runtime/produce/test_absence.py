"""For how long no broker has been there, as far as the client's reports tell."""

from __future__ import annotations

from eventpact.produce.absence import Absence


def test_reports_that_are_repeated_add_up() -> None:
    absence = Absence()
    for now in (10.0, 12.0, 14.0):
        absence.reported(now)

    assert absence.seconds(15.0) == 5.0


def test_one_that_is_not_repeated_is_over_and_the_next_begins_anew() -> None:
    absence = Absence()
    absence.reported(10.0)
    assert absence.seconds(16.0) is None

    absence.reported(60.0)
    assert absence.seconds(61.0) == 1.0


def test_an_acknowledgement_ends_it() -> None:
    absence = Absence()
    absence.reported(10.0)
    absence.over()

    assert absence.seconds(10.0) is None
