"""What the strings below a class's attributes say."""

from __future__ import annotations

from dataclasses import dataclass

from eventpact_registry.contracts.attribute_docs import attribute_docs


@dataclass
class Parcel:
    """A parcel."""

    weight: int
    """In grams,
    rounded up."""
    width: int
    height: int = 0
    """In millimetres."""


@dataclass
class Letter(Parcel):
    """A flat parcel."""

    height: int = 5
    """Never more than this."""


def test_the_string_below_an_attribute_is_what_it_is_for() -> None:
    assert attribute_docs(Parcel) == {"weight": "In grams,\nrounded up.", "height": "In millimetres."}


def test_a_class_has_the_attributes_of_its_bases_and_its_own_words_for_them() -> None:
    assert attribute_docs(Letter) == {"weight": "In grams,\nrounded up.", "height": "Never more than this."}


def test_a_class_without_source_has_nothing_to_say() -> None:
    assert attribute_docs(type("Made", (), {})) == {}
    assert attribute_docs(int) == {}
