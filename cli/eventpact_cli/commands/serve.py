"""`eventpact serve`: the embedded schema registry in the foreground."""

from __future__ import annotations

import gc
import logging
import sys
from pathlib import Path

import click

from eventpact_cli.explaining import Explained
from eventpact_cli.waiting import until_stopped

_COLLECTED_AFTER = 20_000
"""Objects: what a request makes goes away with it, and what stays is worth looking through rarely."""

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@click.command(cls=Explained)
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Address to listen on.")
@click.option(
    "--port", default=8081, show_default=True, type=click.IntRange(0, 65535), metavar="PORT", help="0 takes a free one."
)
@click.option(
    "--database",
    default="eventpact-registry.db",
    show_default=True,
    metavar="FILE",
    help="SQLite file that keeps the schemas; `:memory:` keeps nothing.",
)
@click.option(
    "--users",
    "users_file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Who may use it: lines of `name:role:hash`, the role being read-only or read-write.",
)
@click.option(
    "--hash",
    "secret",
    type=click.Choice(["password", "token"]),
    help="Print the hash of a password that is asked for (or read from stdin), or a new token and its hash, and end.",
)
@click.option(
    "--tls-certificate",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Serve HTTPS with this certificate (PEM, with those that vouch for it).",
)
@click.option(
    "--tls-key", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="The certificate's key (PEM)."
)
@click.option("--access-log", is_flag=True, help="Print a line for each request on stderr.")
def serve(
    *,
    host: str,
    port: int,
    database: str,
    users_file: Path | None,
    secret: str | None,
    tls_certificate: Path | None,
    tls_key: Path | None,
    access_log: bool,
) -> None:
    """Run the embedded schema registry: Confluent's REST API for Avro, judged by eventpact's own resolver.

    Without --users everybody who reaches it may write: keep it on loopback then. /metrics is for Prometheus,
    /openapi.json describes the API, /health answers probes.

    Examples:
      eventpact serve
      eventpact serve --port 0 --database :memory:
      eventpact serve --hash password
      eventpact serve --host 0.0.0.0 --users users.txt --tls-certificate tls.crt --tls-key tls.key
    """
    from eventpact_registry.server import EmbeddedRegistry, Tls, Users

    if secret is not None:
        _print_hash(secret)
        return
    if (tls_certificate is None) != (tls_key is None):
        raise click.UsageError("--tls-certificate and --tls-key belong together: give both or neither")
    tls = Tls(tls_certificate, tls_key) if tls_certificate and tls_key else None
    users = Users.read(users_file) if users_file else None
    if access_log:
        _log_requests()
    gc.freeze()
    gc.set_threshold(_COLLECTED_AFTER)
    with EmbeddedRegistry(database, host=host, port=port, users=users, tls=tls) as registry:
        if host not in _LOOPBACK and (users is None or tls is None):
            lacking = "everybody who reaches it may write" if users is None else "passwords travel readably"
            click.echo(
                f"warning: {host} is no loopback address, and {lacking}: see --users and --tls-certificate", err=True
            )
        click.echo(f"schema registry on {registry.url}, data in {database}; stop it with Ctrl-C")
        until_stopped()


def _print_hash(secret: str) -> None:
    from eventpact_registry.server.users import hash_password, new_token

    if secret == "token":  # noqa: S105 - a kind of secret, not one
        token, hashed = new_token()
        click.echo(f"token for the client: {token}\nhash for --users:     {hashed}")
        return
    if sys.stdin.isatty():
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        password = sys.stdin.readline().rstrip("\n")
    if not password:
        raise click.UsageError("an empty password protects nothing")
    click.echo(hash_password(password))


def _log_requests() -> None:
    from eventpact_registry.server.observing import ACCESS_LOG

    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    ACCESS_LOG.addHandler(handler)
    ACCESS_LOG.setLevel(logging.INFO)
