"""Events as contracts: what a service needs to send and receive typed Avro events."""
