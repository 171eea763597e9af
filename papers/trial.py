"""The trial slip that staff print: whether words, rare characters, lines, the code and the knife are all right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from papers.receipt import head, when
from papers.slip import QR, BigCode, Boxed, Bullets, Dashes, Row, Rule, Slip, Small, Title

if TYPE_CHECKING:
    from collections.abc import Callable

    Words = Callable[..., str]

RARE = "䶮𠮷㐂喆"  # of people's names; the second lies outside the basic plane


def trial(county: str, hall: str, terminal: str, at: str, words: Words) -> Slip:
    """The slip. `at` is local time, ISO 8601."""

    def say(key: str) -> str:
        return words(f"papers.trial.{key}")

    return Slip(
        "trial",
        (
            *head(county, hall, words),
            Title(say("title")),
            Rule(),
            Row(say("when"), when(at, words)),
            Row(say("terminal"), terminal),
            Row(say("rare"), RARE),
            Dashes(),
            BigCode(say("number"), "0123 4567"),
            QR(terminal, say("scan")),
            Dashes(),
            Bullets((say("look_words"), say("look_edges"), say("look_cut"))),
            Boxed(say("done")),
            Small(words("papers.foot_plain", terminal=terminal)),
        ),
    )
