"""Hypothesis strategies made from schemas: events of generated classes, and plain values of any schema.

    @given(events(MessageSent, **{"data.user_id": st.just("u-1")}))
    def test_...(event: MessageSent) -> None: ...

Everything that the schema allows can come, and is shrunk: boundary numbers, text of any script, empty and filled
containers, every branch and symbol. Text whose field has a `"format"` (email, url, uuid, …) looks like it.
"""

from __future__ import annotations

from eventpact_testing.strategies.building import Style, values
from eventpact_testing.strategies.classes import events

__all__ = ["Style", "events", "values"]
