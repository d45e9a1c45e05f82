# The native executor of eventpact's Avro codecs; called by `eventpact.avro`, not by people.

from collections.abc import Callable
from typing import Any, final

__version__: str

# `prepare` is called once, before the first value: a program (`eventpact.avro.native`), and what is called with values
# or bytes that the extension gives up on. What that raises, `encode` and `decode` raise.

@final
class Encoder:
    def __new__(cls, prepare: Callable[[], tuple[tuple[Any, ...], Callable[[Any], bytes]]], /) -> Encoder: ...
    def encode(self, value: Any, /) -> bytes: ...

@final
class Decoder:
    def __new__(cls, prepare: Callable[[], tuple[tuple[Any, ...], Callable[[bytes], Any]]], /) -> Decoder: ...
    def decode(self, data: bytes, /) -> Any: ...

# Takes objects from the garbage collector; the caller knows of each that nothing in it leads back to it.
def untrack(objects: list[Any], /) -> None: ...
