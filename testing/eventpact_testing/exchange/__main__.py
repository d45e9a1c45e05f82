"""`python -m eventpact_testing.exchange --contracts contracts/`: let old and new packages talk, print how it went."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from eventpact.errors import EventPactError
from eventpact_registry.contracts.source import DirectorySource
from eventpact_testing.exchange.meeting import Exchanged, exchange


def line(one: Exchanged) -> str:
    """What became of one direction."""
    verdict = (
        "all read" if one.holds else f"{len(one.missing)} not read as they were sent; the first: {one.missing[:1]}"
    )
    return f"{one.event} v{one.writer}→v{one.reader} ({one.mode}): {one.sent} events, {verdict}"


def main() -> int:
    """Exit code 0 when all was read, 1 when something was not, 2 when the exchange could not take place."""
    parser = argparse.ArgumentParser(prog="python -m eventpact_testing.exchange", description=__doc__)
    parser.add_argument("--contracts", type=Path, default=Path("contracts"), metavar="DIR")
    arguments = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory(prefix="eventpact-exchange-") as folder:
            exchanged = exchange(DirectorySource(arguments.contracts), Path(folder))
    except EventPactError as error:
        print(error, file=sys.stderr)
        return 2
    print(*map(line, exchanged), sep="\n")
    return 0 if all(one.holds for one in exchanged) else 1


if __name__ == "__main__":
    sys.exit(main())
