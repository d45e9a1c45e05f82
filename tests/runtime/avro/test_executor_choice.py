"""Which executor runs: the native one where it fits, what `EVENTPACT_CODEC` says, and what is said when it cannot."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from eventpact import avro
from eventpact.avro import executor
from eventpact.errors import SettingsError


def absent(name: str) -> Any:
    raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def broken(name: str) -> Any:
    raise ImportError(f"{name}.so: undefined symbol")


def version(number: str) -> Any:
    return lambda name: SimpleNamespace(__name__=name, __version__=number)


def select(wanted: str | None, importer: Any) -> str:
    return executor.select(wanted, lambda: executor.fitting(importer))


def test_the_native_executor_is_chosen_where_it_fits() -> None:
    assert select(None, version(executor.NATIVE_VERSION)) == "native"


def test_without_the_extension_python_runs_and_nothing_is_said() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert select(None, absent) == "python"


def test_an_extension_of_another_version_is_passed_over_with_a_warning_that_says_what_to_do() -> None:
    with pytest.warns(RuntimeWarning) as caught:
        assert select(None, version("9.8.7")) == "python"

    assert str(caught[0].message) == (
        f"codecs run in Python: eventpact-native is 9.8.7, this runtime works with {executor.NATIVE_VERSION}; "
        f"run `pip install eventpact-native=={executor.NATIVE_VERSION}`"
    )


def test_an_extension_that_does_not_load_is_passed_over_with_a_warning() -> None:
    with pytest.warns(RuntimeWarning, match=r"does not load here \(eventpact_native.so: undefined symbol\)"):
        assert select(None, broken) == "python"


@pytest.mark.parametrize("importer", [absent, broken, version("9.8.7"), version(executor.NATIVE_VERSION)])
def test_python_can_always_be_forced(importer: Any) -> None:
    assert select("python", importer) == "python"


@pytest.mark.parametrize(
    ("importer", "says"),
    [
        (
            absent,
            'EVENTPACT_CODEC=native: eventpact-native is not installed; run `pip install "eventpact\\[native\\]"`',
        ),
        (broken, "EVENTPACT_CODEC=native: eventpact-native does not load here"),
        (version("9.8.7"), "EVENTPACT_CODEC=native: eventpact-native is 9.8.7, this runtime works with"),
    ],
)
def test_forced_where_it_cannot_run_it_says_why_and_what_to_do(importer: Any, says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        select("native", importer)


def test_another_name_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"EVENTPACT_CODEC=rust: expected python or native"):
        select("rust", absent)


def test_a_codec_may_have_an_executor_of_its_own() -> None:
    for name in executor.available():
        codec = avro.Codec(avro.parse('"string"'), executor=name)

        assert codec.executor == name
        assert codec.decode(codec.encode("ä")) == "ä"


def test_a_codec_refuses_an_executor_that_is_none() -> None:
    with pytest.raises(SettingsError, match="executor='fortran': expected python or native"):
        avro.Codec(avro.parse('"string"'), executor="fortran")  # type: ignore[arg-type]  # what a typo does


@pytest.mark.parametrize("name", executor.available())
def test_the_variable_decides_for_a_process(name: str) -> None:
    code = "from eventpact import avro; print(avro.Codec(avro.parse('\"int\"')).executor, avro.executor.chosen())"

    ran = subprocess.run(
        [sys.executable, "-c", code],
        check=False,
        env={**os.environ, "EVENTPACT_CODEC": name},
        capture_output=True,
        text=True,
    )

    assert ran.stdout.split() == [name, name], ran.stderr


@pytest.mark.parametrize(
    ("name", "kind"), [("python", "function"), ("native", "builtin_function_or_method")][: len(executor.available())]
)
def test_a_generated_packages_contract_calls_the_executor_itself(name: str, kind: str) -> None:
    code = "from bookshop_events import OrderPlaced; print(type(OrderPlaced.contract.encode).__name__)"
    package = Path(__file__).parents[2] / "codegen" / "golden" / "bookshop"
    environment = {**os.environ, "EVENTPACT_CODEC": name, "PYTHONPATH": str(package)}

    ran = subprocess.run([sys.executable, "-c", code], check=False, env=environment, capture_output=True, text=True)

    assert ran.stdout.strip() == kind, ran.stderr


def test_a_wrong_variable_stops_the_first_codec() -> None:
    code = "from eventpact import avro; avro.Codec(avro.parse('\"int\"'))"

    ran = subprocess.run(
        [sys.executable, "-c", code],
        check=False,
        env={**os.environ, "EVENTPACT_CODEC": "c"},
        capture_output=True,
        text=True,
    )

    assert ran.stderr.splitlines()[-1] == "eventpact.errors.SettingsError: EVENTPACT_CODEC=c: expected python or native"
