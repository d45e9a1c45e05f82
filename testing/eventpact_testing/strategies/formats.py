"""Text that looks like what a field's `"format"` says, for code that takes an address or a number apart."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Any, Final

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Mapping

_LETTERS: Final = string.ascii_lowercase
_WORDS: Final = st.text(_LETTERS, min_size=1, max_size=8)
_SLUGS: Final = st.text(_LETTERS + string.digits + "-_", min_size=1, max_size=12)
_HOSTS: Final = st.builds("{}.example.{}".format, _WORDS, st.sampled_from(("com", "org", "net")))
_DIGITS: Final = st.text(string.digits, min_size=7, max_size=12)


def _joined(pattern: str, *parts: st.SearchStrategy[Any]) -> st.SearchStrategy[str]:
    return st.builds(pattern.format, *parts)


_URLS: Final = st.one_of(
    _joined("https://{}/{}", _HOSTS, _SLUGS),
    _joined("https://{}/{}/{}?{}={}#top", _HOSTS, _SLUGS, _SLUGS, _WORDS, _SLUGS),
)
_MOMENTS: Final = st.datetimes().map(lambda moment: moment.isoformat(timespec="milliseconds") + "Z")

FORMATS: Final[Mapping[str, st.SearchStrategy[str]]] = {
    "email": _joined("{}@{}", st.one_of(_WORDS, _joined("{}.{}+{}", _WORDS, _WORDS, _SLUGS)), _HOSTS),
    "url": _URLS,
    "uri": _URLS,
    "uuid": st.uuids(version=4).map(str),
    "ip": st.ip_addresses().map(str),
    "ipv4": st.ip_addresses(v=4).map(str),
    "ipv6": st.ip_addresses(v=6).map(str),
    "hostname": _HOSTS,
    "phone": _joined("+{}{}", st.integers(1, 99), _DIGITS),
    "date": st.dates().map(str),
    "time": st.times().map(lambda moment: moment.isoformat(timespec="seconds")),
    "date-time": _MOMENTS,
    "currency": st.text(string.ascii_uppercase, min_size=3, max_size=3),
    "country": st.text(string.ascii_uppercase, min_size=2, max_size=2),
    "locale": _joined(
        "{}-{}", st.text(_LETTERS, min_size=2, max_size=2), st.text(string.ascii_uppercase, min_size=2, max_size=2)
    ),
}
"""By the value of `"format"`; other formats give any text."""
