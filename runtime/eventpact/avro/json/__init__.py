"""Avro data as JSON text and back, through Avro's binary form: one way for generated classes and for plain values.

    as_json = JsonEncoding(schema)
    text = as_json.text(codec.encode(value))
    value = codec.decode(as_json.data(text))

Two encodings. `avro` is the one of the specification (Avro 1.12, "JSON Encoding"): a union's value is tagged with the
name of its branch, bytes are text of one character a byte, logical types stay what they stand on. Any Avro tool reads
it, and nothing is lost. `plain` is for people and for what is no Avro tool: union values as they are, dates and times
as ISO 8601, decimals as text, bytes as base64.
"""

from eventpact.avro.json.encoding import Encoding, JsonEncoding

__all__ = ["Encoding", "JsonEncoding"]
