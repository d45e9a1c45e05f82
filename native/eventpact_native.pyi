"""The native executor of eventpact's Avro codecs; called by `eventpact.avro`, not by people."""

from collections.abc import Callable
from typing import Any, final

__version__: str

@final
class Encoder:
    """Writes values of one schema."""

    def __new__(cls, prepare: Callable[[], tuple[tuple[Any, ...], Callable[[Any], bytes]]], /) -> Encoder:
        """Prepare an encoder.

        Args:
            prepare: called once, before the first value: the schema's program (`eventpact.avro.native.encoding`), and
                what is called with values that it gives up on.
        """

    def encode(self, value: Any, /) -> bytes:
        """The Avro binary form of a value; raises what `prepare`'s function raises."""

@final
class Decoder:
    """Reads what one schema has written."""

    def __new__(cls, prepare: Callable[[], tuple[tuple[Any, ...], Callable[[bytes], Any]]], /) -> Decoder:
        """Prepare a decoder.

        Args:
            prepare: called once, before the first bytes: the plan's program (`eventpact.avro.native.decoding`), and
                what is called with bytes that it gives up on.
        """

    def decode(self, data: bytes, /) -> Any:
        """The value that the bytes hold; raises what `prepare`'s function raises."""
