"""The codecs of a generated package: its own functions, and what is compiled only when it is needed."""

from __future__ import annotations

import threading
from functools import cached_property
from typing import TYPE_CHECKING, Any

from eventpact.avro.generated.links import resolve_link

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from eventpact.avro.binding import Binding
    from eventpact.avro.codec import Codec
    from eventpact.avro.generated.links import Link
    from eventpact.avro.model import Schema


class GeneratedModule:
    """One codec module, whose names for classes are bound on the first call.

    Modules of classes import their codec module, so it cannot import them when it is loaded itself.
    """

    def __init__(
        self,
        namespace: dict[str, Any],
        classes: Callable[[], dict[str, Binding]],
        links: Mapping[str, Link],
    ) -> None:
        """Prepare a module: its globals, the function that imports its classes, and the names to bind to them."""
        self._namespace = namespace
        self._load = classes
        self._links = links
        self._lock = threading.Lock()
        self._linked = False

    @cached_property
    def classes(self) -> dict[str, Binding]:
        """The classes by full Avro name."""
        return self._load()

    def link(self) -> bool:
        """Bind the names that are not bound yet; whether there were any.

        The name of a twin that cannot be stays None, so that decoding fails there and is left to a codec compiled
        without it.
        """
        with self._lock:
            if self._linked:
                return False
            for name, link in self._links.items():
                self._namespace[name] = resolve_link(link, self.classes)
            self._linked = True
            return True


class GeneratedCodec:
    """The codec of one generated event.

    `encode` and `decode` are the package's own functions, for the schema that it was generated from. `decoder` compiles
    for what other versions have written.
    """

    def __init__(
        self,
        module: GeneratedModule,
        encode: Callable[[Any], bytes],
        decode: Callable[[bytes], Any],
        text: str,
        references: tuple[str, ...] = (),
    ) -> None:
        """Describe an event's functions and the texts of its schema, references first that others refer to."""
        self._module = module
        self.encode = encode
        self.decode = decode
        self.text = text
        self.references = references

    @property
    def classes(self) -> dict[str, Binding]:
        """The classes of the module's types by full Avro name."""
        return self._module.classes

    @cached_property
    def schema(self) -> Schema:
        """The schema, parsed when it is first asked for."""
        from eventpact.avro.parse import parse  # noqa: PLC0415 - as in `_codec`

        known: list[Schema] = []
        for reference in self.references:
            known.append(parse(reference, known))
        return parse(self.text, known)

    def decoder(self, writer: Schema) -> Callable[[bytes], Any]:
        """The function that decodes what `writer` wrote into this package's class (see `Codec.decoder`)."""
        return self._codec.decoder(writer)

    def slow_encode(self, value: Any) -> bytes:
        """What `encode` gives up on: a first call, long strings, unusual values, and wrong ones."""
        return self.encode(value) if self._module.link() else self._codec.encode_wide(value)

    def slow_decode(self, data: bytes) -> Any:
        """What `decode` gives up on: a first call, unusual bytes, and wrong ones."""
        return self.decode(data) if self._module.link() else self._codec.decode(data)

    @cached_property
    def _codec(self) -> Codec:
        # A service that only meets its own versions needs neither parser nor compiler: they take longer to load
        # than all generated code.
        from eventpact.avro.codec import Codec  # noqa: PLC0415

        return Codec(self.schema, classes=self._module.classes)
