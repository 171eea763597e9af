"""Places one inside the other. What they are called is the county's; nothing here knows a code."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Region:
    name: str
    parts: tuple[Region, ...] = ()


def inside(tree: tuple[Region, ...], path: Iterable[str]) -> tuple[Region, ...]:
    """What lies inside the place that the names lead to, from the top; nothing where they lead nowhere."""
    parts = tree
    for name in path:
        found = next((region for region in parts if region.name == name), None)
        if found is None:
            return ()
        parts = found.parts
    return parts
