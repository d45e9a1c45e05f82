"""`eventpact dead-letters`: records that could not be handled: listed, shown, sent back, kept in archives."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from eventpact_cli import ending
from eventpact_cli.dead_letter_options import filters, letters_of, topics_option
from eventpact_cli.explaining import Explained, ExplainedGroup
from eventpact_cli.options import (
    brokers_option,
    contracts_option,
    form_option,
    personal_option,
    rate_option,
    registry_option,
)
from eventpact_cli.schema_ids import ids_option

if TYPE_CHECKING:
    from eventpact.operate.dead_letters import DeadLetter, Which
    from eventpact.operate.redriving import Redriven


@click.group("dead-letters", cls=ExplainedGroup)
def dead_letters() -> None:
    """Look at dead letters, send them back to the topics that they came from, and keep them in archives.

    Examples:
      eventpact dead-letters list --exception ValueError --since 2h
      eventpact dead-letters show QuikApp-dead-letters/0@17
      eventpact dead-letters redrive --event MessageSent --dry-run
      eventpact dead-letters redrive --event MessageSent --rate 100
      eventpact dead-letters export --out letters.avro
      eventpact dead-letters import letters.avro
    """


@dead_letters.command("list", cls=Explained)
@topics_option
@filters
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="At most so many.")
@contracts_option
@brokers_option
@registry_option
@form_option
def list_letters(
    *,
    topics: tuple[str, ...],
    which: Which,
    limit: int | None,
    contracts: Path,
    brokers: str | None,
    registry: str | None,
    form: str,
) -> None:
    """List dead letters with why they are some, without what they hold.

    Without a registry, events are not known, and --event finds none.

    Examples:
      eventpact dead-letters list
      eventpact dead-letters list --group search-indexer --exception "shop.errors.*" --since 2026-03-01
      eventpact dead-letters list --topic internal.dlq --origin "chat.messages.*" --format json
    """
    from itertools import islice

    from eventpact.operate.dead_letters import dead_since
    from eventpact_cli.console import show_table
    from eventpact_cli.unread import tell_unread

    with letters_of(contracts, topics, brokers, registry, which) as found:
        letters = list(islice(found.letters(which), limit))
    tell_unread(found.unread)
    if form == "json":
        click.echo(json.dumps([_facts(letter) for letter in letters], indent=2))
        return
    show_table(
        ("letter", "since", "event", "from", "group", "exception", "attempts", "redrives", "state"),
        [
            (
                letter.id,
                dead_since(letter),
                (letter.event or "-").rpartition(".")[2],
                letter.info.position,
                letter.info.group or "-",
                letter.info.exception.rpartition(".")[2] or letter.info.reason,
                str(letter.info.attempts),
                str(letter.info.redrives),
                "redriven" if letter.redriven else "waiting",
            )
            for letter in letters
        ],
        right=("attempts", "redrives"),
    )


@dead_letters.command(cls=Explained)
@click.argument("letter")
@personal_option
@contracts_option
@brokers_option
@registry_option
@form_option
def show(
    *, letter: str, show_personal: bool, contracts: Path, brokers: str | None, registry: str | None, form: str
) -> None:
    """Show one dead letter whole: why it is one, its headers, and its event, with personal data masked.

    LETTER is its place, as `list` prints it: TOPIC/PARTITION@OFFSET.

    Examples:
      eventpact dead-letters show QuikApp-dead-letters/0@17
    """
    from eventpact import SchemaCatalog
    from eventpact.errors import BrokerError
    from eventpact.operate.dead_letters import DeadLetters, Which
    from eventpact.operate.showing import Showing
    from eventpact.wording import printable, printable_lines
    from eventpact_cli.connecting import service_settings
    from eventpact_cli.named_topics import contracts_if_there, personal_in

    topic = letter.rpartition("/")[0]
    if not topic:
        raise click.UsageError(f"'{letter}' is no TOPIC/PARTITION@OFFSET", click.get_current_context())
    settings = service_settings(brokers, registry)
    catalog = SchemaCatalog(settings)
    showing = Showing(catalog, personal=personal_in(contracts_if_there(contracts)), show_personal=show_personal)
    found = next(DeadLetters(settings, [topic], catalog=catalog).letters(Which(ids=[letter])), None)
    if found is None:
        raise BrokerError(f"there is no dead letter {letter}: `eventpact dead-letters list` shows those that there are")
    shown = showing.shown(found.record)
    catalog.close()
    if form == "json":
        whole = {**_facts(found), "record": shown.as_json()}
        click.echo(printable_lines(json.dumps(whole, indent=2, ensure_ascii=False)))
        return
    facts = {**_facts(found), "key": shown.key, "undecodable": shown.undecodable, "raw": shown.raw}
    for name, value in facts.items():
        if value is not None:
            click.echo(f"{name:<16}{printable(str(value))}")
    for name, text in shown.headers:
        click.echo(f"{'header':<16}{printable(f'{name}: {text}')}")
    if shown.data is not None:
        click.echo(printable_lines(json.dumps(shown.data, indent=2, ensure_ascii=False)))


@dead_letters.command(cls=Explained)
@topics_option
@filters
@click.option("--letter", "ids", multiple=True, metavar="LETTER", help="This one, TOPIC/PARTITION@OFFSET; repeatable.")
@rate_option
@click.option(
    "--max-redrives",
    type=click.IntRange(min=1),
    default=3,
    show_default=True,
    help="A record that was sent back so often stays where it is.",
)
@click.option("--again", is_flag=True, help="Send back, too, what was sent back already.")
@click.option(
    "--any-topic", is_flag=True, help="Send letters wherever they say that they came from, whatever the contracts say."
)
@click.option("--dry-run", is_flag=True, help="Only say what would be sent back.")
@contracts_option
@brokers_option
@registry_option
@form_option
def redrive(
    *,
    topics: tuple[str, ...],
    which: Which,
    rate: float | None,
    max_redrives: int,
    again: bool,
    any_topic: bool,
    dry_run: bool,
    contracts: Path,
    brokers: str | None,
    registry: str | None,
    form: str,
) -> None:
    """Send dead letters back to the topics that they came from, each once.

    A record goes out as it came in: raw key and value, its own headers, the partition that its key leads to. Every
    group that reads the topic sees it again. What was sent back is marked on the dead letter topic in the same
    transaction, so a run that was stopped is finished by the next one. Exits with 1 when letters cannot go back.

    A letter says itself where it came from. It goes there only when the contract of that topic names the dead letter
    topic that it is on; --any-topic takes every letter at its word.

    Examples:
      eventpact dead-letters redrive --exception TimeoutError --dry-run
      eventpact dead-letters redrive --exception TimeoutError --rate 100
      eventpact dead-letters redrive --letter QuikApp-dead-letters/0@17 --again
    """
    from eventpact.operate.pace import Pace
    from eventpact.operate.redriving import redrive as send_back
    from eventpact_cli.console import progress
    from eventpact_cli.origins import origins_by
    from eventpact_cli.stopping import stoppable
    from eventpact_cli.unread import tell_unread

    results: dict[str, Redriven] = {}
    origins = origins_by(contracts, any_topic=any_topic)
    with letters_of(contracts, topics, brokers, registry, which) as found, stoppable() as stop:
        pace = Pace.until(rate, stop)
        with progress("sending back") as bar:
            task = bar.add_task("", total=None)
            for topic in found.topics:
                if stop.is_set():
                    break
                results[topic] = send_back(
                    found.settings,
                    topic,
                    which,
                    catalog=found.catalog,
                    max_redrives=max_redrives,
                    again=again,
                    dry_run=dry_run,
                    stop=stop,
                    pace=pace,
                    origins=origins(topic),
                    administrator=found.administrator,
                    on_letter=lambda _: bar.advance(task),
                )
        stopped = stop.is_set()
    _report(results, form, dry_run=dry_run)
    for one in results.values():
        tell_unread(one.unread)
    if stopped:
        raise click.Abort
    if any(one.looping or one.lost or one.refused for one in results.values()):
        click.get_current_context().exit(ending.FOUND)


@dead_letters.command(cls=Explained)
@topics_option
@filters
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), required=True, metavar="FILE", help="The file to write."
)
@click.option("--all", "everything", is_flag=True, help="Those too that were sent back already.")
@contracts_option
@brokers_option
@registry_option
def export(
    *,
    topics: tuple[str, ...],
    which: Which,
    out: Path,
    everything: bool,
    contracts: Path,
    brokers: str | None,
    registry: str | None,
) -> None:
    """Write dead letters to an archive (.avro) as they are on the wire, personal data included.

    Only those that wait: an archive does not know which letters were sent back before.

    Examples:
      eventpact dead-letters export --out letters.avro
      eventpact dead-letters export --event MessageSent --until 2026-03-01 --out letters.avro
    """
    from eventpact.containers import write_archive
    from eventpact.wording import counted
    from eventpact_cli.unread import tell_unread

    wanted = which if everything else replace(which, redriven=False)
    with letters_of(contracts, topics, brokers, registry, which) as found:
        written = write_archive(out, (letter.record for letter in found.letters(wanted)))
    tell_unread(found.unread)
    click.echo(f"{out}: {counted(written, 'dead letter')}")


@dead_letters.command("import", cls=Explained)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE")
@click.option("--topic", metavar="TOPIC", help="Where they go; by default to the topics that they were exported from.")
@rate_option
@ids_option
@click.option("--dry-run", is_flag=True, help="Only say what would be written.")
@brokers_option
def import_letters(
    *, file: Path, topic: str | None, rate: float | None, ids: Path | None, dry_run: bool, brokers: str | None
) -> None:
    """Write the dead letters of an archive to their topics again, each once however often this is repeated.

    Examples:
      eventpact dead-letters import letters.avro
      eventpact dead-letters import letters.avro --topic rescued-dead-letters
    """
    from eventpact_cli.connecting import cluster_settings
    from eventpact_cli.replaying import replay_archive
    from eventpact_cli.schema_ids import read_ids

    replay_archive(cluster_settings(brokers), file, topic=topic, rate=rate, ids=read_ids(ids), dry_run=dry_run)


def _report(results: dict[str, Redriven], form: str, *, dry_run: bool) -> None:
    from eventpact.wording import counted, printable
    from eventpact_cli.console import show_table

    if form == "json":
        facts = {topic: {**asdict(one), "unread": _by_name(one), "dry_run": dry_run} for topic, one in results.items()}
        click.echo(json.dumps(facts, indent=2))
        return
    rows = [(topic, to, f"{count:,}") for topic, one in results.items() for to, count in sorted(one.sent.items())]
    if rows:
        show_table(("from", "to", "letters"), rows, right=("letters",))
    for dead, one in results.items():
        for topic, count in sorted(one.refused.items()):
            stay = "stays" if count == 1 else "stay"
            why = f"no contract of {topic} names {dead} (--any-topic sends all the same)"
            click.echo(printable(f"{counted(count, 'dead letter')} of {dead} {stay}: {why}"))
        for letter in one.looping:
            click.echo(f"{letter} stays: it came back as often as --max-redrives allows")
        for letter, why in one.lost.items():
            click.echo(printable(f"{letter} stays: {why}"))
    total, already = sum(one.total for one in results.values()), sum(one.already for one in results.values())
    before = f", {already:,} sent back before" if already else ""
    click.echo(f"{counted(total, 'dead letter')} {'would be' if dry_run else ''} sent back{before}".replace("  ", " "))


def _by_name(done: Redriven) -> dict[str, int]:
    return {f"{topic}/{number}": count for (topic, number), count in done.unread.items()}


def _facts(letter: DeadLetter) -> dict[str, Any]:
    from eventpact.operate.dead_letters import dead_since

    info = letter.info
    return {
        "letter": letter.id,
        "since": dead_since(letter),
        "event": letter.event,
        "origin": info.position,
        "reason": info.reason,
        "exception": info.exception,
        "message": info.message,
        "group": info.group,
        "attempts": info.attempts,
        "redrives": info.redrives,
        "redriven": letter.redriven,
        "schema_id": info.schema_id,
        "traceparent": info.traceparent,
    }
