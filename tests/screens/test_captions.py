"""What is heard is what is shown, word for word: who cannot hear reads it, who cannot see hears it."""

from __future__ import annotations

import re

import pytest

from screens import samples
from tests.screens.conftest import Hand


@pytest.mark.parametrize("name", samples.SAMPLES)
def test_every_word_that_is_said_stands_on_the_screen(hand: Hand, name: str) -> None:
    hand.show(*samples.SAMPLES[name])
    shown = {node.words() for node in hand.stage.nodes() if node.words() and not node.silent}
    for said in hand.stage.reading():
        left = said
        for words in sorted(shown, key=len, reverse=True):
            left = left.replace(words, "")
        assert not left.strip("，"), f"{said!r} is said, {left!r} of it is not shown"
        assert not re.search(r"\*\*[\u3400-\u9fff]", said)  # marks for bold are drawn, not read; masks are masks
        assert "{" not in said
