"""`build`: a wheel from a package's folder, through hatchling in this process: no network, no build environment."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from eventpact.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_EPOCH: Final = "1577836800"  # 2020-01-01: a wheel of the same files is the same file


def build(package_dir: Path, out: Path) -> Path:
    """Make the wheel of a generated package in the folder `out`; the same package makes the same bytes.

    `SOURCE_DATE_EPOCH` (seconds since 1970) dates the files inside, 2020 where it is not set.

    Raises:
        OutputError: the folder holds no project, or the wheel cannot be written.
    """
    # Imported here: it takes longer than the rest of the generator, and only builds need it.
    from hatchling.builders.wheel import WheelBuilder  # noqa: PLC0415 - see above

    if not (package_dir / "pyproject.toml").is_file():
        raise OutputError(f"{package_dir} holds no pyproject.toml; make the package with `eventpact generate` first")
    with _dated():
        try:
            builder = WheelBuilder(str(package_dir.resolve()))
            [wheel] = builder.build(directory=str(out.resolve()), versions=["standard"])
        except OSError as error:
            raise OutputError(f"{error.filename or out}: {error.strerror}; the wheel was not written") from error
        except (ValueError, TypeError) as error:
            raise OutputError(f"{package_dir} does not build: {error}") from error
    return out / wheel.rpartition(os.sep)[2]


@contextmanager
def _dated() -> Iterator[None]:
    if "SOURCE_DATE_EPOCH" in os.environ:
        yield
        return
    os.environ["SOURCE_DATE_EPOCH"] = _EPOCH
    try:
        yield
    finally:
        del os.environ["SOURCE_DATE_EPOCH"]
