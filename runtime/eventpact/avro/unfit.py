"""How fast code gives up."""

from __future__ import annotations


class Unfit(Exception):  # noqa: N818 - no error yet: the interpreter says whether it is one
    """A value or bytes are not what straight-line code is made for.

    Never leaves a codec: the interpreter goes over the same value or bytes again, and either knows what to do with them
    or says what is wrong, and where.
    """
