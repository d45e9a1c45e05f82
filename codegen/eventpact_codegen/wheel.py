"""One package's folder as a wheel or a source distribution, through hatchling in this process.

No network, no build environment, and the same bytes for the same files: archives hold sorted names, fixed permissions
and one date.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Literal

from eventpact.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Kind = Literal["wheel", "sdist"]

_DATE: Final = "SOURCE_DATE_EPOCH"
_EPOCH: Final = "1577836800"
"""2020-01-01: what files inside are dated unless the environment says otherwise."""


def build(package_dir: Path, out: Path, kind: Kind = "wheel") -> Path:
    """Make one distribution of a generated package in the folder `out`; the same package makes the same bytes.

    `SOURCE_DATE_EPOCH` (seconds since 1970, not before 1980) dates the files inside, 2020 where it is not set.

    Raises:
        OutputError: the folder holds no project, or the distribution cannot be written.
    """
    if not (package_dir / "pyproject.toml").is_file():
        raise OutputError(f"{package_dir} holds no pyproject.toml; make the package with `eventpact generate` first")
    with _dated():
        try:
            made: str
            [made] = _builder(kind)(str(package_dir.resolve())).build(
                directory=str(out.resolve()), versions=["standard"]
            )
        except OSError as error:
            raise OutputError(f"{error.filename or out}: {error.strerror}; the {kind} was not written") from error
        except (ValueError, TypeError) as error:
            raise OutputError(f"{package_dir} does not build: {error}") from error
    return out / made.rpartition(os.sep)[2]


def _builder(kind: Kind) -> Any:
    # Imported here: it takes longer than the rest of the generator, and only builds need it.
    if kind == "wheel":
        from hatchling.builders.wheel import WheelBuilder  # noqa: PLC0415 - see above

        return WheelBuilder
    from hatchling.builders.sdist import SdistBuilder  # noqa: PLC0415 - see above

    return SdistBuilder


@contextmanager
def _dated() -> Iterator[None]:
    given = os.environ.get(_DATE)
    if given is not None and not given.isdecimal():
        raise OutputError(f"{_DATE} is {given!r}; it counts seconds since 1970")
    if given is not None:
        yield
        return
    os.environ[_DATE] = _EPOCH
    try:
        yield
    finally:
        del os.environ[_DATE]
