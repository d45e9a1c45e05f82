"""The package's version keeps step with what is in it."""

from eventpact_registry.diff.release import Release
from eventpact_registry.rules.model import Severity, Verdict, rule


@rule("PACKAGE_VERSION_NOT_RAISED", Severity.WARNING)
def package_version_not_raised(release: Release) -> Verdict | None:
    """The version of a system's package was not raised in step with what has changed.

    Services choose by the version whether they can take the package: a major one where their code has to change (an
    event, field or group gone, renamed, or needed from now on), a minor one for what is new, a patch for other words.
    Below 1.0.0 a minor version stands for a break, and a patch for the rest.

    Anti-pattern: publishing a package anew under its old version, or a break as a patch.
    Best practice: raise `package.version` in the pull request that changes the contracts.
    """
    old, new, package = release.old.package_version, release.system.package_version, release.system.package_name
    if release.went_back:
        return Verdict(f"the version of {package} went back from {old} to {new}", f"raise it above {old}")
    due, change = release.due, release.weightiest
    if due is None or change is None:
        return None
    said = f"{package} is version {new} after {old}, and {due} is due: {change.subject}: {change.text}"
    return Verdict(said, f"write `version: {due}` under `package`")
