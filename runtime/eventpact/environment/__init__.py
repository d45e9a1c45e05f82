"""Settings read from environment variables: every variable by name, and every wrong one reported in one error.

A variable that is set but empty counts as not set. Values are shown in errors, secrets never are.
"""

from eventpact.environment.parsing import without_user
from eventpact.environment.reading import read
from eventpact.environment.variables import VARIABLES, Variable

__all__ = ["VARIABLES", "Variable", "read", "without_user"]
