"""`build`: contracts to the files that an index takes, a wheel and a source distribution a system.

The packages are generated anew into a temporary folder, so that what is built is what the contracts say, whatever lies
in `build/packages`. They take the runtime from an index: a folder of this machine (`runtime-path`) means nothing to
whoever installs them.
"""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from eventpact.errors import OutputError
from eventpact_codegen.generator import generate
from eventpact_codegen.wheel import build

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from eventpact_codegen.wheel import Kind
    from eventpact_registry.contracts.repository import ContractRepository

KINDS: Final[tuple[Kind, ...]] = ("wheel", "sdist")


@dataclass(frozen=True, slots=True)
class Artifact:
    """One file that was built."""

    system: str
    path: Path
    sha256: str
    size: int
    """Bytes."""
    was: Literal["absent", "same", "different"]
    """What stood in its place. Something different under one version is what an index refuses."""


def build_all(
    repository: ContractRepository,
    out: Path,
    *,
    systems: Iterable[str] | None = None,
    started: Callable[[str, int], None] = lambda _, __: None,
) -> tuple[Artifact, ...]:
    """Build a wheel and a source distribution for each system, into the folder `out`.

    All are made beside their places first, so that a failure leaves `out` as it was.

    Args:
        repository: the contracts.
        out: folder of the files; made when it is missing.
        systems: which ones, by name; all by default.
        started: told the name of each file's system before it is made, and how many files there will be.

    Raises:
        ContractError: contracts that cannot become Python (see `generate`).
        OutputError: a file could not be written.
    """
    portable = replace(repository, policy=replace(repository.policy, runtime_path=None))
    try:
        with tempfile.TemporaryDirectory(prefix="eventpact-") as sources:
            packages = generate(portable, Path(sources), systems=systems).packages
            out.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=".eventpact-", dir=out) as staged:
                artifacts = []
                for package in packages:
                    for kind in KINDS:
                        started(package.system, len(packages) * len(KINDS))
                        made = build(package.folder, Path(staged), kind)
                        artifacts.append(_artifact(package.system, made, out / made.name))
                for artifact in artifacts:
                    (Path(staged) / artifact.path.name).replace(artifact.path)
    except OSError as error:
        raise OutputError(f"{error.filename or out}: {error.strerror}; nothing was built") from error
    return tuple(artifacts)


def _artifact(system: str, made: Path, target: Path) -> Artifact:
    content = made.read_bytes()
    known = target.read_bytes() if target.exists() else None
    was: Literal["absent", "same", "different"] = "absent" if known is None else "different"
    return Artifact(
        system, target, hashlib.sha256(content).hexdigest(), len(content), "same" if known == content else was
    )
