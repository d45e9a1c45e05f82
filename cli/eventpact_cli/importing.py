"""What the sources of `import` share: what is said by options, and how the result is proved, written and told."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from eventpact_registry.contracts.repository import ContractRepository
    from eventpact_registry.importers.drafts import Imported, Wishes

F = TypeVar("F", bound="Callable[..., Any]")


def import_options(command: F) -> F:
    """What whoever imports says, because no source can."""
    options = [
        click.option(
            "--out",
            type=click.Path(path_type=Path, file_okay=False),
            metavar="DIR",
            default=Path("contracts"),
            show_default=True,
            help="The contracts folder that gets the system; what is there already is never changed.",
        ),
        click.option("--system", metavar="NAME", help="Name of the system.  [default: last word of the namespace]"),
        click.option(
            "--namespace",
            metavar="NAME",
            help="Import only what is in this namespace.  [default: what all records have in common]",
        ),
        click.option(
            "--topics",
            multiple=True,
            metavar="GLOB",
            help="Only topics with such a name, `QuikApp.*` say, and the types that they need; repeatable.",
        ),
        click.option(
            "--topic-name",
            metavar="TEMPLATE",
            default="{topic}",
            show_default=True,
            help="How folders become topics' names, `QuikApp.{topic}` say.",
        ),
        click.option(
            "--place",
            "places",
            multiple=True,
            metavar="GLOB=TOPIC",
            help="Put records with such a full name on a topic, `io.caas.chat.*=chat.{tenant_id}` say, or into types; "
            "repeatable.",
        ),
        click.option("--owner", metavar="TEAM", help="The team that answers for the system."),
        click.option("--quiet", is_flag=True, help="Only report what is wrong."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def wishes_from(options: dict[str, Any]) -> Wishes:
    """The options as a source takes them.

    Raises:
        click.UsageError: a value is not what its option wants.
    """
    from eventpact_registry.importers.drafts import Place, Wishes

    places = []
    for text in options["places"]:
        pattern, equals, topic = text.partition("=")
        if not (equals and pattern and topic):
            raise click.UsageError(
                f"--place '{text}': write a pattern on full names, =, and a topic", click.get_current_context()
            )
        places.append(Place(pattern, topic))
    if options["topic_name"].count("{topic}") != 1:
        raise click.UsageError("--topic-name must hold {topic} once", click.get_current_context())
    return Wishes(
        system=options["system"],
        namespace=options["namespace"],
        topics=options["topics"],
        topic_name=options["topic_name"],
        places=tuple(places),
        owner=options["owner"],
    )


def finish(imported: Imported, out: Path, *, quiet: bool) -> None:
    """Prove that the contracts load, write their files, and tell what was written and what is a guess.

    Raises:
        ContractError: they would not load; nothing was written.
        OutputError: a file is there already and different; nothing was written.
    """
    from eventpact.wording import counted
    from eventpact_cli.console import progress, show_table
    from eventpact_registry.importers.saving import prove, save
    from eventpact_registry.importers.writing import written

    files = written(imported.system)
    repository = prove(files, out)
    with progress("Writing") as bar:
        task = bar.add_task("", total=len(files))
        saved = save(files, out, lambda: bar.advance(task))
    if quiet:
        return
    show_table(("topic", "events", "versions", "partitions", "retention"), _rows(repository, imported), right=_NUMBERS)
    for text, about in _by_text(imported).items():
        more = f" and {len(about) - _NAMED:,} more" if len(about) > _NAMED else ""
        click.echo(f"note: {', '.join(about[:_NAMED])}{more}: {text}")
    breaks = _breaks(repository, imported.system.name)
    if breaks:
        text = f"versions that broke their mode when they were registered: {breaks:,}; `eventpact check` shows them"
        click.echo(f"note: {imported.system.name}: {text}, and `plan` wants an approval of each")
    written_count = sum(one.kind == "written" for one in saved)
    there = f", {len(saved) - written_count:,} there already" if written_count < len(saved) else ""
    click.echo(f"{out / imported.system.name}: {counted(written_count, 'file')} written{there}")


_NUMBERS: Final = ("events", "versions", "partitions")
_NAMED: Final = 5
"""How many things a note names before it counts them."""


def _by_text(imported: Imported) -> dict[str, list[str]]:
    """What each note is about; what several say alike is said once."""
    found: dict[str, list[str]] = {}
    for note in imported.notes:
        found.setdefault(note.text, []).append(note.about)
    return found


def _rows(repository: ContractRepository, imported: Imported) -> list[tuple[str, ...]]:
    from eventpact_registry.contracts.scalars import duration

    system = repository.systems[imported.system.name]
    rows: list[tuple[str, ...]] = [
        (
            topic.name,
            str(len(topic.events)),
            str(sum(len(event.versions) for event in topic.events.values())),
            str(topic.partitions),
            duration(topic.retention_ms),
        )
        for topic in system.topics.values()
    ]
    if system.types:
        versions = sum(len(shared.versions) for shared in system.types.values())
        rows.append(("(shared types)", str(len(system.types)), str(versions), "", ""))
    return rows


def _breaks(repository: ContractRepository, system: str) -> int:
    from eventpact_registry.findings import Severity
    from eventpact_registry.gate import breaks

    files = {
        version.file
        for name, one in repository.systems.items()
        if name == system
        for versioned in (*one.types.values(), *(event for _, event in one.events()))
        for version in versioned.versions
    }
    found = {
        finding.location.file
        for finding in breaks(repository)
        if finding.severity is Severity.ERROR and finding.location.file in files
    }
    return len(found)
