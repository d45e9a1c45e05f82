"""`python -m eventpact_testing.mutation --contracts contracts/`: run the proof and print it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from eventpact.errors import EventPactError
from eventpact_registry.contracts.source import DirectorySource
from eventpact_testing.mutation.proof import prove
from eventpact_testing.mutation.report import report


def main() -> int:
    """Exit code 0 when every mutant was judged rightly, 1 when one was not, 2 when the proof could not run."""
    parser = argparse.ArgumentParser(prog="python -m eventpact_testing.mutation", description=__doc__)
    parser.add_argument("--contracts", type=Path, default=Path("contracts"), metavar="DIR")
    parser.add_argument(
        "--mutants", type=int, default=600, metavar="N", help="how many to judge (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="which ones (default: %(default)s)")
    arguments = parser.parse_args()
    try:
        proof = prove(DirectorySource(arguments.contracts).read(), arguments.mutants, arguments.seed)
    except EventPactError as error:
        print(error, file=sys.stderr)
        return 2
    print(report(proof))
    return 1 if proof.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
