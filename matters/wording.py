"""What is wrong with the words a resident reads or hears: officialese, vagueness, signs that no voice can say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from matters.catalogue import Place
from matters.findings import Finding, Weight
from matters.tables import UNKNOWN, Documents, Node

# Texts that a resident reads or hears, by the key they stand under. Official names, departments and legal bases may be
# official; `words` of the head and what lies in lists below these keys are read too.
PROSE = frozenset((
    "title", "label", "hint", "main", "heading", "lead", "short", "reason", "text", "clauses", "words", "why", "tie",
    "required", "settled", "examples", "page_hints", "good", "after", "collected", "purpose", "recipients",
    "kept_until", "decline", "not_here", "suggestions", "receipt", "unit", "delivery_title", "delivery_hint",
    "items_title", "fee",
))  # fmt: skip
NO_PROSE = {("exempt", "reason")}  # a code, not a text
VAGUE = re.compile(r"视情况|根据需要|必要时|原则上|适当|若干|尽快|酌情|另行通知|按规定|有关规定|及时")
_FILLED = re.compile(r"\{[\w.]+\}|\*\*")
# Han of every plane, digits, what a voice makes a pause of, and letters that people say one by one (X, A4).
_SAYABLE = re.compile(
    r"[㐀-䶿一-鿿豈-﫿〇𠀀-\U0003ffff0-9，。、？！：；（）「」《》〔〕“”‘’—…·|\s.%]|(?<![A-Za-z])[A-Z](?![A-Za-z])"
)


def judge_words(documents: Documents, officialese: Mapping[str, str] | None) -> Iterator[Finding]:
    pattern = None
    if officialese:
        pattern = re.compile("|".join(re.escape(word) for word in sorted(officialese, key=len, reverse=True)))
    for name in sorted(documents):
        for node, text in prose(documents[name]):
            place = Place(node.file, node.line)
            if pattern is not None and officialese and (found := pattern.search(text)):
                values = (("value", found.group()), ("instead", officialese[found.group()]))
                yield Finding("officialese", Weight.WARNING, place, values)
            if found := VAGUE.search(text):
                yield Finding("vague", Weight.WARNING, place, (("value", found.group()),))
            if odd := unspoken(text):
                yield Finding("unspoken", Weight.WARNING, place, (("value", odd),))


def unspoken(text: str) -> str:
    """The first run of signs that no voice can say; "" if there is none."""
    found = re.search(r"[^\0]+", _SAYABLE.sub("\0", _FILLED.sub("", text)))
    return found.group() if found else ""


def prose(root: Node) -> Iterator[tuple[Node, str]]:
    """Every text of a file that is read, with its place."""
    stack: list[tuple[str, str, bool, Node]] = [("", "", False, root)]
    while stack:
        above, key, read, node = stack.pop()
        value = node.value
        if isinstance(value, dict):
            for inner, child in value.items():
                if inner == "when":  # compares ids with ids
                    continue
                told = (key == "words" or inner in PROSE) and (key, inner) not in NO_PROSE
                stack.append((key, inner, told, child))
        elif isinstance(value, list):
            stack += [(above, key, read, child) for child in value]
        elif read and value != UNKNOWN:
            yield node, value
