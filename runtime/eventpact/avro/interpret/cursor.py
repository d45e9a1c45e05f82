"""A position in bytes that nobody vouches for: each read checks what is left, and errors say where and what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from eventpact.avro.interpret.path import Path
from eventpact.avro.limits import FREE_ZERO_BYTE_ITEMS, MAX_DEPTH, MAX_ZERO_BYTE_ITEMS
from eventpact.avro.varint import MAX_BYTES
from eventpact.errors import DecodeError

if TYPE_CHECKING:
    from eventpact.avro.form import Form

_INT: Final = range(-(1 << 31), 1 << 31)


class Cursor:
    """What one decoding knows while it runs."""

    __slots__ = ("_zero_byte_items", "data", "depth", "form", "path", "position", "recursive")

    def __init__(self, data: bytes, form: Form, recursive: frozenset[int]) -> None:
        self.data = data
        self.form = form
        self.recursive = recursive
        self.position = 0
        self.path = Path()
        self.depth = 0
        self._zero_byte_items = 0

    @property
    def left(self) -> int:
        """Bytes not read yet."""
        return len(self.data) - self.position

    def error(self, message: str, at: int | None = None) -> DecodeError:
        """An error at the position `at`, by default the current one."""
        return DecodeError(message, path=str(self.path), offset=self.position if at is None else at)

    def int64(self, what: str = "a long") -> int:
        """A number of up to 64 bits."""
        start = self.position
        zigzag = 0
        for count in range(MAX_BYTES):
            if not self.left:
                raise self.error(f"the data end inside {what}", start)
            byte = self.data[self.position]
            self.position += 1
            zigzag |= (byte & 0x7F) << 7 * count
            if byte <= 0x7F:
                break
        else:
            raise self.error(f"{what} goes on for more than {MAX_BYTES} bytes", start)
        if zigzag >> 64:
            raise self.error(f"{what} has more than 64 bits", start)
        return zigzag >> 1 ^ -(zigzag & 1)

    def int32(self, what: str = "an int") -> int:
        """A number of up to 32 bits."""
        start = self.position
        number = self.int64(what)
        if number not in _INT:
            raise self.error(f"{what} has more than 32 bits", start)
        return number

    def take(self, size: int, what: str, at: int | None = None) -> bytes:
        """The next `size` bytes; `at` is where what they belong to began."""
        if size > self.left:
            raise self.error(f"{what} of {size} bytes runs past the end: {self.left} are left", at)
        self.position += size
        return self.data[self.position - size : self.position]

    def sized(self, what: str) -> bytes:
        """A length and as many bytes."""
        start = self.position
        size = self.int64(f"the length of {what}")
        if size < 0:
            raise self.error(f"{what} has the negative length {size}", start)
        return self.take(size, what, start)

    def block(self) -> tuple[int, int | None]:
        """A block's count of items, and the size in bytes that writers put before it so that readers can skip it."""
        start = self.position
        count = self.int64("the count of a block")
        if count >= 0:
            return count, None
        at = self.position
        size = self.int64("the size of a block")
        if not 0 <= size <= self.left:
            raise self.error(f"a block of {size} bytes runs past the end: {self.left} are left", at)
        if count == -(1 << 63):
            raise self.error("the count of a block has no positive counterpart", start)
        return -count, size

    def check_count(self, count: int, at: int, *, zero_bytes: bool) -> None:
        """Refuse a block that claims more items than there can be."""
        if not zero_bytes:
            if count > self.left:
                raise self.error(f"a block of {count} items cannot be: {self.left} bytes are left", at)
        elif count > FREE_ZERO_BYTE_ITEMS:
            self._zero_byte_items += count
            if self._zero_byte_items > MAX_ZERO_BYTE_ITEMS:
                raise self.error(f"more than {MAX_ZERO_BYTE_ITEMS} items that take no bytes", at)

    def enter(self, node: object) -> None:
        """Count a record that can contain itself; `leave` must follow."""
        if id(node) in self.recursive:
            self.depth += 1
            if self.depth > MAX_DEPTH:
                raise self.error(f"records nest more than {MAX_DEPTH} deep")

    def leave(self, node: object) -> None:
        """Count it out again."""
        if id(node) in self.recursive:
            self.depth -= 1
