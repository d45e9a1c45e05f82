"""Each system's own flow, written as a service would write it: against its generated package alone.

A flow runs in a process of its own (`python -m eventpact_testing.demo.flows.quikapp`), in an environment that has the
packages installed. It reads its settings from the environment, reports on standard output in JSON lines, and fails
when anything is lost.
"""
