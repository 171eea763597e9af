"""One sheet for each type of step."""

from screens.sheets import asking, closing, entry, finding, taking
from screens.sheets.base import Register, Sheet, shows

__all__ = ["Register", "Sheet", "asking", "closing", "entry", "finding", "shows", "taking"]
