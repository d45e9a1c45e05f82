"""Variables read one by one; what is wrong with them is collected, so that one error can name it all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from eventpact.environment.variables import VARIABLES

if TYPE_CHECKING:
    from collections.abc import Mapping

_CREDENTIALS: Final = re.compile(r"(\w+://)?\S*@")
_SHOWN: Final = 100


class Reader:
    """Reads variables and collects what is wrong with them."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.problems: list[str] = []
        self._wrong: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        """The parsed value, or the default where the variable is not set or wrong."""
        text = self.environ.get(name, "").strip()
        if not text or name in self._wrong:
            return default
        variable = VARIABLES[name]
        try:
            return variable.parse(text)
        except ValueError:
            masked = _CREDENTIALS.sub(r"\1***@", text)
            shown = "" if variable.secret else f"={masked[:_SHOWN]!r}"
            self._wrong.add(name)
            self.problems.append(f"{name}{shown} does not fit: expected {variable.expected}")
            return default

    def given(self, name: str) -> bool:
        """Whether the variable is set."""
        return bool(self.environ.get(name, "").strip())

    def set_of(self, prefix: str) -> list[str]:
        """The variables whose names begin so, and that are set to what fits."""
        return [name for name in VARIABLES if name.startswith(prefix) and self.get(name) is not None]

    def require(self, name: str, reason: str) -> None:
        """Complain when the variable is not set."""
        if not self.given(name):
            self.problems.append(f"{name} is missing{reason}: expected {VARIABLES[name].expected}")
