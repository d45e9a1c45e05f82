"""`eventpact import`: contracts made from what there is already."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from eventpact_cli.explaining import Explained, ExplainedGroup
from eventpact_cli.importing import finish, import_options, wishes_from
from eventpact_cli.options import brokers_option, registry_option


@click.group("import", cls=ExplainedGroup)
def import_() -> None:
    """Make contracts of what there is already: one system a run, and nothing that is there is overwritten.

    Examples:
      eventpact import registry --registry http://localhost:8081 --brokers localhost:9092
      eventpact import avsc schemas/
      eventpact import asyncapi asyncapi.yaml
      eventpact import python shop.events --namespace com.example.shop
    """


@import_.command("registry", cls=Explained)
@registry_option
@brokers_option
@click.option("--only", type=click.Choice(["schemas"]), help="Leave the cluster alone and unasked.")
@import_options
def from_a_registry(
    *, registry: str | None, brokers: str | None, only: str | None, out: Path, quiet: bool, **said: Any
) -> None:
    """Make contracts of a schema registry's subjects and a cluster's topics; nothing is changed on either.

    Subjects are put on topics by their names; what other subjects refer to becomes a shared type. What neither a
    registry nor a cluster knows - keys, groups, owners, what a topic is for - is left to be said, and lint asks for it.
    A plan of the result against the same registry and cluster is empty, or a note says why not.

    Examples:
      eventpact import registry --registry http://localhost:8081 --brokers localhost:9092
      eventpact import registry --namespace io.quikapp --topic-name 'QuikApp.{topic}' --topics 'QuikApp.*'
      eventpact import registry --only schemas --namespace io.caas --place 'io.caas.chat.*=chat.{tenant_id}'
    """
    from eventpact_cli.connecting import connected
    from eventpact_cli.console import progress
    from eventpact_registry.importers.registry import from_registry

    wishes = wishes_from(said)
    with connected(brokers, registry, only) as link, progress("Reading") as bar:
        if link.registry is None:
            raise TypeError("the registry is never left out")
        task = bar.add_task("", total=None)
        imported = from_registry(
            link.registry, link.topics, wishes, lambda done, total: bar.update(task, completed=done, total=total)
        )
    finish(imported, out, quiet=quiet)


@import_.command("avsc", cls=Explained)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True), metavar="PATH...")
@click.option(
    "--by-folder",
    is_flag=True,
    help="One topic a folder, named after it, instead of one an event; a folder `types` holds shared types.",
)
@import_options
def from_schema_files(*, paths: tuple[Path, ...], by_folder: bool, out: Path, quiet: bool, **said: Any) -> None:
    """Make contracts of .avsc files, or of all that stand in folders.

    NAME.v2.avsc, NAME-v2.avsc and NAME_v2.avsc are version 2 of NAME; a file without a number is the only version. What
    files use by name of each other, or define alike, becomes a shared type; every other record is an event.

    Examples:
      eventpact import avsc schemas/
      eventpact import avsc schemas/ --by-folder --system shop --namespace com.example.shop
      eventpact import avsc OrderPlaced.avsc Money.avsc --place 'com.example.*=orders'
    """
    from eventpact_cli.console import progress
    from eventpact_registry.importers.avsc import from_avsc

    wishes = wishes_from(said)
    with progress("Reading") as bar:
        task = bar.add_task("", total=None)
        imported = from_avsc(
            paths,
            wishes,
            by_folder=by_folder,
            on_progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    finish(imported, out, quiet=quiet)


@import_.command("asyncapi", cls=Explained)
@click.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE...",
)
@import_options
def from_asyncapi_documents(*, files: tuple[Path, ...], out: Path, quiet: bool, **said: Any) -> None:
    """Make contracts of AsyncAPI documents, versions 2 and 3, in YAML or JSON.

    A channel becomes a topic, as its Kafka binding says; a message with an Avro payload an event; a group id a consumer
    group. What `$ref` leads to is read from the document and from files below its folder, never from the network.

    Examples:
      eventpact import asyncapi asyncapi.yaml
      eventpact import asyncapi orders.yaml payments.json --system shop --namespace com.example.shop
    """
    from eventpact_cli.console import progress
    from eventpact_registry.importers.asyncapi import from_asyncapi

    wishes = wishes_from(said)
    with progress("Reading") as bar:
        task = bar.add_task("", total=None)
        imported = from_asyncapi(files, wishes, lambda done, total: bar.update(task, completed=done, total=total))
    finish(imported, out, quiet=quiet)


@import_.command("python", cls=Explained)
@click.argument("names", nargs=-1, required=True, metavar="MODULE[:CLASS]...")
@import_options
def from_python_classes(*, names: tuple[str, ...], out: Path, quiet: bool, **said: Any) -> None:
    """Make contracts of Python classes: AvroModels, dataclasses, pydantic models.

    The modules are imported, so their code runs. A module without a class gives every model that it defines. Each
    class becomes version 1 of an event; classes that others hold alike become shared types.

    Examples:
      eventpact import python shop.events:OrderPlaced
      eventpact import python shop.events --namespace com.example.shop --owner checkout
    """
    from eventpact_cli.console import progress
    from eventpact_registry.importers.python_classes import from_python

    wishes = wishes_from(said)
    with progress("Reading") as bar:
        task = bar.add_task("", total=None)
        imported = from_python(names, wishes, lambda done, total: bar.update(task, completed=done, total=total))
    finish(imported, out, quiet=quiet)
