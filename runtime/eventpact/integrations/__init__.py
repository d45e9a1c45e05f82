"""Our codecs in other Kafka clients: confluent-kafka's serializing clients, aiokafka and FastStream.

`confluent`, `aiokafka` and `faststream` are what a service imports. The clients themselves are the service's own
dependencies.
"""
