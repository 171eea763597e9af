"""What is shown while nobody is there: dark, and never long in the same place, so that no picture burns into the
panel.

It is a step of the terminal, not of a visit: the kiosk shows it over the home screen and takes it away at any touch,
any key, or when the presence sensor says that somebody stands there. What was touched means nothing but "I am here".
"""

from __future__ import annotations

from dataclasses import dataclass

from matters.steps import Step

MOVES_S = 8.0  # seconds in one place


@dataclass(frozen=True)
class Attract(Step):
    """`turn` counts the moves since it came; `picture` is of the matters on offer, another with every turn."""

    turn: int
    picture: str


def attract(turn: int, pictures: tuple[str, ...]) -> Attract:
    return Attract("attract", None, False, turn, pictures[turn % len(pictures)] if pictures else "")


def corner(turn: int) -> tuple[float, float]:
    """Where in the free room the words stand, 0..1 across and down. Two triangle waves of different lengths:
    every place is visited before one comes again, and neighbours in time are neighbours in place."""
    return _wave(turn, 7), _wave(turn, 11)


def _wave(turn: int, half: int) -> float:
    place = turn % (2 * half)
    return (place if place <= half else 2 * half - place) / half
