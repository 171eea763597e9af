"""One sheet for each type of step."""

from screens.sheets import after, asking, attracting, closing, entry, finding, staff, taking
from screens.sheets.base import Register, Sheet, shows

__all__ = [
    "Register",
    "Sheet",
    "after",
    "asking",
    "attracting",
    "closing",
    "entry",
    "finding",
    "shows",
    "staff",
    "taking",
]
