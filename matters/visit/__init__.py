"""One person's doing of a matter, as a value: `begin`, `advance`, `step`, `wanted`, `ended`.

A visit is replayed by its events alone: nothing in here looks at a clock, a file or chance.
"""

from matters.visit.engine import advance, begin, ended, step, wanted
from matters.visit.reading import hints
from matters.visit.state import Setting, Visit

__all__ = ["Setting", "Visit", "advance", "begin", "ended", "hints", "step", "wanted"]
