"""The way each item of a matter goes (办理流程): its steps, and whose result it waits for. One order for the screen,
the guide and the picture: every result is there before it is needed."""

from __future__ import annotations

from dataclasses import dataclass

from matters.catalogue import Item
from matters.conditions import ITEM
from matters.resolve import Resolved

STEPS_MOST = 4  # 000 二


@dataclass(frozen=True)
class Lane:
    """`after`: the items among these whose results it takes in."""

    item: Item
    steps: tuple[str, ...]
    after: tuple[Item, ...]


def lanes(found: Resolved) -> tuple[Lane, ...]:
    """Of the chosen items whose steps are known."""
    return tuple(lane for lane in ways(found) if lane.steps)


def ways(found: Resolved) -> tuple[Lane, ...]:
    """Of all items that count: the chosen ones, or those of a matter that is only told about."""
    left = [state.item for state in found.items if found.facts.get(ITEM + state.item.id) == "yes"]
    left = left or [state.item for state in found.items if not state.item.offered]
    among = {item.id: item for item in left}
    done: list[str] = []
    made = []
    while left:
        item = next((one for one in left if all(name in done or name not in among for name in one.needs)), left[0])
        left.remove(item)
        done.append(item.id)
        made.append(Lane(item, item.steps[:STEPS_MOST], tuple(among[name] for name in item.needs if name in among)))
    return tuple(made)
