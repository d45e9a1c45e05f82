"""How the text of a variable becomes its value. Each raises `ValueError` for a text that is none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import SplitResult, unquote, urlsplit

from eventpact.credentials import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_BROKER: Final = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):(\d{1,5})")
_HOST: Final = re.compile(r"[A-Za-z0-9._-]{1,253}|[0-9A-Fa-f:.]{2,45}")
_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,249}")
_EXTENSION: Final = re.compile(r"[A-Za-z]+=[^=,]+")
_WORDS: Final = {
    "true": True,
    "1": True,
    "yes": True,
    "on": True,
    "false": False,
    "0": False,
    "no": False,
    "off": False,
}


class UnfitError(ValueError):
    """A value is not what its variable expects."""


def one_of(**values: str) -> Callable[[str], str]:
    """One of some words, whatever their case; `_` in a name here stands for `-` as well."""

    def parse(text: str) -> str:
        try:
            return values[text.lower().replace("-", "_")]
        except KeyError:
            raise UnfitError from None

    return parse


def switch(text: str) -> bool:
    """On or off, in any of the words that people use for it."""
    try:
        return _WORDS[text.lower()]
    except KeyError:
        raise UnfitError from None


def whole(least: int, most: int) -> Callable[[str], int]:
    """A whole number within bounds, both included."""

    def parse(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not least <= int(text[:12]) <= most:
            raise UnfitError
        return int(text)

    return parse


def brokers(text: str) -> str:
    """`host:port`, one or several, without blanks between them."""
    given = [broker.strip() for broker in text.split(",")]
    for broker in given:
        found = _BROKER.fullmatch(broker)
        if found is None or not 1 <= int(found[1]) <= 65535:
            raise UnfitError
    return ",".join(given)


def host(text: str) -> str:
    """The name or the IP address of a machine."""
    if _HOST.fullmatch(text) is None:
        raise UnfitError
    return text


def urls(text: str) -> list[SplitResult]:
    """HTTP addresses, one or several, which may hold a user and a password."""
    given = [urlsplit(url.strip().rstrip("/")) for url in text.split(",")]  # a ValueError of urlsplit is a bad URL too
    for url in given:
        if url.scheme not in {"http", "https"} or not url.hostname or url.query or url.fragment:
            raise UnfitError
        if url.port == 0 or "@" in url.path:  # that is a password with a slash in it, mostly
            raise UnfitError
    return given


def url(text: str) -> str:
    """One HTTP address, without a user in it."""
    [given] = urls(text)
    if given.username is not None:
        raise UnfitError
    return given.geturl()


def extensions(text: str) -> str:
    """Names and values, as librdkafka takes them."""
    if not all(_EXTENSION.fullmatch(one) for one in text.split(",")):
        raise UnfitError
    return text


def name(text: str) -> str:
    """A name as Kafka allows it."""
    if _NAME.fullmatch(text) is None:
        raise UnfitError
    return text


def without_user(url: SplitResult) -> str:
    """An address without the user and password that it may hold."""
    return url._replace(netloc=url.netloc.rpartition("@")[2]).geturl()


def user_of(urls: Iterable[SplitResult], username: Any, password: Any) -> tuple[Any, Any]:
    """The user and the password inside addresses, or those given beside them.

    Raises:
        UnfitError: there are several.
    """
    given = username, password
    for url in urls:
        if url.username is not None:
            found = unquote(url.username), Secret(unquote(url.password or ""))
            if given not in {(None, None), found}:
                raise UnfitError
            given = found
    return given
