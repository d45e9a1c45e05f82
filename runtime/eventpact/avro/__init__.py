"""Avro: schemas, their resolution and their codecs."""
