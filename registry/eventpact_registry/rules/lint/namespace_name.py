"""Namespaces are written in lower case, below the system's."""

import re
from typing import Final

from eventpact.avro.model import split_name
from eventpact_registry.rules.model import Severity, Verdict, rule
from eventpact_registry.rules.subjects import NamedType

_SEGMENT: Final = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)


@rule("NAMESPACE_NAME", Severity.WARNING)
def namespace_name(named: NamedType) -> Verdict | None:
    """A type's namespace is not in lower case, or not below its system's.

    The namespace becomes a module in Python and a package in Java; one in another system's namespace can be taken for
    that system's, in the registry too, where full names are subjects.

    Anti-pattern: `io.quikapp.Message`, or a copied type that keeps the namespace of where it came from.
    Best practice: the system's namespace, and a lower-case word for each part of the domain: `io.quikapp.message`.
    """
    namespace, name = split_name(named.type.name)
    odd = next((segment for segment in namespace.split(".") if not _SEGMENT.fullmatch(segment)), None)
    if odd is not None:
        return Verdict(f"the namespace of {name} is not in lower case: {namespace}", f"write {odd.lower()} for {odd}")
    if not f"{namespace}.".startswith(f"{named.system.namespace}."):
        said = f"{name} is in the namespace {namespace}, which is not below that of {named.system.name}"
        return Verdict(said, f"put it into {named.system.namespace}, or a namespace below that")
    return None
