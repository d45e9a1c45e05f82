"""Old and new packages that talk: installed in two environments, two interpreters, one broker between them.

The properties of `pytest --contracts` hold versions against each other inside one process. This is the whole way once:
an event of each system, from the generated class of the old package to that of the new one, and back where the topic's
mode promises it.

    python -m eventpact_testing.exchange --contracts contracts/
"""

from eventpact_testing.exchange.meeting import Exchanged, exchange

__all__ = ["Exchanged", "exchange"]
