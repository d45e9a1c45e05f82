"""Registry and cluster brought to what contracts say: read, plan, apply.

wanted = desired(repository)
state = read_state(wanted, registry=registry, cluster=topics)
todo = plan(wanted, state)
apply(todo, registry=registry, cluster=topics)
"""

from eventpact_registry.plan.apply import Progress, Retries, apply
from eventpact_registry.plan.desired import Desired, desired, topic_contract
from eventpact_registry.plan.planner import plan
from eventpact_registry.plan.render import as_json, rows, summary
from eventpact_registry.plan.state import Cluster, State, read_state
from eventpact_registry.plan.steps import Plan, describe

__all__ = [
    "Cluster",
    "Desired",
    "Plan",
    "Progress",
    "Retries",
    "State",
    "apply",
    "as_json",
    "describe",
    "desired",
    "plan",
    "read_state",
    "rows",
    "summary",
    "topic_contract",
]
