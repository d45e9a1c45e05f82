"""Versions are numbered without gaps."""

from eventpact_registry.rules.model import Severity, Verdict, rule
from eventpact_registry.rules.subjects import VersionGap


@rule("VERSION_SKIPPED", Severity.ERROR)
def version_skipped(gap: VersionGap) -> Verdict | None:
    """A number is missing between the versions of an event or shared type.

    Version N of a contract is version N of its subject in the registry, which counts without gaps: behind a gap, every
    number would mean something else there. `plan`, `apply` and `generate` refuse such contracts, whatever this rule is
    set to.

    Anti-pattern: naming the next version after the release it goes out with, or deleting one from between others.
    Best practice: copy the latest version to the next number, as `eventpact evolve` does.
    """
    last, name = gap.version.version - 1, gap.event.name
    missing = f"version {last} of {name} is" if last == gap.first else f"versions {gap.first} to {last} of {name} are"
    hint = f"name it {name}.v{gap.first}.avsc, or restore what is missing; versions count from 1 without gaps"
    return Verdict(f"{missing} missing before version {gap.version.version}", hint)
