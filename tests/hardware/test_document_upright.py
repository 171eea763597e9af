"""A page is turned the way it is read, however it lay."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from hardware.document.upright import load, turn_of, turned
from tests.hardware.made_pages import page


@pytest.mark.parametrize("lies", [0, 90, 180, 270])
@pytest.mark.parametrize("name", ["birth-certificate", "household-register", "id-card", "declaration"])
def test_a_page_is_turned_upright_from_every_side(name: str, lies: int) -> None:
    light = np.asarray(cv2.GaussianBlur(page(name), (0, 0), 0.8) * 0.85, np.uint8)
    assert (lies + turn_of(turned(light, lies), load())) % 360 == 0


def test_without_the_network_a_page_on_its_side_is_noticed_all_the_same() -> None:
    assert turn_of(turned(page("lease"), 90)) in (90, 270)
    assert turn_of(page("lease")) == 0


@pytest.mark.parametrize("size", [(16, 16), (900, 640), (3, 400)])
def test_a_page_without_print_stays_as_it_is(size: tuple[int, int]) -> None:
    noise = np.random.default_rng(1).normal(225, 3, (*size, 3))
    assert turn_of(np.asarray(np.clip(noise, 0, 255), np.uint8), load()) == 0


def test_turning_goes_clockwise() -> None:
    picture = np.zeros((40, 60, 3), np.uint8)
    picture[:5, :5] = 255  # top left
    assert turned(picture, 90)[:5, -5:].min() == 255  # top right
    assert turned(picture, 90).shape == (60, 40, 3)
