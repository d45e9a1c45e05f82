"""Safe fixes: small edits of the text itself, so that formatting and comments stay as they are.

    done = fix(Path("contracts"), bases)

Only what is new against the bases is ever edited, because a version that is out cannot be changed.
"""

from eventpact_registry.fixes.fixing import Fixed, fix

__all__ = ["Fixed", "fix"]
