"""Replays as commands run them: with a bar where somebody looks, stopped by a signal, and told in one line."""

from __future__ import annotations

from hashlib import file_digest
from typing import TYPE_CHECKING

import click

from eventpact.operate.replay_sources import ArchiveSource
from eventpact.operate.replaying import Replay, name_of
from eventpact.wording import counted, printable
from eventpact_cli.console import progress
from eventpact_cli.stopping import stoppable
from eventpact_cli.unread import tell_unread

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from eventpact.settings import Settings


def archive_name(file: Path, target: str) -> str:
    """A replay's name from what is in an archive and where it goes, whatever the file is called."""
    with file.open("rb") as stream:
        return name_of("archive", file_digest(stream, "sha256").hexdigest(), target)


def replay_archive(
    settings: Settings, file: Path, *, topic: str | None, rate: float | None, ids: Mapping[int, int], dry_run: bool
) -> None:
    """Write an archive's records to a topic, or each to its own."""
    source = ArchiveSource(file)
    name = archive_name(file, topic or "")
    run(Replay(settings, source, name=name, topic=topic, rate=rate, ids=ids), total=None, dry_run=dry_run)


def run(replay: Replay, *, total: int | None, dry_run: bool) -> None:
    """Run a replay and say what it did; `total` is for the bar."""
    with stoppable() as stop, progress("replaying") as bar:
        task = bar.add_task("", total=total)
        done = replay.run(stop=stop, dry_run=dry_run, on_record=lambda _: bar.advance(task))
    verb = "would be replayed" if dry_run else "replayed"
    for topic, count in sorted(done.taken.items()):
        click.echo(f"{printable(topic)}: {counted(count, 'record')} {verb}")
    if done.passed_over:
        click.echo(f"{counted(done.passed_over, 'record')} passed over")
    if not done.taken:
        click.echo(f"Nothing to replay: {replay.name} is done" if done.resumed else "Nothing to replay")
    if not done.stopped:
        tell_unread(done.unread)
    else:
        click.echo(f"stopped; the same command goes on with replay {replay.name}", err=True)
        raise click.Abort
