"""What a producer's spool is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from eventpact.errors import SettingsError

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class SpoolSettings:
    """Where events wait while no broker takes them, and how many may."""

    path: Path | str
    """A file of this producer alone, on a local disk; it is made when it is not there."""
    max_bytes: int = 256 << 20
    """Bytes of all events that wait together; what comes beyond is refused with `DeliveryError`."""
    max_records: int = 1_000_000
    """The same for their number; each takes some memory too, by its key."""
    synchronous: Literal["FULL", "NORMAL"] = "FULL"
    """`FULL` waits for the disk with each event, so that what is spooled outlives a power cut; `NORMAL` leaves that to
    the operating system: many times faster, outlives the process but not the machine."""

    def __post_init__(self) -> None:
        if self.max_bytes < 1 or self.max_records < 1 or self.synchronous not in {"FULL", "NORMAL"}:
            raise SettingsError(
                f"the spool {self.path} cannot be bound so: max_bytes={self.max_bytes}, "
                f"max_records={self.max_records}, synchronous={self.synchronous!r}; expected numbers from 1, and FULL "
                "or NORMAL"
            )
