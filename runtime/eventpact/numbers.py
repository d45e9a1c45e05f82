"""Numbers in properties of Kafka clients: read in one place, so that a wrong one is named with where it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from eventpact.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CONTRACTS: Final = "in the contracts"
PRODUCER: Final = "in Settings(producer=…)"
CONSUMER: Final = "in Settings(consumer=…)"

_DIGITS: Final = 12


def whole_number(name: str, value: object, where: str = CONTRACTS) -> int:
    """The whole number that a property holds; `where` says who set it: "in the contracts".

    librdkafka takes `1MB` for 1, and says nothing.

    Raises:
        SettingsError: it holds something else; names the property and where it comes from.
    """
    text = str(value).strip()
    if not text.isascii() or not text.isdigit() or len(text) > _DIGITS:
        raise SettingsError(f"{name}={text[:100]!r} {where} does not fit: expected a whole number")
    return int(text)


def check_numbers(properties: Mapping[str, Any], names: Iterable[str], where: str) -> None:
    """Look at the properties among `names`, which have to hold whole numbers.

    Raises:
        SettingsError: as `whole_number`, for the first that does not.
    """
    for name in names:
        if name in properties:
            whole_number(name, properties[name], where)
