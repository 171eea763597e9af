"""The time limit of a matter, in working days after acceptance, with the rule and the plan clause that gave it.

The plans do not agree, so a county names a profile (facts: rows 5, 6 and 7 of the plans' list):

`chenzhou` (001 二(一)1): items side by side take as long as the longest; items one after another take the sum of their
statutory limits cut by at least 70 %. The text does not say how to mix the two, nor how to round. Our rule: every way
through the graph of "takes in the result of" is a chain; a chain of one counts its own limit, a longer one 30 % of the
sum of its statutory limits; the matter takes as long as its longest chain; parts of a day count as a whole one.
`yongzhou` (000 二): general matters on the spot, fairly complex ones at most 10 working days, complex ones half.
`yongzhou-market` (002 二): at least half the statutory limit, each; side by side the longest counts.
`published`: what the items promise, added up along the longest chain (nobody published a rule that cuts it), but never
more than was published for the whole; nothing is counted from statutory limits.

Why the longest chain for a mixed graph: what stands side by side is worked on at once (row 7, parallel), so only what
waits for something else adds up; the chain that takes longest is when the last result can be there. A chain of one is
not "in sequence", so its limit is not cut. Where one member of a chain has no statutory limit there is no sum to cut,
and what they promise is added up instead: a number that no plan shortens, said by its rule `sequence_promised`.

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
        return _published(matter, items)
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


@dataclass(frozen=True)
class _Way:
    """The worst way to an item that is known so far: `promised` and `statutory` days added up, its longest member."""

    promised: int
    statutory: int
    longest: int
    length: int


def _chains(items: list[Item]) -> Limit:
    """The longest of all ways, each by its own rule. One pass over the graph: there may be millions of ways."""
    best = Limit(-1, "", "")
    for way, complete in _ways(items):
        if way.length == 1:
            found = Limit(way.promised, "single" if len(items) == 1 else "parallel", "001 二(一)1")
        elif not complete:  # no statutory figure to cut: what they promise, one after another
            found = Limit(way.promised, "sequence_promised", "001 二(一)1")
        else:
            days = ceil(way.statutory * SEQUENCE_SHARE)
            found = Limit(days, "sequence", "001 二(一)1", (), days < way.longest)
        if best.days is None or (found.days or 0) > best.days:
            best = found
    return best


def _published(matter: Matter, items: list[Item]) -> Limit:
    """What is promised, one after another where one waits for another; never more than was published for the whole."""
    longest = max((way for way, _ in _ways(items)), key=lambda way: _by("promised", way))
    rule = "single" if len(items) == 1 else "parallel" if longest.length == 1 else "sequence_promised"
    whole = matter.limit.committed
    return (
        Limit(longest.promised, rule, "")
        if whole is None or longest.promised <= whole
        else Limit(whole, "published", "")
    )


def _ways(items: list[Item]) -> list[tuple[_Way, bool]]:
    """For each item that nothing waits for, the worst ways that end there, each with whether all its members have a
    statutory limit: of those that do, the worst by what is statutory and by what is promised; of the others, by what
    is promised. An item that waits for nothing begins a way."""
    by_id = {item.id: item for item in items}
    done: dict[str, _Worst] = {}
    parents = {item.id: [name for name in item.needs if name in by_id] for item in items}
    left = list(by_id)
    while left:  # the build has refused circles; a round without progress could only be one
        ready = [name for name in left if all(parent in done for parent in parents[name])]
        for name in ready:
            done[name] = _reached(by_id[name], [done[parent] for parent in parents[name]])
        if not ready:
            break
        left = [name for name in left if name not in done]
    waited_for = {parent for names in parents.values() for parent in names}
    ends = [worst for name, worst in done.items() if name not in waited_for]
    return [(way, complete) for worst in ends for (complete, _), way in worst.items()]


_Worst = dict[tuple[bool, str], _Way]
"""(whether all have a statutory limit, by which measure it is the worst) -> the way."""


def _reached(item: Item, before: list[_Worst]) -> _Worst:
    promised, statutory = single(item) or 0, item.limit.statutory
    begun = [(True, _Way(0, 0, 0, 0))]
    if before:
        begun = [(complete, way) for worst in before for (complete, _), way in worst.items()]
    found: _Worst = {}
    for complete, way in begun:
        whole = complete and statutory is not None
        days = statutory or 0
        new = _Way(way.promised + promised, way.statutory + days, max(way.longest, days), way.length + 1)
        for measure in ("statutory", "promised") if whole else ("promised",):
            old = found.get((whole, measure))
            if old is None or _by(measure, new) > _by(measure, old):
                found[whole, measure] = new
    return found


def _by(measure: str, way: _Way) -> tuple[int, int]:
    return (way.statutory, way.promised) if measure == "statutory" else (way.promised, way.statutory)
