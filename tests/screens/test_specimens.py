"""What a good photograph of a paper looks like, on the screen where it is to be laid down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import pytest

from matters.steps import Capture
from screens import samples
from tests.matters.drive import shipped
from tests.screens.conftest import Hand

EMPTY = cast("Capture", samples.SAMPLES["06i-camera-empty"][0])


def desk(hand: Hand, *, bare: bool) -> None:
    cast("samples.SampleServices", hand.stage.services).bare = bare


def specimen(hand: Hand) -> Any:
    """The drawing in the message, None where none is shown."""
    from screens.widgets.touch import Message

    message = next(node for node in hand.stage.nodes() if isinstance(node, Message))
    return next((node for node in message.walk_nodes() if getattr(node, "name", "") == EMPTY.specimen), None)


def test_it_is_shown_and_said_while_nothing_lies_there_and_goes_when_the_paper_is_found(hand: Hand) -> None:
    desk(hand, bare=True)
    hand.show(EMPTY)
    assert specimen(hand) is not None
    assert "拍成这样：整张都在、字清楚、红章看得见" in "".join(hand.stage.reading())
    desk(hand, bare=False)
    hand.stage.sheet._look(0)  # type: ignore[union-attr]
    assert specimen(hand) is None
    assert "拍成这样" not in hand.words()


def test_its_drawing_is_there_and_no_plain_frame_in_its_place() -> None:
    from screens import art

    for matter in shipped().matters.values():
        for material in matter.materials:
            for name in material.specimen:
                assert art._pictures().get(name), (matter.id, material.id, name)


def test_a_picture_that_this_terminal_has_not_got_leaves_the_words_alone(hand: Hand) -> None:
    from screens.widgets.touch import Message

    desk(hand, bare=True)
    hand.show(replace(EMPTY, specimen="specimen-of-another-county"))
    message = next(node for node in hand.stage.nodes() if isinstance(node, Message))
    assert (message.picture, message.room_for) == ("", "")
    assert "拍成这样：整张都在、字清楚、红章看得见" in "".join(hand.stage.reading())


@pytest.mark.parametrize(
    ("width", "height", "modes"),
    [(1080, 1920, {}), (1080, 1920, {"elder": True}), (1080, 1920, {"low": True, "elder": True}), (1920, 1080, {}),
     (1920, 1080, {"elder": True, "contrast": True})],
    ids=["portrait", "elder", "low-elder", "landscape", "landscape-elder"],
)  # fmt: skip
def test_every_paper_of_the_shipped_catalogue_fits_with_its_specimen(
    hand_on: Callable[..., Hand], width: int, height: int, modes: dict[str, bool]
) -> None:
    from screens.checks import faults

    hand = hand_on(width, height, **modes)
    desk(hand, bare=True)
    shown = {
        (one.title, hint, one.good): replace(
            EMPTY, key=f"paper:{one.id}:{number}", title=one.title, hint=hint, good=one.good,
            specimen=one.specimen[min(number, len(one.specimen) - 1)], can_commit=bool(one.commitment),
            can_skip=one.later,
        )
        for matter in shipped().matters.values()
        for one in matter.materials
        for number, hint in enumerate(one.page_hints or (one.hint,))
    }  # fmt: skip
    longest = sorted(shown.values(), key=lambda step: len(step.title + step.hint + "".join(step.good)))[-6:]
    for step in longest:
        hand.show(step)
        assert not list(faults(hand.stage)), step.key
