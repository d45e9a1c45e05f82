"""Which of the two executors carries out plans: straight-line Python, or the extension of `eventpact-native`.

Both give the same values, bytes, errors and messages; only the speed differs. The native one is chosen where it is
installed in the version that belongs to this runtime. `EVENTPACT_CODEC=python` or `EVENTPACT_CODEC=native` forces one,
`Codec(schema, executor=…)` does it for one codec.
"""

from __future__ import annotations

import os
import warnings
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, get_args

from eventpact.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable

Executor: TypeAlias = Literal["python", "native"]

EXECUTORS: Final[tuple[Executor, ...]] = get_args(Executor)
"""All that there are, whether they can run here or not."""

VARIABLE: Final = "EVENTPACT_CODEC"
"""The environment variable that forces one."""

NATIVE_VERSION: Final = "0.1.0"
"""The version of `eventpact-native` whose programs are those that `eventpact.avro.native` writes."""

_INSTALL: Final = 'pip install "eventpact[native]"'


class _Unusable(Exception):  # noqa: N818 - never leaves this module: it becomes a SettingsError or a warning
    """Why the extension cannot run, and what to do; `installed` tells an unfit one from none."""

    def __init__(self, message: str, *, installed: bool) -> None:
        super().__init__(message)
        self.installed = installed


@cache
def chosen() -> Executor:
    """The executor of codecs that do not name one; decided once a process, when the first codec is asked for.

    Raises:
        SettingsError: `EVENTPACT_CODEC` names none, or one that cannot run here.
    """
    return select(os.environ.get(VARIABLE), native)


def available() -> tuple[Executor, ...]:
    """Those that can run here."""
    try:
        native()
    except _Unusable:
        return ("python",)
    return EXECUTORS


def checked(executor: Executor | None) -> Executor:
    """The executor asked for, or the chosen one.

    Raises:
        SettingsError: there is none of that name, or it cannot run here.
    """
    if executor is None:
        return chosen()
    return _required(executor, f"executor={executor!r}", native)


def select(wanted: str | None, load: Callable[[], Any]) -> Executor:
    """The executor for what `EVENTPACT_CODEC` says; `load` imports the extension.

    An extension that is installed and unfit is passed over with a warning, unless it was asked for.

    Raises:
        SettingsError: as `chosen`.
    """
    if wanted:
        return _required(wanted, f"{VARIABLE}={wanted}", load)
    try:
        load()
    except _Unusable as error:
        if error.installed:
            warnings.warn(f"codecs run in Python: {error}", RuntimeWarning, stacklevel=2)
        return "python"
    return "native"


@cache
def native() -> Any:
    """The extension module, whose version fits; private to the runtime."""
    return fitting(import_module)


def fitting(importer: Callable[[str], Any]) -> Any:
    """What `importer` finds as the extension, when it is of the version that belongs to this runtime."""
    try:
        module = importer("eventpact_native")
    except ModuleNotFoundError as error:
        if error.name != "eventpact_native":
            raise
        raise _Unusable(f"eventpact-native is not installed; run `{_INSTALL}`", installed=False) from None
    except ImportError as error:
        raise _Unusable(
            f"eventpact-native does not load here ({error}); reinstall it: `{_INSTALL}`", installed=True
        ) from error
    if module.__version__ != NATIVE_VERSION:
        raise _Unusable(
            f"eventpact-native is {module.__version__}, this runtime works with {NATIVE_VERSION}; "
            f"run `pip install eventpact-native=={NATIVE_VERSION}`",
            installed=True,
        )
    return module


def _required(name: str, asked: str, load: Callable[[], Any]) -> Executor:
    match name:
        case "python":
            return "python"
        case "native":
            try:
                load()
            except _Unusable as error:
                raise SettingsError(f"{asked}: {error}") from None
            return "native"
        case _:
            raise SettingsError(f"{asked}: expected {' or '.join(EXECUTORS)}")
