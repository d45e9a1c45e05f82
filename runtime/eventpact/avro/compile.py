"""Emitted source made into functions of this process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from eventpact.avro.binding import twin
from eventpact.avro.emit.decoder import Decoder
from eventpact.avro.emit.encoder import Encoder
from eventpact.avro.emit.names import Names
from eventpact.avro.generated import names as generated_names
from eventpact.avro.generated.links import resolve_link

if TYPE_CHECKING:
    from collections.abc import Callable

    from eventpact.avro.form import Form
    from eventpact.avro.model import Schema
    from eventpact.avro.plan import Plan

_COMMON: Final = {name: getattr(generated_names, name) for name in generated_names.__all__}


def compile_encoder(
    schema: Schema, form: Form, *, slow: Callable[[Any], bytes], wide: bool = False
) -> Callable[[Any], bytes]:
    """A function that encodes values of the schema; what it gives up on goes to `slow`."""
    names = names_of(form)
    source = Encoder(schema, names, form, wide=wide).emit("encode", "slow")
    return _compiled(source, "encode", names, form, slow)


def compile_decoder(plan: Plan, form: Form, *, slow: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
    """A function that carries out the plan; what it gives up on goes to `slow`."""
    names = names_of(form)
    source = Decoder(plan, names, form).emit("decode", "slow")
    return _compiled(source, "decode", names, form, slow)


def names_of(form: Form) -> Names:
    """Names for code in this process, where the classes are known."""
    return Names(
        {name: binding.attributes for name, binding in form.classes.items()},
        lambda name: twin(form.classes[name]) is not None,
    )


def _compiled(source: str, function: str, names: Names, form: Form, slow: Callable[[Any], Any]) -> Callable[[Any], Any]:
    namespace = {**_COMMON, **names.constants, "slow": slow}
    namespace |= {name: resolve_link(link, form.classes) for link, name in names.links.items()}
    # The source holds positional names, numbers and checked attributes: `Names` gives out nothing else
    exec(compile(source, f"<eventpact {function}r>", "exec"), namespace)  # noqa: S102
    compiled: Callable[[Any], Any] = namespace[function]
    return compiled
