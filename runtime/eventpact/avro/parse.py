"""Schemas from JSON (Avro 1.12, "Schema Declaration"), as strict as Avro Java 1.12's `Schema.Parser`.

As in Java, a name may be used before the place that defines it, and an enum or fixed without attributes of its own may
be defined twice alike. Where we say no and Java says yes: names outside ASCII, a `namespace` or an enum's `default`
that is no string, a record defined again inside itself, and what `source` refuses. Where Java says no and we say yes:
a default that contains its own record, if it ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, get_args

from eventpact.avro import attributes, defaults, names
from eventpact.avro.canonical import meaning
from eventpact.avro.invalid import Invalid, shown
from eventpact.avro.memory import MAX_DEPTH as MEMORY_DEPTH
from eventpact.avro.memory import Remembered, Use, form
from eventpact.avro.model import (
    MISSING,
    PRIMITIVES,
    Array,
    Enum,
    Field,
    Fixed,
    Map,
    Named,
    Primitive,
    PrimitiveKind,
    Record,
    Union,
)
from eventpact.avro.source import MAX_DEPTH, read
from eventpact.avro.walk import named_types, walk
from eventpact.errors import SchemaError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from eventpact.avro.memory import Memory
    from eventpact.avro.model import Schema

_MAX_FIXED: Final = 2**31 - 9
"""The longest array that Avro Java makes."""

_PLAIN: Final = {kind: Primitive(kind=kind) for kind in get_args(PrimitiveKind)}
"""The primitives that say no more than their kind: one of each serves all schemas."""


def parse(
    source: str | bytes | Any, references: Iterable[Schema] | dict[str, Named] = (), *, memory: Memory | None = None
) -> Schema:
    """The schema that a text, or JSON already parsed, declares.

    Args:
        source: JSON text, its UTF-8 bytes, or the value that `json.loads` made of it.
        references: schemas whose named types this one may use by name, or what `types_of` makes of them.
        memory: one for all versions of a schema; parts that they have in common are then the same objects.

    Raises:
        SchemaError: with the JSON pointer of what is wrong, and for text also line and column.
    """
    text: str | None = None
    node: Any = source
    if isinstance(source, (str, bytes)):
        node, text = read(source)
    try:
        known = references if isinstance(references, dict) else types_of(references)
        return _Parser(known.copy(), memory).parse(node)
    except Invalid as error:
        raise error.located(node, text) from None


class _Forward:
    """Stands in the tree for a name that is not defined yet, until the whole text is read."""

    __slots__ = ("holder", "key", "name")
    kind: Final = "forward"

    def __init__(self, name: str, holder: dict[str, Any] | list[Any], key: str | int) -> None:
        self.name = name
        self.holder = holder
        self.key = key


class _Parser:
    def __init__(self, known: dict[str, Named], memory: Memory | None) -> None:
        self.known = known
        self.memory = memory
        self.learned: list[Remembered] = []
        self.uses: list[Use] = []
        self.defines: list[Named] = []
        self.repeated = 0
        self.relative = 0
        """How many names depended on the namespace around them."""
        self.defaults: list[tuple[Field, dict[str, Any]]] = []
        self.unions: list[tuple[Union, list[Any]]] = []
        self.forwards = 0
        self.depth = 0

    def parse(self, node: Any) -> Schema:
        schema = self.schema(node, "", [node], 0)
        if self.forwards:
            schema = self.link(schema)
        if self.defaults:
            self.check_defaults()
        if self.memory is not None:
            self.memory.learn(self.learned)
        return schema

    def check_defaults(self) -> None:
        checker = defaults.Checker(defaults.Strictness.ACCEPTED)
        for field, holder in self.defaults:
            if not checker.accepts(field):
                raise Invalid(
                    f"the default {shown(field.default)} of field {field.name!r} does not fit its type",
                    holder,
                    "default",
                    hint=defaults.hint(field.type),
                )

    def schema(self, node: Any, namespace: str, holder: dict[str, Any] | list[Any], key: str | int) -> Schema:
        if isinstance(node, str):
            return _PLAIN.get(node) or self.named(node, namespace, holder, key)
        if not isinstance(node, (dict, list)):
            raise Invalid(f"{shown(node)} is no schema", holder, key, hint="a name, an object, or an array of branches")
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Invalid(f"schemas nest more than {MAX_DEPTH} deep", holder, key, hint="give inner types a name")
        schema = self.object(node, namespace) if isinstance(node, dict) else self.union(node, namespace)
        self.depth -= 1
        return schema

    def object(self, node: dict[str, Any], namespace: str) -> Schema:
        match node.get("type"):
            case str(kind) if kind in PRIMITIVES:
                if len(node) == 1:
                    return _PLAIN[kind]
                logical, props = attributes.logical_and_custom(node, kind)
                return Primitive(kind=kind, logical=logical, props=props)  # type: ignore[arg-type]  # one of the literals
            case "record" | "error" as kind:
                return self.record(node, namespace, is_error=kind == "error")
            case "enum":
                return self.enum(node, namespace)
            case "fixed":
                return self.fixed(node, namespace)
            case "array":
                items = self.schema(_required(node, "items", "an array"), namespace, node, "items")
                return Array(items=items, props=attributes.custom(node, attributes.SCHEMA))
            case "map":
                values = self.schema(_required(node, "values", "a map"), namespace, node, "values")
                return Map(values=values, props=attributes.custom(node, attributes.SCHEMA))
            case str(name):
                return self.named(name, namespace, node, "type")
            case None:
                raise Invalid("a schema object needs a `type`", node)
            case _:
                raise Invalid("`type` must be a name here", node, "type", hint="put what it holds in its place")

    def named(self, name: str, namespace: str, holder: dict[str, Any] | list[Any], key: str | int) -> Schema:
        full = name
        if "." not in name:
            self.relative += 1
            full = f"{namespace}.{name}" if namespace else name
        found = self.known.get(full) or self.known.get(name)
        if found is not None:
            self.uses.append(Use(full, name, found))
            return found
        self.forwards += 1
        return _Forward(full, holder, key)  # type: ignore[return-value]  # `link` replaces it before anyone sees it

    def union(self, node: list[Any], namespace: str) -> Union:
        before = self.forwards
        union = Union(branches=tuple([self.schema(branch, namespace, node, i) for i, branch in enumerate(node)]))
        if self.forwards > before:
            self.unions.append((union, node))
        else:
            _check_branches(union, node)
        return union

    def record(self, node: dict[str, Any], namespace: str, *, is_error: bool) -> Record:
        name = _name(node, namespace, "a record")
        record = Record(
            name=name,
            aliases=attributes.type_aliases(node, name),
            doc=attributes.doc(node),
            is_error=is_error,
            props=attributes.custom(node, attributes.SCHEMA),
        )
        self.define(record, node)
        entries = _required(node, "fields", "a record")
        if not isinstance(entries, list):
            raise Invalid("`fields` must be an array", node, "fields")
        inner = names.namespace_of(name)
        fields: dict[str, Field] = {}
        for index, entry in enumerate(entries):
            if not isinstance(entry, dict):
                raise Invalid("a field must be an object", entries, index)
            field = self.recalled(entry, inner)
            if field.name in fields:
                raise Invalid(f"field {field.name!r} is defined twice in {name}", entry, "name")
            fields[field.name] = field
        object.__setattr__(record, "fields", tuple(fields.values()))
        return record

    def recalled(self, node: dict[str, Any], namespace: str) -> Field:
        """The field as it was parsed before; if it never was, it is parsed and remembered."""
        if self.memory is None or self.depth > MEMORY_DEPTH:
            return self.field(node, namespace)
        text = form(node)
        remembered = self.memory.recall(text, namespace, self.depth, self.known)
        if remembered is not None:
            if remembered.namespace is not None:
                self.relative += 1
            if remembered.uses:
                self.uses += remembered.uses
            for named in remembered.defines:
                self.defines.append(named)
                self.known[named.name] = named
            return remembered.field
        uses, defines, relative = len(self.uses), len(self.defines), self.relative
        open_ends = self.forwards + self.repeated
        field = self.field(node, namespace)
        if self.forwards + self.repeated == open_ends:
            # Each schema defines its own types, even those that another one defines alike under the same full name.
            fixed = self.relative == relative and len(self.defines) == defines
            place = None if fixed else namespace
            self.learned.append(Remembered(text, field, self.depth, place, self.uses[uses:], self.defines[defines:]))
        return field

    def field(self, node: dict[str, Any], namespace: str) -> Field:
        name = _required(node, "name", "a field")
        if not names.is_name(name):
            raise Invalid(f"{shown(name)} is no field name", node, "name", hint=names.RULE)
        declared = node.get("type")
        if declared is None:
            raise _missing(node, "type", f"field {name!r}")
        schema = self.schema(declared, namespace, node, "type")
        default = node.get("default", MISSING)
        if isinstance(default, str) and schema.kind in {"float", "double"}:
            default = defaults.number(default)  # Avro Java reads "NaN" and "1.5" there
        field = Field(
            name=name, type=schema, default=default, doc=attributes.doc(node), **attributes.rarities_of_field(node)
        )
        if default is not MISSING:
            self.defaults.append((field, node))
        return field

    def enum(self, node: dict[str, Any], namespace: str) -> Enum:
        name = _name(node, namespace, "an enum")
        symbols = _required(node, "symbols", "an enum")
        if not isinstance(symbols, list):
            raise Invalid("`symbols` must be an array", node, "symbols")
        seen: set[str] = set()
        for index, symbol in enumerate(symbols):
            if not names.is_name(symbol):
                raise Invalid(f"{shown(symbol)} is no symbol", symbols, index, hint=names.RULE)
            if symbol in seen:
                raise Invalid(f"symbol {symbol!r} is listed twice", symbols, index)
            seen.add(symbol)
        default = node.get("default")
        if default is not None and (not isinstance(default, str) or default not in seen):
            raise Invalid(f"the default {shown(default)} is none of the symbols", node, "default")
        enum = Enum(
            name=name,
            symbols=tuple(symbols),
            default=default,
            aliases=attributes.type_aliases(node, name),
            doc=attributes.doc(node),
            props=attributes.custom(node, attributes.ENUM),
        )
        self.define(enum, node)
        return enum

    def fixed(self, node: dict[str, Any], namespace: str) -> Fixed:
        name = _name(node, namespace, "a fixed")
        size = _required(node, "size", "a fixed")
        if type(size) is not int or not 0 <= size <= _MAX_FIXED:
            raise Invalid(f"the size {shown(size)} is no number of bytes", node, "size")
        logical, props = attributes.logical_and_custom(node, "fixed", size)
        aliases = attributes.type_aliases(node, name)
        fixed = Fixed(name=name, size=size, logical=logical, aliases=aliases, doc=attributes.doc(node), props=props)
        self.define(fixed, node)
        return fixed

    def define(self, schema: Named, node: dict[str, Any]) -> None:
        earlier = self.known.setdefault(schema.name, schema)
        if earlier is schema:
            self.defines.append(schema)
        elif _is_repeated(earlier, schema):
            self.repeated += 1
        else:
            raise Invalid(f"{schema.name} is already defined", node, "name", hint=f'use it by name: "{schema.name}"')

    def link(self, root: Schema) -> Schema:
        """Put the types that forward references name in their places."""
        root = self.target(root)
        for schema in walk(root):
            match schema:
                case Array():
                    object.__setattr__(schema, "items", self.target(schema.items))
                case Map():
                    object.__setattr__(schema, "values", self.target(schema.values))
                case Union():
                    object.__setattr__(schema, "branches", tuple(self.target(branch) for branch in schema.branches))
                case Record():
                    for field in schema.fields:
                        object.__setattr__(field, "type", self.target(field.type))
        for union, node in self.unions:
            _check_branches(union, node)
        return root

    def target(self, schema: Schema) -> Schema:
        if not isinstance(schema, _Forward):
            return schema
        found = self.known.get(schema.name)
        if found is None:
            short = names.short_name(schema.name)
            hint = (
                f'write {{"type": {{"type": "{short}", ...}}}}'
                if short in names.COMPLEX
                else "define it, or give the schema that does as a reference"
            )
            raise Invalid(f"the type {schema.name} is not defined", schema.holder, schema.key, hint=hint)
        return found


def types_of(references: Iterable[Schema]) -> dict[str, Named]:
    """The types by full name that a schema with these references may use: `parse` takes them for the references.

    Raises:
        SchemaError: two references define one name in two ways.
    """
    known: dict[str, Named] = {}
    for reference in references:
        for name, schema in named_types(reference).items():
            if known.setdefault(name, schema) is not schema and meaning(known[name]) != meaning(schema):
                raise SchemaError(f"the references define {name} in two ways", hint="refer to one version of it")
    return known


def _required(node: dict[str, Any], key: str, what: str) -> Any:
    value = node.get(key)
    if value is None:
        raise _missing(node, key, what)
    return value


def _missing(node: dict[str, Any], key: str, what: str) -> Invalid:
    return Invalid(f"{what} needs {'a' if key[0] not in 'aeiou' else 'an'} `{key}`", node)


def _name(node: dict[str, Any], namespace: str, what: str) -> str:
    name = _required(node, "name", what)
    own = node.get("namespace")
    if own is None and namespace and names.is_name(name):
        return f"{namespace}.{name}"  # as nearly all are: the namespace around them was looked at already
    if own is not None and not isinstance(own, str):
        raise Invalid(f"{shown(own)} is no namespace", node, "namespace")
    if not isinstance(name, str) or not names.is_name(names.short_name(name)):
        raise Invalid(f"{shown(name)} is no name", node, "name", hint=names.RULE)
    full = names.full_name(name, namespace if own is None else own)
    if not names.is_full_name(full):
        key = "name" if "." in name else "namespace"
        raise Invalid(f"{shown(node[key])} is no namespace", node, key, hint=f"{names.RULE}, joined by dots")
    if full in PRIMITIVES:
        raise Invalid(f"{full!r} is the name of a primitive type", node, "name")
    return full


def _is_repeated(earlier: Named, later: Named) -> bool:
    """Whether a second definition says the same, as far as Avro Java looks; a record never does."""
    match earlier, later:
        case Enum(), Enum():
            return earlier.symbols == later.symbols and not earlier.props
        case Fixed(), Fixed():
            return earlier.size == later.size and not earlier.props and earlier.logical is None
        case _:
            return False


def _check_branches(union: Union, node: list[Any]) -> None:
    seen: set[str] = set()
    for index, branch in enumerate(union.branches):
        if isinstance(branch, Union):
            raise Invalid("a union may not hold a union directly", node, index, hint="list its branches here")
        name = branch.name if isinstance(branch, (Record, Enum, Fixed)) else branch.kind
        if name in seen:
            raise Invalid(f"the union lists {name} twice", node, index, hint="wrap one of them in a record")
        seen.add(name)
