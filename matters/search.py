"""Finding a matter by the words people use, by pinyin, or by the first letters of the syllables."""

from __future__ import annotations

import re
from collections.abc import Iterator

from matters.catalogue import Catalogue, Matter

_NOISE = re.compile(r"[\s，。、？！,.?!·'’]+")
_FILLERS = re.compile("我想|我要|怎么|办理|申请|给|的|吗|呢|一下")


def find(catalogue: Catalogue, text: str, most: int = 8) -> tuple[Matter, ...]:
    """Matters that fit, best first; none for an empty text. Pinyin may be whole, cut short, or initials."""
    wanted = _NOISE.sub("", text).lower()
    if not wanted:
        return ()
    scored = [
        (score, n, matter) for n, matter in enumerate(catalogue.matters.values()) if (score := _score(matter, wanted))
    ]
    scored.sort(key=lambda row: (-row[0], row[1]))
    return tuple(matter for _, _, matter in scored[:most])


def _score(matter: Matter, wanted: str) -> float:
    if wanted.isascii():
        return max((_by_letters(pinyin, wanted) for pinyin in matter.pinyin), default=0)
    core = _FILLERS.sub("", wanted) or wanted
    best = 0.0
    for weight, phrase in _phrases(matter):
        if core == phrase:
            best = max(best, weight + 4)
        elif core in phrase:
            best = max(best, weight + 3 * len(core) / len(phrase))
        elif phrase in core:
            best = max(best, weight + 2)
        else:
            shared = len(set(core) & set(phrase)) / len(set(core))
            if shared >= 0.6 and len(core) > 1:
                best = max(best, weight * shared / 2)
    return best


def _phrases(matter: Matter) -> Iterator[tuple[float, str]]:
    yield 10, matter.title
    yield 9, matter.official
    for name in matter.names:
        yield 9, name
    for item in matter.items:
        yield 5, item.title
        yield 5, item.short
        yield 5, item.official
    for example in matter.examples:
        yield 4, example


def _by_letters(pinyin: str, wanted: str) -> float:
    syllables = pinyin.lower().split()
    whole, initials = "".join(syllables), "".join(syllable[0] for syllable in syllables)
    if whole.startswith(wanted) or initials.startswith(wanted):
        return 10 + len(wanted) / len(whole)
    starts = ["".join(syllables[i:]) for i in range(1, len(syllables))]
    if any(start.startswith(wanted) for start in starts) or (len(wanted) > 1 and wanted in initials):
        return 5 + len(wanted) / len(whole)
    return 0
