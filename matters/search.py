"""Finding a matter by the words people use, by pinyin, by the first letters of the syllables, or in another language by
the beginnings of words.

Every keystroke asks anew, so all that can be prepared is: phrases lie in one long text that is searched at the speed of
the machine, and which matters a character occurs in is looked up, not counted. The first question of a catalogue, the
empty one when the search opens, prepares it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Iterator

from matters.catalogue import Catalogue, Matter

_NOISE = re.compile(r"[\s，。、？！,.?!·'’]+")
_FILLERS = re.compile("我想|我要|怎么|办理|申请|给|的|吗|呢|一下")
KEPT = 32  # answers that are kept: the same text is asked for by the screen and by the touch on it
LONGEST = 24  # characters of a question that are looked at


def find(catalogue: Catalogue, text: str, most: int = 8) -> tuple[Matter, ...]:
    """Matters that fit, best first; none for an empty text. Pinyin may be whole, cut short, or initials."""
    return finder_of(catalogue).find(text)[:most]


def know(catalogue: Catalogue, said: Callable[[str], str]) -> None:
    """Have matters found by another language's words too. `said`: a text of the catalogue in that language."""
    catalogue.__dict__["said"] = said
    catalogue.__dict__.pop("finder", None)


def finder_of(catalogue: Catalogue) -> Finder:
    """The catalogue's own, made once: a catalogue never changes."""
    made: Finder | None = catalogue.__dict__.get("finder")
    if made is None:
        made = Finder(catalogue, catalogue.__dict__.get("said"))
        catalogue.__dict__["finder"] = made  # beside the fields, as functools.cached_property would
    return made


class _Lines:
    """Many short texts, searched as one. `owners` says for each line what it stands for."""

    def __init__(self, lines: list[str]) -> None:
        self.text = "\n" + "\n".join(lines) + "\n"
        self.starts = [0]
        for line in lines:
            self.starts.append(self.starts[-1] + len(line) + 1)

    def holding(self, wanted: str) -> Iterator[int]:
        """Numbers of the lines in which `wanted` stands, each once; with a line end in front: which begin with it."""
        at = self.text.find(wanted)
        while at >= 0:
            number = bisect_right(self.starts, at if wanted[0] == "\n" else at - 1) - 1
            yield number
            at = self.text.find(wanted, self.starts[number + 1])


class Finder:
    def __init__(self, catalogue: Catalogue, said: Callable[[str], str] | None = None) -> None:
        self.matters = tuple(catalogue.matters.values())
        phrases: dict[str, dict[int, float]] = {}
        self.spelled: list[tuple[int, float, int]] = []  # matter, weight, letters of the whole
        starts, initials = [], []
        for number, matter in enumerate(self.matters):
            for weight, phrase in _phrases(matter):
                owners = phrases.setdefault(phrase, {})
                owners[number] = max(weight, owners.get(number, 0))
            for pinyin in matter.pinyin:
                syllables = pinyin.lower().split()
                whole = len("".join(syllables))
                firsts = "".join(syllable[0] for syllable in syllables)
                for cut in range(len(syllables)):
                    starts.append("".join(syllables[cut:]))
                    self.spelled.append((number, 5.0 if cut else 10.0, whole))
                starts.append(firsts)
                self.spelled.append((number, 10.0, whole))
                initials.append((firsts, number, whole))
            for words in _words_of(matter, said) if said is not None else ():
                for cut in range(len(words)):
                    starts.append("".join(words[cut:]))
                    self.spelled.append((number, 5.0 if cut else 10.0, len("".join(words))))
        self.phrases = list(phrases)
        self.owners = [tuple(phrases[phrase].items()) for phrase in self.phrases]
        self.number = {phrase: number for number, phrase in enumerate(self.phrases)}
        self.text = _Lines(self.phrases)
        self.starts = _Lines(starts)
        self.initials = _Lines([firsts for firsts, _, _ in initials])
        self.initialled = [(number, whole) for _, number, whole in initials]
        self.with_character: dict[str, list[int]] = defaultdict(list)
        for number, phrase in enumerate(self.phrases):
            for character in set(phrase):
                self.with_character[character].append(number)
        self.kept: OrderedDict[str, tuple[Matter, ...]] = OrderedDict()

    def find(self, text: str) -> tuple[Matter, ...]:
        wanted = _NOISE.sub("", text).lower()[:LONGEST]
        if not wanted:
            return ()
        if wanted not in self.kept:
            scores = self._by_letters(wanted) if wanted.isascii() else self._by_words(wanted)
            order = sorted(scores, key=lambda number: (-scores[number], number))
            self.kept[wanted] = tuple(self.matters[number] for number in order)
            if len(self.kept) > KEPT:
                self.kept.popitem(last=False)
        return self.kept[wanted]

    def _by_words(self, wanted: str) -> dict[int, float]:
        core = _FILLERS.sub("", wanted) or wanted
        scores: dict[int, float] = {}

        def add(number: int, more: float, share: float = 1.0) -> None:
            for matter, weight in self.owners[number]:
                score = weight * share + more
                if score > scores.get(matter, 0):
                    scores[matter] = score

        seen = set()
        for number in self.text.holding(core):
            seen.add(number)
            phrase = self.phrases[number]
            add(number, 4.0 if phrase == core else 3.0 * len(core) / len(phrase))
        parts = {core[a:b] for a in range(len(core)) for b in range(a + 1, len(core) + 1)}
        for part in parts:
            if (known := self.number.get(part)) is not None and known not in seen:
                seen.add(known)
                add(known, 2.0)
        characters = set(core)
        if len(core) > 1:
            count: Counter[int] = Counter()
            for character in characters:
                count.update(self.with_character.get(character, ()))
            for number, shared in count.items():
                if shared >= 0.6 * len(characters) and number not in seen:
                    add(number, 0.0, shared / len(characters) / 2)
        return scores

    def _by_letters(self, wanted: str) -> dict[int, float]:
        scores: dict[int, float] = {}
        for line in self.starts.holding("\n" + wanted):
            number, weight, whole = self.spelled[line]
            scores[number] = max(scores.get(number, 0), weight + len(wanted) / whole)
        if len(wanted) > 1:
            for line in self.initials.holding(wanted):
                number, whole = self.initialled[line]
                scores[number] = max(scores.get(number, 0), 5 + len(wanted) / whole)
        return scores


def _words_of(matter: Matter, said: Callable[[str], str]) -> Iterator[list[str]]:
    """Names of a matter and of what is in it, as words of letters; none that is not said in the other language."""
    for name in dict.fromkeys((matter.title, *matter.names, *(item.short or item.title for item in matter.items))):
        words = re.findall("[a-z0-9]+", said(name).lower())
        if words and said(name) != name:
            yield words


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
    for department in matter.departments:
        yield 3, department
