"""Health of a cluster, its registry and this process, judged by what the contracts ask for.

    report = Health(Settings.from_env(), Expected.of(QuikappProducer, NotificationService)).check()
    report.healthy, report.findings

Every question waits a bounded time; a cluster or registry that does not answer is a finding, never an exception.
"""

from eventpact.operate.health.expected import Expected, ExpectedTopic
from eventpact.operate.health.health import Health
from eventpact.operate.health.report import (
    BrokerHealth,
    Finding,
    Flow,
    GroupHealth,
    HealthReport,
    Ping,
    ProducerHealth,
    RegistryHealth,
    Stats,
    TopicsHealth,
)

__all__ = [
    "BrokerHealth",
    "Expected",
    "ExpectedTopic",
    "Finding",
    "Flow",
    "GroupHealth",
    "Health",
    "HealthReport",
    "Ping",
    "ProducerHealth",
    "RegistryHealth",
    "Stats",
    "TopicsHealth",
]
