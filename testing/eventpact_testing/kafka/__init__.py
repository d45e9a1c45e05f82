"""A real Apache Kafka for tests: one or more brokers in KRaft mode, from jars, on the loopback interface."""

from eventpact_testing.kafka.cluster import JAVA, QUICK_START, KafkaCluster
from eventpact_testing.kafka.node import FAST_FAILOVER, Listener

__all__ = ["FAST_FAILOVER", "JAVA", "QUICK_START", "KafkaCluster", "Listener"]
