"""Properties of contracts: what must hold for every value of every version, as cases to run.

`case.Case` is one test, `catalog.PROPERTIES` the table of all properties, `running.run` runs a case. The pytest plugin
makes tests of them; the mutation proof runs them on contracts that it has broken.
"""
