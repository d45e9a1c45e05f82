"""The docstrings of a class's attributes, which Python itself does not keep.

Read from the source only when somebody wants to be told; pydantic would read it whenever the models are imported, which
costs each run of each command a tenth of its start.
"""

from __future__ import annotations

import ast
import inspect
from functools import cache
from itertools import pairwise
from textwrap import dedent
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@cache
def attribute_docs(cls: type) -> Mapping[str, str]:
    """Attribute to what the string below it says, inherited ones included; empty where there is no source."""
    docs: dict[str, str] = {}
    for base in reversed(cls.__bases__):
        docs.update(attribute_docs(base))
    return {**docs, **_own(cls)}


def _own(cls: type) -> dict[str, str]:
    try:
        source = inspect.getsource(cls)
    except (OSError, TypeError):  # nothing to read, or a class that is built in
        return {}
    body = ast.parse(dedent(source)).body[0]
    if not isinstance(body, ast.ClassDef):
        return {}
    return {
        attribute.target.id: inspect.cleandoc(text.value.value)
        for attribute, text in pairwise(body.body)
        if isinstance(attribute, ast.AnnAssign) and isinstance(attribute.target, ast.Name)
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant) and isinstance(text.value.value, str)
    }
