"""A cluster and a registry in memory: what clients of this process send and read, without sockets, threads and waiting.

Everything else is the runtime's own: events are encoded, framed, keyed, read, retried and committed as in a service.
"""

from eventpact_testing.memory.cluster import MemoryCluster, memory_settings

__all__ = ["MemoryCluster", "memory_settings"]
