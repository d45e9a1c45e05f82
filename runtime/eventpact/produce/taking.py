"""Key and headers of a record, taken from an event by a function that is compiled for its contract.

Closures over the paths need twice the time: this runs for every event that is sent. What the compiled function does not
expect, a value that is absent or is no text, it leaves to the closures of `route`.
"""

from __future__ import annotations

from keyword import iskeyword
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from eventpact.event import Event
    from eventpact.produce.route import Taken

_SOURCE: Final = """\
def take(event):
    try:
        return {key}, {headers}
    except AttributeError:
        return otherwise(event)
"""


def taker(
    key: Sequence[str],
    constants: Sequence[tuple[str, bytes]],
    paths: Sequence[tuple[str, str]],
    otherwise: Callable[[Event], Taken],
) -> Callable[[Event], Taken]:
    """A function that takes key and headers from an event; no headers at all are `None`.

    Args:
        key: attribute paths; the first that holds something is the key.
        constants: headers that all events have.
        paths: header names and attribute paths.
        otherwise: does the same for any event, more slowly.
    """
    read = [*key[:1], *(path for _, path in paths)]
    if not all(map(_is_attribute_path, read)):
        return otherwise
    scope: dict[str, Any] = {"otherwise": otherwise, "constants": constants}
    items = []
    for index, constant in enumerate(constants):
        scope[f"constant_{index}"] = constant
        items.append(f"constant_{index}")
    for index, (name, path) in enumerate(paths):
        scope[f"name_{index}"] = name
        items.append(f"(name_{index}, event.{path}.encode())")
    source = _SOURCE.format(
        key=f"event.{key[0]}.encode()" if key else "None",
        headers=f"[{', '.join(items)}]" if items else "None",
    )
    exec(source, scope)  # noqa: S102 - of the contract's text, only paths that were checked to be attributes are in it
    take: Callable[[Event], Taken] = scope["take"]
    return take


def _is_attribute_path(path: str) -> bool:
    return all(step.isidentifier() and not iskeyword(step) for step in path.split("."))
