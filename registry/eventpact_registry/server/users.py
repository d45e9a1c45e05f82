"""Who may use the registry: a file of users with hashed passwords and tokens, and the check of what a client sends.

A line a user: `name:role:hash`. The role is `read-only` or `read-write`; the hash is what `hash_password` or
`new_token` gives. Empty lines and those that start with `#` are passed over.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from eventpact.errors import EventPactError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_PASSWORD: Final = "scrypt"  # noqa: S105 - the name of a hash, not a password
_TOKEN: Final = "sha256"  # noqa: S105 - the name of a hash, not a token
_TOKEN_BYTES: Final = 32
"""A token is random and long: one plain hash keeps it as safe as a slow one keeps a password that people choose."""

_COST: Final = 2**14
_BLOCKS: Final = 8
"""scrypt with 16 MiB and some 40 ms a try (RFC 7914)."""

_SALT_BYTES: Final = 16
_REMEMBERED: Final = 256
_LONGEST_HEADER: Final = 4096


class Role(StrEnum):
    """What a user may do."""

    READ_ONLY = "read-only"
    READ_WRITE = "read-write"


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who may use the registry."""

    name: str
    role: Role


class Users:
    """The users of a file, and those whose passwords have proved right."""

    def __init__(self, lines: Iterable[str], source: str) -> None:
        """Read users from lines; `source` names them in errors.

        Raises:
            EventPactError: a line is not a user, or two have one name.
        """
        self._passwords: dict[str, tuple[User, bytes, bytes]] = {}
        self._tokens: dict[bytes, User] = {}
        self._proved: dict[bytes, User] = {}
        self._key = secrets.token_bytes(_SALT_BYTES)
        names: set[str] = set()
        for number, line in enumerate(lines, 1):
            if not line.strip() or line.startswith("#"):
                continue
            name = self._add(line.strip(), f"{source}:{number}:1")
            if name in names:
                raise EventPactError(f"{source}:{number}:1: there is a user {name} already")
            names.add(name)
        if not names:
            raise EventPactError(f"{source}: no users; add one with the line that `eventpact serve --hash` prints")

    @classmethod
    def read(cls, path: Path) -> Users:
        """The users of a file.

        Raises:
            EventPactError: it cannot be read, or a line is not a user.
        """
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise EventPactError(f"the users' file {path} cannot be read: {error}") from error
        return cls(lines, str(path))

    def remembered(self, header: str) -> User | None:
        """The user of an `Authorization` header that needs no slow check: a token, or a password seen before."""
        scheme, _, value = header.partition(" ")
        if scheme.lower() == "bearer":
            return self._tokens.get(hashlib.sha256(value.strip().encode()).digest())
        return self._proved.get(self._mark(header))

    def proved(self, header: str) -> User | None:
        """The user of a Basic `Authorization` header, when the password is right; takes some 40 ms."""
        scheme, _, value = header.partition(" ")
        if scheme.lower() != "basic" or len(header) > _LONGEST_HEADER:
            return None
        try:
            name, colon, password = base64.b64decode(value, validate=True).decode().partition(":")
        except (binascii.Error, ValueError):
            return None
        known = self._passwords.get(name)
        salt, digest = known[1:] if known else (self._key, b"")  # an unknown name takes as long as a known one
        if not hmac.compare_digest(_slow(password, salt), digest) or known is None or not colon:
            return None
        if len(self._proved) >= _REMEMBERED:
            self._proved.clear()
        self._proved[self._mark(header)] = known[0]
        return known[0]

    def _mark(self, header: str) -> bytes:
        """What a header is remembered by: nobody who reads this memory learns a password from it."""
        return hmac.digest(self._key, header.encode(), "sha256")

    def _add(self, line: str, place: str) -> str:
        name, _, rest = line.partition(":")
        role, _, secret = rest.partition(":")
        if not name or role not in set(Role):
            raise EventPactError(f"{place}: not a user; write name:role:hash, where the role is {' or '.join(Role)}")
        user = User(name, Role(role))
        kind, *written = secret.split(":")
        try:
            parts = [_unwritten(part) for part in written]
        except ValueError:
            parts = []
        match kind, parts:
            case "scrypt", [salt, digest]:
                self._passwords[name] = (user, salt, digest)
            case "sha256", [digest]:
                self._tokens[digest] = user
            case _:
                raise EventPactError(f"{place}: not a hash; `eventpact serve --hash` prints them")
        return name


def hash_password(password: str) -> str:
    """The hash of a password, as it stands in a users' file."""
    salt = secrets.token_bytes(_SALT_BYTES)
    return f"{_PASSWORD}:{_written(salt)}:{_written(_slow(password, salt))}"


def new_token() -> tuple[str, str]:
    """A new token for a client, and its hash for the users' file."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    return token, f"{_TOKEN}:{_written(hashlib.sha256(token.encode()).digest())}"


def _slow(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=_COST, r=_BLOCKS, p=1)


def _written(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _unwritten(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
