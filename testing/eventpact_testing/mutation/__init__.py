"""The mutation proof: contracts broken on purpose, and a count of who notices.

    python -m eventpact_testing.mutation --contracts contracts/

Each operator changes a version's schema in one way, of which Avro's rules say what it does to readers of either side.
Gate and properties must catch every mutant that breaks, and let pass every one that is safe.
"""
