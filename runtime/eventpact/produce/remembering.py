"""Schema ids that outlive the registry: each is remembered in the spool once the registry has told it."""

from __future__ import annotations

import hashlib
import logging
from typing import TYPE_CHECKING, Final

from eventpact.errors import NotRegistered, RegistryError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from eventpact.event import EventContract, SchemaReference
    from eventpact.produce.route import SchemaIds
    from eventpact.produce.spool import Spool

_LOG: Final = logging.getLogger("eventpact.produce")


class RememberedIds:
    """The registry's ids, and where it does not answer, those that the spool remembers.

    An id that was never asked for cannot be known: an event of such a class is refused while the registry is down.
    """

    def __init__(self, ids: SchemaIds, spool: Spool) -> None:
        self._ids = ids
        self._spool = spool

    def schema_id(self, contract: EventContract, subject: str) -> int:
        """The id of an event's own schema under a subject.

        Raises:
            NotRegistered: the registry does not know the subject, or this schema under it.
            RegistryError: it could not be asked, and nobody asked for this schema before.
        """
        fingerprint = _fingerprint(contract)
        try:
            found = self._ids.schema_id(contract, subject)
        except NotRegistered:
            raise
        except RegistryError as error:
            remembered = self._spool.schema_id(subject, fingerprint)
            if remembered is None:
                raise RegistryError(
                    f"{error}; the spool {self._spool.path} does not know the id of {contract.name} "
                    f"v{contract.version} either, for no event of it was sent yet",
                    status=error.status,
                    code=error.code,
                ) from error
            _LOG.warning("%s; %s v%d goes by its remembered id %d", error, contract.name, contract.version, remembered)
            return remembered
        if self._spool.schema_id(subject, fingerprint) != found:
            self._spool.remember_schema_id(subject, fingerprint, found)
        return found


def _fingerprint(contract: EventContract) -> str:
    digest = hashlib.sha256(contract.schema.encode())
    for text in _texts(contract.references):
        digest.update(b"\0" + text.encode())
    return digest.hexdigest()


def _texts(references: Iterable[SchemaReference]) -> Iterable[str]:
    for reference in references:
        yield f"{reference.subject} {reference.version}"
        yield from _texts(reference.references)
