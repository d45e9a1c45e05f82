"""The reference executor: plans and schemas carried out step by step, with every check and every error message.

Slower than emitted code by an order of magnitude and much shorter. It judges the emitter in tests, says what is wrong
when emitted code gives up, and does what that leaves out (unusual forms of values and of bytes that are right all the
same).
"""
