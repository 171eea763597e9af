"""One sheet for each type of step."""

from screens.sheets import asking, finding
from screens.sheets.base import Register, Sheet, shows

__all__ = ["Register", "Sheet", "asking", "finding", "shows"]
