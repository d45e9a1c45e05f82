"""Text that shows itself only on request, given as it is or kept in a file that somebody renews."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final, Self

from eventpact.errors import SettingsError

_LARGEST: Final = 1_000_000
"""Bytes of a file beyond which it holds something else than a secret."""


class Secret:
    """Text that shows itself only on request."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself."""
        return self._text

    def __repr__(self) -> str:
        return "Secret('***')"

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)


class SecretFile(Secret):
    """Text in a file, read whenever it is asked for: what is written there later counts from then on.

    Blanks and line ends around it are no part of it. `variable` is the environment variable that names the file, for
    errors to begin with.
    """

    __slots__ = ("variable",)

    def __init__(self, path: str, *, variable: str = "") -> None:
        super().__init__(path)
        self.variable = variable

    @property
    def path(self) -> str:
        """Where the text is."""
        return self._text

    @property
    def stamp(self) -> tuple[int, int, int] | None:
        """Changes when the file does, whether it is written anew or replaced; None while there is no file."""
        try:
            status = Path(self.path).stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size, status.st_ino

    def reveal(self) -> str:
        """The text as it is in the file now.

        Raises:
            SettingsError: the file cannot be read, is empty, or is no text.
        """
        named = f"{self.variable}={self.path!r}" if self.variable else repr(self.path)
        try:
            with Path(self.path).open("rb") as file:
                content = file.read(_LARGEST + 1)
        except OSError as error:
            raise SettingsError(f"{named} cannot be read: {error.strerror or error}") from error
        if len(content) > _LARGEST:
            raise SettingsError(f"{named} is no secret: it has more than {_LARGEST} bytes")
        try:
            text = content.decode().strip()
        except UnicodeDecodeError:
            raise SettingsError(f"{named} is no secret: it is not text in UTF-8") from None  # the cause shows bytes
        if not text:
            raise SettingsError(f"{named} is empty")
        return text

    def __repr__(self) -> str:
        return f"SecretFile({self.path!r})"


class Revealed(str):
    """What a secret file held when it was read; it remembers the file, so that a client can be told of changes."""

    __slots__ = ("source", "stamp")
    source: SecretFile
    stamp: object
    """That of the file before it was read, so that no change afterwards is missed."""

    def __new__(cls, source: SecretFile) -> Self:
        """Read the file.

        Raises:
            SettingsError: as `SecretFile.reveal`.
        """
        stamp = source.stamp
        made = super().__new__(cls, source.reveal())
        made.source, made.stamp = source, stamp
        return made


def reveal(value: str | Secret) -> str:
    """The text of a value that may be secret, and may be in a file.

    Raises:
        SettingsError: as `SecretFile.reveal`.
    """
    match value:
        case SecretFile():
            return Revealed(value)
        case Secret():
            return value.reveal()
        case _:
            return value


_SECRET_PROPERTY: Final = re.compile(r"password|secret|passphrase|key\.pem|oauthbearer\.config")


class Properties(dict[str, Any]):
    """Properties of a Kafka client that show themselves without what is secret among them."""

    def __repr__(self) -> str:
        return repr({name: "***" if _SECRET_PROPERTY.search(name) else value for name, value in self.items()})
