"""The codecs of a generated package: its own functions, and what is compiled only when it is needed."""

from __future__ import annotations

import threading
from functools import cached_property
from typing import TYPE_CHECKING, Any

from eventpact.avro.executor import chosen, native
from eventpact.avro.form import Form
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

    `encode` and `decode` are for the schema that the package was generated from: the native executor's where that is
    chosen, with no Python in between, else the package's own functions. `decoder` is for what other versions have
    written.
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
        self._own_encode = encode
        self._own_decode = decode
        self.encode = encode
        self.decode = decode
        if chosen() == "native":
            self.encode = native().Encoder(self._prepared_encoder).encode
            self.decode = native().Decoder(self._prepared_decoder).decode
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
        """What the package's function gives up on: a first call, long strings, unusual values, and wrong ones."""
        return self._own_encode(value) if self._module.link() else self._codec.encode_wide(value)

    def slow_decode(self, data: bytes) -> Any:
        """What the package's function gives up on: a first call, unusual bytes, and wrong ones."""
        return self._own_decode(data) if self._module.link() else self._codec.decode(data)

    def _prepared_encoder(self) -> tuple[Any, Callable[[Any], bytes]]:
        from eventpact.avro.native.functions import prepared_encoder  # noqa: PLC0415 - as in `_codec`

        return prepared_encoder(self.schema, Form(classes=self._module.classes))

    def _prepared_decoder(self) -> tuple[Any, Callable[[bytes], Any]]:
        from eventpact.avro.native.functions import prepared_decoder  # noqa: PLC0415 - as in `_codec`

        return prepared_decoder(self.schema, self.schema, Form(classes=self._module.classes))

    @cached_property
    def _codec(self) -> Codec:
        # A service that only meets its own versions needs neither parser nor compiler: they take longer to load
        # than all generated code.
        from eventpact.avro.codec import Codec  # noqa: PLC0415

        return Codec(self.schema, classes=self._module.classes)
