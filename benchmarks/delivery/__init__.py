"""How fast are typed producers and consumers on Apache Kafka, beside plain confluent-kafka moving the same bytes?"""
