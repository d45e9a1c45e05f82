"""The pieces of bytes that an encoder's function joins at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eventpact.avro.emit.source import Source


class Parts:
    """Expressions for bytes, in order; constants beside each other become one."""

    def __init__(self) -> None:
        self._parts: list[str | bytes] = []

    def __len__(self) -> int:
        return len(self._parts)

    def add(self, *expressions: str) -> None:
        """Append expressions."""
        self._parts += expressions

    def constant(self, raw: bytes) -> None:
        """Append bytes that are known now."""
        last = self._parts[-1] if self._parts else None
        if isinstance(last, bytes):
            self._parts[-1] = last + raw
        else:
            self._parts.append(raw)

    def joined(self) -> str:
        """One expression for all."""
        if not self._parts:
            return 'b""'
        return f"join(({', '.join(self._rendered())},))"

    def append_to(self, pieces: str, source: Source) -> None:
        """Emit what appends them to a list."""
        rendered = self._rendered()
        if len(rendered) == 1:
            source.add(f"{pieces}.append({rendered[0]})")
        elif rendered:
            source.add(f"{pieces} += ({', '.join(rendered)})")

    def assigned(self, names: list[str]) -> list[str]:
        """Assignments of the pieces to variables; all to one where there is only one."""
        if len(names) < len(self._parts):
            return [f"{names[0]} = {self.joined()}"]
        rendered = self._rendered() + ['b""'] * (len(names) - len(self._parts))
        return [f"{name} = {part}" for name, part in zip(names, rendered, strict=True)]

    def _rendered(self) -> list[str]:
        return [repr(part) if isinstance(part, bytes) else part for part in self._parts]
