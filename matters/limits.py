"""The time limit of a matter, in working days after acceptance, with the rule and the plan clause that gave it.

The plans do not agree, so a county names a profile (facts: rows 5, 6 and 7 of the plans' list):

`chenzhou` (001 二(一)1): items side by side take as long as the longest; items one after another take the sum of their
statutory limits cut by at least 70 %. The text does not say how to mix the two, nor how to round. Our rule: every way
through the graph of "takes in the result of" is a chain; a chain of one counts its own limit, a longer one 30 % of the
sum of its statutory limits; the matter takes as long as its longest chain; parts of a day count as a whole one.
`yongzhou` (000 二): general matters on the spot, fairly complex ones at most 10 working days, complex ones half.
`yongzhou-market` (002 二): at least half the statutory limit, each; side by side the longest counts.
`published`: what the item or the matter itself promises, and nothing else.

Where the limits of the parts are not known, a limit published for the whole counts; else the answer is unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from matters.catalogue import Item, Matter

PROFILES = ("chenzhou", "yongzhou", "yongzhou-market", "published")
SEQUENCE_SHARE = Fraction(30, 100)
FAIRLY_COMPLEX_DAYS = 10


@dataclass(frozen=True)
class Limit:
    """`days` None: unknown; 0: on the spot. `rule` names the text limit.RULE; `unknown` lists items without a limit;
    `below_longest` warns that 30 % of a chain is less than one item's own statutory limit."""

    days: int | None
    rule: str
    clause: str
    unknown: tuple[str, ...] = ()
    below_longest: bool = False


def single(item: Item) -> int | None:
    """What one item promises: its committed limit, else the statutory one."""
    return item.limit.committed if item.limit.committed is not None else item.limit.statutory


def matter_limit(matter: Matter, chosen: Sequence[str], profile: str = "chenzhou") -> Limit:
    """The limit of the chosen items. Raises ValueError for a profile that does not exist."""
    if profile not in PROFILES:
        raise ValueError(f"no policy profile {profile!r}")
    items = [item for item in matter.items if item.id in chosen]
    unknown = tuple(item.id for item in items if single(item) is None)
    if not items:
        return Limit(None, "unknown", "")
    if unknown:
        if matter.limit.committed is not None:
            return Limit(matter.limit.committed, "published", "", unknown)
        return Limit(None, "unknown", "", unknown)
    if profile == "published":
        return Limit(max(single(item) or 0 for item in items), "single" if len(items) == 1 else "parallel", "")
    if profile == "yongzhou":
        return _by_complexity(matter, items)
    if profile == "yongzhou-market":
        return Limit(max(_half(item) for item in items), "market_half", "002 二")
    return _chains(items)


def _half(item: Item) -> int:
    """At least 50 % faster than the statutory limit, or what is promised if that is shorter still."""
    promised = single(item) or 0
    return promised if item.limit.statutory is None else min(promised, ceil(Fraction(item.limit.statutory, 2)))


def _by_complexity(matter: Matter, items: list[Item]) -> Limit:
    longest = max(single(item) or 0 for item in items)
    if matter.complexity == "general":
        return Limit(0, "on_the_spot", "000 二")
    if matter.complexity == "fairly_complex":
        return Limit(min(longest, FAIRLY_COMPLEX_DAYS), "fairly_complex", "000 二")
    return Limit(max(_half(item) for item in items), "half", "000 二")


def _chains(items: list[Item]) -> Limit:
    by_id = {item.id: item for item in items}
    best = Limit(-1, "", "")
    for chain in chains(by_id):
        if len(chain) == 1:
            days, rule = single(by_id[chain[0]]) or 0, "single" if len(items) == 1 else "parallel"
            below = False
        else:
            statutory = [by_id[name].limit.statutory for name in chain]
            each = [days for days in statutory if days is not None]
            if len(each) < len(statutory):  # no statutory figure to cut: what they promise, one after another
                days, rule, below = sum(single(by_id[name]) or 0 for name in chain), "sequence_promised", False
            else:
                days, rule = ceil(sum(each) * SEQUENCE_SHARE), "sequence"
                below = days < max(each)
        if best.days is None or days > best.days:
            best = Limit(days, rule, "001 二(一)1", (), below)
    return best


def chains(by_id: dict[str, Item]) -> list[tuple[str, ...]]:
    """Every longest way from an item that needs nothing to one that nothing needs, among these items."""
    children: dict[str, list[str]] = {name: [] for name in by_id}
    roots = []
    for name, item in by_id.items():
        parents = [parent for parent in item.needs if parent in by_id]
        if not parents:
            roots.append(name)
        for parent in parents:
            children[parent].append(name)
    found: list[tuple[str, ...]] = []
    stack: list[tuple[str, ...]] = [(root,) for root in roots]
    while stack:
        chain = stack.pop()
        follow = [child for child in children[chain[-1]] if child not in chain]
        if follow:
            stack += [(*chain, child) for child in follow]
        else:
            found.append(chain)
    return found
