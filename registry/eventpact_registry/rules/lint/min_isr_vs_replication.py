"""The replicas that must be in sync exist."""

from eventpact_registry.rules.model import Severity, Verdict, rule
from eventpact_registry.rules.subjects import WholeTopic


@rule("MIN_ISR_VS_REPLICATION", Severity.ERROR)
def min_isr_vs_replication(whole: WholeTopic) -> Verdict | None:
    """`min.insync.replicas` is not below the replication factor.

    Above it, no write with acks=all ever succeeds. Equal to it, none does while a single broker is down or restarted.

    Anti-pattern: two replicas, both of which must be in sync.
    Best practice: replication factor 3 and min.insync.replicas 2.
    """
    topic = whole.topic
    wanted, replicas = topic.config.get("min.insync.replicas", "1"), topic.replication_factor
    if not wanted.isdigit() or int(wanted) < replicas or (int(wanted) == replicas == 1):
        return None
    at = topic.locate("/config/min.insync.replicas")
    said = f"min.insync.replicas is {wanted} with replication factor {replicas}"
    when = "no write with acks=all succeeds" if int(wanted) > replicas else "no write succeeds while one broker is down"
    return Verdict(f"{said}: {when}", f"set it to {max(replicas - 1, 1)}, or raise the replication factor", at)
