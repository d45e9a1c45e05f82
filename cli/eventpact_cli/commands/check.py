"""`eventpact check`: every version pair judged, and what a change breaks and for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from eventpact_cli.explaining import Explained
from eventpact_cli.judging import finding_options, report, tells_changes
from eventpact_cli.options import BaseType, contracts_option

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from eventpact_registry.contracts.repository import ContractRepository
    from eventpact_registry.contracts.source import Base, Tree
    from eventpact_registry.diff.comparison import Comparison
    from eventpact_registry.findings import Finding


@click.command(cls=Explained)
@contracts_option
@click.option(
    "--against",
    type=BaseType(),
    multiple=True,
    metavar="SOURCE",
    help="A base to compare with, dir:PATH, git:REV or registry:URL: finds what was removed, rewritten or weakened "
    "since. Repeatable.",
)
@click.option(
    "--fix",
    is_flag=True,
    help="First edit what can be fixed safely in versions that no base has: defaults, aliases, the package's version.",
)
@finding_options
def check(*, contracts: Path, against: tuple[Base, ...], fix: bool, form: str, quiet: bool) -> None:
    """Judge the contracts: lint, every version pair under its topic's mode, and what changed against a base.

    Each break of data comes with a message that was really written with one version and really fails in the other, and
    with the consumer groups that it hits. Exits with 1 when there is an error.

    Of a registry, events, types and compatibility levels are compared; it knows nothing of topics.

    Examples:
      eventpact check
      eventpact check --against git:origin/main
      eventpact check --against git:origin/main --against registry:http://localhost:8081
      eventpact check --against git:HEAD --format github
      eventpact check --against git:origin/main --fix
    """
    if fix and not against:
        message = "--fix needs --against: what a base has already is never edited"
        raise click.UsageError(message, click.get_current_context())
    gate = _Gate(contracts, against, fix=fix, form=form)
    report(gate.findings, form=form, quiet=quiet, changes=gate.changes)


class _Gate:
    """Contracts and the bases that they are compared with, read once for everything that is said of them."""

    def __init__(self, contracts: Path, against: Sequence[Base], *, fix: bool, form: str) -> None:
        self._contracts = contracts
        self._against = against
        self._fix = fix
        self._compares = bool(against) and tells_changes(form)
        self._tree: Tree | None = None
        self._read: tuple[ContractRepository, list[ContractRepository]] | None = None

    def findings(self) -> list[Finding]:
        from eventpact_registry.gate import check as judge

        if self._fix:
            self._fix_files()
        found = self._found_on_two_cores()
        if found is not None:
            return found
        repository, bases = self._sides()
        return judge(repository, *bases)

    def changes(self) -> list[Comparison]:
        from eventpact_registry.diff.comparison import compare

        if not self._against:
            return []
        repository, bases = self._sides()
        return [compare(base, repository) for base in bases]

    def _fix_files(self) -> None:
        """Edit what can be fixed, and say so where it does not get in the way of a report."""
        from eventpact_cli.loading import load_base
        from eventpact_registry.fixes import fix

        def bases(repository: ContractRepository) -> list[ContractRepository]:
            return [load_base(base, repository) for base in self._against]

        for done in fix(self._contracts, bases):
            click.echo(str(done), err=True)

    def _found_on_two_cores(self) -> list[Finding] | None:
        """What is found, where two processes can find it and nobody needs the contracts afterwards."""
        from eventpact.errors import ContractError
        from eventpact_cli.loading import JUDGED
        from eventpact_registry import two_cores
        from eventpact_registry.contracts.source import DirectorySource, RegistrySource

        self._tree = DirectorySource(self._contracts).read()
        files = [base for base in self._against if not isinstance(base, RegistrySource)]
        if self._compares or len(files) < len(self._against) or not two_cores.worth_it(self._tree):
            return None
        try:
            bases = [base.read() for base in files]
        except ContractError:  # said when the contracts are known to be sound
            return None
        return two_cores.check(self._tree, *bases, tolerated=JUDGED)

    def _sides(self) -> tuple[ContractRepository, list[ContractRepository]]:
        from eventpact_cli.loading import JUDGED, load, load_base

        if self._read is None:
            repository = load(self._contracts, tolerated=JUDGED, source=self._tree)
            self._read = repository, [load_base(base, repository) for base in self._against]
        return self._read
