"""Topic names as contracts write them: with run-time parameters (`chat.messages.{tenant_id}`) and wildcards (`user.*`).

A parameter's value is a name: letters, digits, `_` and `-`, at most 63 characters, no dot. So a value can never be a
path or a pattern, nor reach into another topic's name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from eventpact.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Mapping

PARAMETER_VALUE: Final = "[A-Za-z0-9][A-Za-z0-9_-]{0,62}"
"""What a run-time parameter may be, as a regular expression."""

_VALUE: Final = re.compile(PARAMETER_VALUE)
_PART: Final = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}|(\*)")
_WILDCARD: Final = "[A-Za-z0-9._-]*"
# librdkafka hands patterns to regcomp(3) without named groups; the length limit is left to `match`.
_SUBSCRIBED_VALUE: Final = "[A-Za-z0-9][A-Za-z0-9_-]*"


@dataclass(frozen=True, slots=True)
class TopicName:
    """A topic's name in a contract, ready to be filled in and to recognise topics on a broker."""

    text: str
    """As the contract writes it."""
    parameters: tuple[str, ...]
    """Names of its run-time parameters, in order."""
    is_literal: bool
    """Whether it names exactly one topic."""
    subscription: str
    """What a consumer subscribes to: the name itself, or a regular expression after `^`."""
    _pattern: re.Pattern[str]

    def fill(self, values: Mapping[str, str]) -> str:
        """The name of one topic.

        Raises:
            ParameterError: a parameter is missing, unknown or not a name.
        """
        if values.keys() != set(self.parameters):
            raise ParameterError(self._mismatch(values))
        for name, value in values.items():
            check_parameter(name, value)
        return self.text.format_map(values) if values else self.text

    def match(self, topic: str) -> dict[str, str] | None:
        """The parameter values that make this name `topic`, or `None` when none do."""
        found = self._pattern.fullmatch(topic)
        return None if found is None else found.groupdict()

    def _mismatch(self, values: Mapping[str, str]) -> str:
        missing = ", ".join(name for name in self.parameters if name not in values)
        unknown = ", ".join(name for name in values if name not in self.parameters)
        complaints = [f"{missing} is missing" * bool(missing), f"{unknown} is not part of it" * bool(unknown)]
        wanted = ", ".join(f'{name}="…"' for name in self.parameters) or "no parameters"
        return f"topic {self.text}: {' and '.join(filter(None, complaints))}; it takes {wanted}"


def check_parameter(name: str, value: object) -> str:
    """`value` when it may stand for the parameter `name`.

    Raises:
        ParameterError: it is not a name.
    """
    if not isinstance(value, str) or _VALUE.fullmatch(value) is None:
        shown = repr(value) if len(repr(value)) <= 80 else f"{repr(value)[:76]}…"
        raise ParameterError(
            f"{name}={shown} is not a name: use 1 to 63 letters, digits, '_' or '-', starting with a letter or digit"
        )
    return value


@lru_cache(maxsize=4096)
def topic_name(text: str) -> TopicName:
    """The parsed form of a topic name in a contract's notation."""
    parameters: list[str] = []
    matching: list[str] = []
    subscribing: list[str] = []
    end = 0
    for part in _PART.finditer(text):
        name = part[1]
        if name is None:
            value, subscribed = _WILDCARD, _WILDCARD
        elif name in parameters:
            value, subscribed = f"(?P={name})", _SUBSCRIBED_VALUE
        else:
            parameters.append(name)
            value, subscribed = f"(?P<{name}>{PARAMETER_VALUE})", _SUBSCRIBED_VALUE
        between = text[end : part.start()]
        matching += (re.escape(between), value)
        subscribing += (_literal(between), subscribed)
        end = part.end()
    rest = text[end:]
    return TopicName(
        text=text,
        parameters=tuple(parameters),
        is_literal=not matching,
        subscription=f"^{''.join(subscribing)}{_literal(rest)}$" if matching else text,
        _pattern=re.compile("".join(matching) + re.escape(rest)),
    )


def _literal(text: str) -> str:
    """Topic name characters as regcomp(3) reads them: a dot is the only special one a topic name may have."""
    return text.replace(".", "[.]")
