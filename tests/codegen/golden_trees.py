"""The golden trees: what each target makes of the systems in `contracts`, kept for reading and compared byte by byte.

`python -m tests.codegen.golden_trees` writes all of them anew after a wanted change.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, NamedTuple

from eventpact_codegen import Report, generate
from eventpact_codegen.pydantic.target import PYDANTIC
from eventpact_codegen.python.target import PYTHON
from eventpact_codegen.target import Target
from eventpact_codegen.typescript.target import TYPESCRIPT
from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.contracts.source import DirectorySource
from tests.codegen.packages import CONTRACTS, GOLDEN


class Tree(NamedTuple):
    target: Target[Any]
    folder: Path
    systems: tuple[str, ...] | None = None
    """All where none are named."""

    def generate(self, *, check: bool) -> Report:
        repository = ContractRepository.load(DirectorySource(CONTRACTS))
        return generate(repository, self.folder, systems=self.systems, check=check, target=self.target)


TREES: Final = {
    "python": Tree(PYTHON, GOLDEN),
    # The torture contracts differ from those of `python` as the bookshop's do; a test makes and runs them.
    "pydantic": Tree(PYDANTIC, GOLDEN / "pydantic", ("bookshop",)),
    "typescript": Tree(TYPESCRIPT, GOLDEN / "typescript"),
}

if __name__ == "__main__":
    for tree in TREES.values():
        tree.generate(check=False)
