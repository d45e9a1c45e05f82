"""`metrics.md`: what Prometheus is shown, from the catalogue in `eventpact.observe.catalogue`."""

from __future__ import annotations

from typing import Final

from eventpact.observe.catalogue import METRICS
from eventpact_cli.reference.markdown import code, table
from eventpact_cli.reference.markdown import page as whole

_INTRODUCTION: Final = """\
What a process shows at `METRICS_PORT`: see [Operating](../operating.md). Counters never fall:
what a producer or group had counted when it ended stays in them, if metrics were asked for by then."""

_LABELS: Final = """\
Labels hold what contracts declare. A topic with run-time parameters counts under its declared name, all tenants
together; nothing is labelled with a tenant, a key or an id, whose number has no bound."""


def page() -> str:
    """The page's text."""
    rows = [(code(metric.name), metric.kind, ", ".join(map(code, metric.labels)), metric.meaning) for metric in METRICS]
    return whole("Metrics", _INTRODUCTION, table(("metric", "kind", "labels", "what it tells"), rows), _LABELS)
