"""The demonstration: the five systems proved end to end, told as a story."""
