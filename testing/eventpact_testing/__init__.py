"""Real and embedded brokers, fixtures and flows to prove contracts with."""
