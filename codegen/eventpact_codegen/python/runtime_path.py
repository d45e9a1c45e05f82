"""How a package's folder leads to the runtime, where the contracts take it from a folder instead of an index."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from eventpact.errors import ContractError, Problem

if TYPE_CHECKING:
    from eventpact_codegen.target import Place


def runtime_path(place: Place) -> str | None:
    """The policy's folder of the runtime as seen from the package's folder, or absolute where they are far apart.

    Raises:
        ContractError: the policy's path leads to no project.
    """
    if place.runtime is None:
        return None
    runtime = (place.contracts / place.runtime).resolve()
    if not (runtime / "pyproject.toml").is_file():
        problem = Problem(
            f"runtime-path leads to {runtime}, which holds no pyproject.toml",
            (place.contracts / "eventpact.yaml").as_posix(),
            hint="let it lead to a checkout of eventpact, or leave it out to take the runtime from an index",
        )
        raise ContractError(problem)
    folder = place.folder.resolve()
    if len(Path(os.path.commonpath([runtime, folder])).parts) == 1:
        return runtime.as_posix()  # they share nothing but the root: there is no place that both could move to
    return Path(os.path.relpath(runtime, folder)).as_posix()
