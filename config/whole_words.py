"""Words that a line is not broken inside of, where it can be helped: config/whole_words.txt."""

from __future__ import annotations

from pathlib import Path

FILE = Path(__file__).with_suffix(".txt")


def whole_words() -> frozenset[str]:
    """Of two characters at least; # begins a remark."""
    lines = (line for line in FILE.read_text("utf-8").splitlines() if not line.startswith("#"))
    return frozenset(word for line in lines for word in line.split() if len(word) > 1)
