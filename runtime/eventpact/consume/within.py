"""Calls of the Kafka client that would wait for a cluster without end, and are given an end here."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def within(seconds: float, call: Callable[[], object], *, name: str) -> bool:
    """Whether a call returned in time, and raise what it raised by then.

    The client cannot be told to give up, so a call that takes longer is left to a thread of that name, which does not
    keep the process from ending.
    """
    raised: list[BaseException] = []

    def run() -> None:
        try:
            call()
        except BaseException as error:  # noqa: BLE001 - raised where the call was wanted
            raised.append(error)

    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        return False
    if raised:
        raise raised[0]
    return True
