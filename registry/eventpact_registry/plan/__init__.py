"""Registry and cluster brought to what contracts say: read, plan, apply.

wanted = desired(repository)
state = read_state(wanted, registry=registry, cluster=topics)
todo = plan(wanted, state)
apply(todo, registry=registry, cluster=topics)
"""

from eventpact_registry.plan.accounts import Account
from eventpact_registry.plan.apply import Progress, Retries, apply
from eventpact_registry.plan.desired import Desired, desired, topic_contract
from eventpact_registry.plan.planner import plan
from eventpact_registry.plan.render import as_json, as_markdown, rows, summary
from eventpact_registry.plan.retired import Retired, retired
from eventpact_registry.plan.saved import Choices, SavedPlan, read, save
from eventpact_registry.plan.state import Access, Cluster, State, read_state
from eventpact_registry.plan.steps import Plan, describe

__all__ = [
    "Access",
    "Account",
    "Choices",
    "Cluster",
    "Desired",
    "Plan",
    "Progress",
    "Retired",
    "Retries",
    "SavedPlan",
    "State",
    "apply",
    "as_json",
    "as_markdown",
    "describe",
    "desired",
    "plan",
    "read",
    "read_state",
    "retired",
    "rows",
    "save",
    "summary",
    "topic_contract",
]
