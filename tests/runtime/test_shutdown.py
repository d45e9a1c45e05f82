"""Signals: the first asks for an orderly end, the second one ends."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from textwrap import dedent

import pytest

from eventpact.shutdown import on_signals


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_sets_the_event_and_interrupts_nothing(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    stop = threading.Event()

    with on_signals(stop) as asked:
        signal.raise_signal(number)
        assert asked.wait(60)

    assert signal.getsignal(number) is before


def test_a_block_that_ends_by_itself_leaves_no_trace() -> None:
    before = signal.getsignal(signal.SIGTERM)

    with on_signals(threading.Event()) as stop:
        pass

    assert signal.getsignal(signal.SIGTERM) is before
    assert not stop.is_set()


def test_handlers_of_before_are_called_too() -> None:
    called: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _: called.append(number))
    try:
        with on_signals(threading.Event()) as stop:
            signal.raise_signal(signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)

    assert stop.wait(60)
    assert called == [signal.SIGTERM]


def test_blocks_may_be_nested_and_all_are_told() -> None:
    with on_signals(threading.Event()) as outer, on_signals(threading.Event()) as inner:
        signal.raise_signal(signal.SIGTERM)

    assert outer.wait(60)
    assert inner.wait(60)


def run(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", dedent(program)], capture_output=True, text=True, timeout=120, check=False
    )


def test_a_signal_that_comes_while_the_main_thread_looks_at_the_event_stops_nothing_dead() -> None:
    done = run(
        """
        import signal, threading
        from eventpact.shutdown import on_signals
        with on_signals(threading.Event()) as stop:
            with stop._cond:  # as `stop.wait()` has it, for a moment
                signal.raise_signal(signal.SIGTERM)
            print(stop.wait(60), flush=True)
        """
    )

    assert (done.returncode, done.stdout) == (0, "True\n")


def test_a_signal_that_comes_while_the_main_thread_logs_stops_nothing_dead() -> None:
    done = run(
        """
        import logging, signal, threading
        from eventpact.shutdown import close_on_signal, on_signals

        class Locked(logging.Handler):
            held = threading.Lock()  # as libraries have one that keep or send what is logged

            def emit(self, record):
                with self.held:
                    pass

        logging.basicConfig(level=logging.INFO, handlers=[Locked()])
        with on_signals(threading.Event()) as stop:
            with Locked.held:
                signal.raise_signal(signal.SIGTERM)
            print(stop.wait(60), flush=True)
        close_on_signal(lambda timeout: print("closed", flush=True), 3.0)
        with Locked.held:
            signal.raise_signal(signal.SIGTERM)
        threading.Event().wait(60)
        """
    )

    assert (done.returncode, done.stdout) == (-signal.SIGTERM, "True\nclosed\n")


def test_a_second_signal_ends_the_process_at_once() -> None:
    done = run(
        """
        import signal, threading
        from eventpact.shutdown import on_signals
        with on_signals(threading.Event()):
            signal.raise_signal(signal.SIGTERM)
            print("still here", flush=True)
            signal.raise_signal(signal.SIGTERM)
            print("too late", flush=True)
        """
    )

    assert done.returncode == -signal.SIGTERM
    assert done.stdout == "still here\n"


def test_closing_on_a_signal_hands_it_to_the_handler_of_before() -> None:
    done = run(
        """
        import signal, sys, threading
        from eventpact.shutdown import close_on_signal
        ended = threading.Event()
        signal.signal(signal.SIGTERM, lambda *_: ended.set())
        close_on_signal(lambda timeout: print("closed within", timeout, flush=True), 3.0)
        signal.raise_signal(signal.SIGTERM)
        while not ended.wait(0.01):
            pass
        print("the handler of before", flush=True)
        """
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout == "closed within 3.0\nthe handler of before\n"


def test_what_is_closed_on_a_signal_comes_before_the_end() -> None:
    done = run(
        """
        import signal, threading
        from eventpact.shutdown import close_on_signal
        close_on_signal(lambda timeout: print("first", flush=True), 3.0)
        close_on_signal(lambda timeout: print("second", flush=True), 3.0)
        signal.raise_signal(signal.SIGTERM)
        threading.Event().wait(60)
        """
    )

    assert done.returncode == -signal.SIGTERM
    assert done.stdout == "second\nfirst\n"
