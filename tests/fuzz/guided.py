"""A fuzzer guided by Python's coverage, on one of the targets: atheris, which is libFuzzer.

python -m tests.fuzz.guided NAME FOLDER [-max_total_time=SECONDS …]      options of libFuzzer; FOLDER keeps seeds
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris


def main() -> None:
    """Fuzz, from the folder's seeds, until a target lets an error through or the time is over."""
    name, folder, *options = sys.argv[1:]
    corpus = Path(folder)
    corpus.mkdir(parents=True, exist_ok=True)
    with atheris.instrument_imports(include=["eventpact", "eventpact_registry", "yaml"]):
        from tests.fuzz.targets import TARGETS

        target = TARGETS[name]
        for index, seed in enumerate(target.seeds()):
            (corpus / f"seed-{index:04}").write_bytes(seed)
            target.one(seed)  # imports, while they are watched, what is imported late
    atheris.Setup([name, *options, str(corpus)], target.one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
