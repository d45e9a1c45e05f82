"""Plans and schemas turned into straight-line Python source: the default executor of decode plans, and all encoding.

No string of a schema becomes source text: identifiers are positional (`v1`, `p`, `C0`), constants travel by name in a
namespace or, in a package's modules, as rendered literals.
"""

from eventpact.avro.emit.package import ClassReference, PackagedEvent, package_module

__all__ = ["ClassReference", "PackagedEvent", "package_module"]
