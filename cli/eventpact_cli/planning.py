"""What `plan` and `apply` share: their options, the plan itself, and how it is shown."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, TypeVar

import click

from eventpact_cli.options import limit_option, system_option

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from eventpact.errors import Problem
    from eventpact_cli.connecting import Link
    from eventpact_registry.contracts.repository import ContractRepository
    from eventpact_registry.plan import Choices, Desired, Plan

    Form: TypeAlias = Literal["text", "json", "markdown"]

F = TypeVar("F", bound="Callable[..., Any]")

_STYLES: Final = {
    "register": "green",
    "create": "green",
    "grant": "green",
    "revoke": "bold red",
    "delete": "bold red",
}
"""Colours of changes on a terminal; what alters something that is there is yellow."""


def plan_options(command: F) -> F:
    """What a plan is asked for; `Choices` takes it together."""
    options = [
        system_option,
        click.option(
            "--select",
            multiple=True,
            metavar="GLOB",
            help="Only subjects, topics and accounts with such a name, `QuikApp.*` say; repeatable.",
        ),
        click.option(
            "--only",
            type=click.Choice(["schemas", "topics", "acls"]),
            help="Leave everything else alone and unasked.",
        ),
        click.option(
            "--acls",
            is_flag=True,
            help="Let groups and producers do on the cluster what the contracts ask for, and no more.",
        ),
        click.option(
            "--allow-repartition", is_flag=True, help="Give keyed topics more partitions, which moves most keys."
        ),
        click.option(
            "--prune",
            multiple=True,
            metavar="SOURCE",
            help="Delete what these earlier contracts (dir:PATH, git:REV) declare and the present ones do not; "
            "repeatable.",
        ),
        limit_option,
    ]
    for option in reversed(options):
        command = option(command)
    return command


def demand_sense(choices: Choices) -> Choices:
    """The choices, where they do not contradict each other; `--only acls` stands for `--acls` too."""
    from dataclasses import replace

    if choices.acls and choices.only == "schemas":
        raise click.UsageError("--acls is about the cluster, which --only schemas leaves alone: give one of them")
    return replace(choices, acls=choices.acls or choices.only == "acls")


def make_plan(contracts: Path, choices: Choices, link: Link) -> Plan:
    """Load the contracts, judge them, read what there is, and compare."""
    from dataclasses import replace

    from eventpact_cli.loading import load, only_known
    from eventpact_registry.plan import plan, read_state

    repository = load(contracts)
    only_known(repository, choices.systems)
    wanted = _wanted(repository, contracts, choices)
    broken = _broken(repository, wanted)
    state = read_state(wanted, registry=link.registry, cluster=link.topics, access=link.acls)
    made = plan(
        wanted,
        state,
        replication_factor_limit=choices.limit,
        allow_repartition=choices.allow_repartition,
    )
    return replace(made, conflicts=(*broken, *made.conflicts)) if link.registry else made


def _wanted(repository: ContractRepository, contracts: Path, choices: Choices) -> Desired:
    """What the chosen systems ask for, and what earlier contracts asked for that no system does any more."""
    from dataclasses import replace

    from eventpact_registry.contracts.repository import ContractRepository
    from eventpact_registry.contracts.source import parse_source
    from eventpact_registry.plan import desired, retired

    before = [
        desired(ContractRepository.load(parse_source(text, contracts), repository.parsed), choices.systems)
        for text in choices.prune
    ]
    wanted = replace(desired(repository, choices.systems), retired=retired(before, desired(repository)))
    return wanted.selected(choices.select)


def _broken(repository: ContractRepository, wanted: Desired) -> list[Problem]:
    """Versions among those wanted that break their subject's mode, and that nobody has approved."""
    from eventpact.errors import Problem
    from eventpact_registry.findings import Severity
    from eventpact_registry.gate import breaks

    files = {version.file for subject in wanted.subjects for version in subject.versions}
    return [
        Problem(
            f"{finding.message} ({finding.rule})",
            finding.location.file,
            finding.location.line,
            finding.location.column,
            "`eventpact check` shows a message that fails; mend it, or approve it in eventpact.yaml",
        )
        for finding in breaks(repository)
        if finding.severity is Severity.ERROR and finding.location.file in files
    ]


def show_plan(plan: Plan, form: Form) -> None:
    """Print a plan: a table for people, Markdown for a pull request, or JSON for machines."""
    from eventpact_registry.plan import as_json, as_markdown, rows, summary

    if form == "json":
        click.echo(json.dumps(as_json(plan), indent=2))
        return
    if form == "markdown":
        click.echo(as_markdown(plan), nl=False)
        return
    if plan.steps:
        from eventpact_cli.console import show_table

        shown = rows(plan)
        styles = [_STYLES.get(action, "yellow") for action, *_ in shown]
        show_table(("change", "of", "name", "detail"), shown, styles=styles)
    for conflict in plan.conflicts:
        click.echo(f"conflict: {conflict}")
    for note in plan.notes:
        click.echo(f"note: {note.about}: {note.text}")
    click.echo(summary(plan))
