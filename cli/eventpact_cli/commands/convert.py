"""`eventpact convert`: files of events turned into others, container files and JSON lines."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Literal

import click

from eventpact_cli.explaining import Explained
from eventpact_cli.options import contracts_option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact.avro.json import Encoding
    from eventpact.avro.model import Schema

    Format = Literal["avro", "json"]

_ENDINGS: Final[dict[str, Format]] = {".avro": "avro", ".json": "json", ".jsonl": "json", ".ndjson": "json"}
_STREAM: Final = "-"
_TELL_EVERY: Final = 256
"""Records between two looks at the progress."""

_formats = click.Choice(["avro", "json"])


@click.command(cls=Explained)
@contracts_option
@click.argument("source")
@click.argument("target")
@click.option("--from", "source_format", type=_formats, help="Format of SOURCE, where its ending does not tell.")
@click.option("--to", "target_format", type=_formats, help="Format of TARGET, where its ending does not tell.")
@click.option(
    "--json",
    "encoding",
    type=click.Choice(["avro", "plain"]),
    default="avro",
    show_default=True,
    help="How JSON is written: as Avro's specification says, which loses nothing, or plain for people.",
)
@click.option("--event", metavar="EVENT", help="Whose schema: EVENT or EVENT@N, SYSTEM/EVENT where there are several.")
@click.option(
    "--schema",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    metavar="FILE",
    help="A schema file instead of --event.",
)
@click.option("--to-version", type=click.IntRange(min=1), metavar="N", help="Version of the event that TARGET gets.")
@click.option("--codec", metavar="NAME", help="Compression: deflate (default), null, snappy, zstandard, bzip2 or xz.")
@click.option("--level", type=int, metavar="N", help="Level of the compression.")
@click.option("--append", is_flag=True, help="Add to TARGET, a container file of the same schema.")
@click.option("--quiet", is_flag=True, help="Only report what is wrong.")
def convert(*, source: str, target: str, **options: Any) -> None:
    """Turn a file of events into another: container files (.avro) and JSON lines (.jsonl), of any version.

    SOURCE and TARGET are files, or - for standard input and output. A container file brings its own schema; JSON needs
    --event or --schema. With either, and with --to-version, a container file is read as that version.

    A file appears whole or not at all. The first record that is wrong ends the run with its number.

    Examples:
      eventpact convert sent.avro sent.jsonl
      eventpact convert sent.jsonl sent.avro --event quikapp/MessageSent --codec zstandard
      eventpact convert old.avro new.avro --to-version 2
      eventpact convert sent.avro - --to json --json plain
    """
    from eventpact.wording import counted

    run = _Run(source, target, options)
    written = run.convert()
    if not options["quiet"]:
        name = "standard output" if target == _STREAM else target
        click.echo(f"{name}: {counted(written, 'record')}", err=target == _STREAM)


class _Run:
    """One conversion: which formats and schemas, then record after record."""

    def __init__(self, source: str, target: str, options: dict[str, Any]) -> None:
        self._source = source
        self._target = target
        self._options = options
        self._from = _format(source, options["source_format"], "SOURCE", "--from")
        self._to = _format(target, options["target_format"], "TARGET", "--to")
        self._encoding: Encoding = options["encoding"]
        if options["event"] and options["schema"]:
            raise _usage("--event and --schema are two ways to say the same: give one")
        if self._to == "json" and (options["codec"] or options["level"] is not None or options["append"]):
            raise _usage("--codec, --level and --append are of container files, and TARGET is JSON")

    def convert(self) -> int:
        """Convert; returns how many records there were."""
        from eventpact.containers import converted

        with ExitStack() as stack:
            stream = _input(self._source, stack)
            records, writer = self._records(stream)
            reader = self._reader_schema(writer)
            writing = stack.enter_context(self._writer(reader))
            for data in _watched(converted(records, writer, reader, name=self._source), stream, self._source):
                writing.write(data)
        return int(writing.written)

    def _records(self, stream: BinaryIO) -> tuple[Iterator[bytes], Schema]:
        """The data of the source's records, and the schema that they were written with."""
        from eventpact.containers import read_data, read_json_lines

        if self._from == "avro":
            reading = read_data(stream)
            return reading, reading.schema
        schema = self._named_schema(None)
        if schema is None:
            raise _usage("JSON does not say its schema: give --event or --schema")
        return read_json_lines(stream, schema, self._encoding), schema

    def _reader_schema(self, writer: Schema) -> Schema:
        """The schema of the target: another version's, where one was asked for."""
        version = self._options["to_version"]
        if self._from == "json" and version is None:
            return writer
        return self._named_schema(version, fallback=getattr(writer, "name", None)) or writer

    def _named_schema(self, version: int | None, fallback: str | None = None) -> Schema | None:
        """The schema that was asked for by name and version; `fallback` is the full name that the source has."""
        if self._options["schema"] is not None:
            from eventpact import avro
            from eventpact.errors import ContractError, SchemaError

            if version is not None:
                raise _usage("--to-version is of an event of the contracts, not of a schema file")
            file: Path = self._options["schema"]
            try:
                return avro.parse(file.read_bytes())
            except SchemaError as error:
                raise ContractError(replace(error.problems[0], file=str(file))) from error
        event: str | None = self._options["event"]
        if event is None:
            return None if version is None else self._of_full_name(fallback, version)
        name, _, pinned = event.partition("@")
        return self._version(f"{name}@{version or pinned or 'latest'}")

    def _of_full_name(self, full_name: str | None, version: int) -> Schema:
        from eventpact.errors import ContractError, Problem
        from eventpact_cli.loading import load

        for system in load(self._options["contracts"]).systems.values():
            for _, event in system.events():
                if event.full_name == full_name:
                    return self._version(f"{system.name}/{event.name}@{version}")
        hint = "name the event with --event"
        raise ContractError(Problem(f"the contracts have no event {full_name}, which {self._source} holds", hint=hint))

    def _version(self, name: str) -> Schema:
        from eventpact_cli.loading import load
        from eventpact_registry.contracts.version_names import find_version

        return find_version(load(self._options["contracts"]), name).version.schema

    def _writer(self, schema: Schema) -> Any:
        from eventpact.containers import ContainerWriter, JsonLinesWriter

        place = sys.stdout.buffer if self._target == _STREAM else self._target
        if self._to == "json":
            return JsonLinesWriter(place, schema, self._encoding, source=self._source)
        return ContainerWriter.of_data(
            place,
            schema,
            codec=self._options["codec"] or "deflate",
            level=self._options["level"],
            append=self._options["append"],
        )


def _format(name: str, said: Format | None, what: str, option: str) -> Format:
    found = said or _ENDINGS.get(Path(name).suffix.lower())
    if found is None:
        raise _usage(f"the ending of {what} '{name}' tells no format: give {option} avro or {option} json")
    return found


def _usage(message: str) -> click.UsageError:
    return click.UsageError(message, click.get_current_context())


def _input(source: str, stack: ExitStack) -> BinaryIO:
    return sys.stdin.buffer if source == _STREAM else stack.enter_context(Path(source).open("rb"))


def _watched(records: Iterator[bytes], stream: BinaryIO, source: str) -> Iterator[bytes]:
    """The records, with a bar of the bytes read where somebody looks."""
    if source == _STREAM or not sys.stderr.isatty():
        yield from records
        return
    from eventpact_cli.console import progress

    with progress(source) as bar:
        task = bar.add_task("", total=Path(source).stat().st_size)
        for number, data in enumerate(records):
            if number % _TELL_EVERY == 0:
                bar.update(task, completed=stream.tell())
            yield data
