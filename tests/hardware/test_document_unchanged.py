"""A live picture that still shows the same is not looked at anew; whatever changes is seen."""

from __future__ import annotations

import os
import socket

import cv2
import numpy as np
import pytest

from hardware import camera_worker
from hardware.camera_memory import FrameMemory
from hardware.camera_worker import Worker
from hardware.document.unchanged import ANEW_S, Unchanged
from tests.hardware.made_pages import Image, on_desk


def noisy(image: Image, seed: int) -> Image:
    noise = np.random.default_rng(seed).normal(0, 6, image.shape)
    return np.asarray(np.clip(image + noise, 0, 255), np.uint8)


def moved(image: Image, px: float) -> Image:
    slide = np.array([[1.0, 0.0, px], [0.0, 1.0, 0.0]])
    return np.asarray(cv2.warpAffine(image, slide, image.shape[1::-1], borderMode=cv2.BORDER_REPLICATE), np.uint8)


def test_noise_is_no_change() -> None:
    image, _ = on_desk()
    seen = Unchanged()
    assert not seen.still(noisy(image, 1), 0.0)
    assert all(seen.still(noisy(image, seed), 0.1 * seed) for seed in range(2, 9))


def test_a_paper_that_moved_by_a_hundredth_is_a_change() -> None:
    image, _ = on_desk()
    seen = Unchanged()
    seen.still(image, 0.0)
    assert not seen.still(moved(image, 12.8), 0.1)
    assert seen.still(moved(image, 12.8), 0.2)


def test_a_slow_change_is_one_in_the_end() -> None:
    image, _ = on_desk()
    seen = Unchanged()
    seen.still(image, 0.0)
    assert not all(seen.still(moved(image, 0.5 * step), 0.01 * step) for step in range(1, 25))


def test_it_is_looked_at_anew_from_time_to_time_and_when_asked_for() -> None:
    image, _ = on_desk()
    seen = Unchanged()
    seen.still(image, 0.0)
    assert not seen.still(image, ANEW_S)
    assert seen.still(image, ANEW_S + 0.1)
    seen.forget()
    assert not seen.still(image, ANEW_S + 0.2)
    assert not seen.still(image[:600], ANEW_S + 0.3)  # another camera


def test_the_live_path_finds_once_while_a_paper_lies_still_and_follows_it_when_it_moves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    image, truth = on_desk()
    looks = 0
    really = camera_worker.find

    def counted(*given: object) -> object:
        nonlocal looks
        looks += 1
        return really(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(camera_worker, "find", counted)
    ours, theirs = socket.socketpair()
    descriptor = FrameMemory.make()
    memory = FrameMemory(descriptor)
    os.close(descriptor)
    with ours, theirs:
        worker = Worker(theirs, memory)

        def shown(picture: Image, now: float) -> tuple[np.ndarray, str]:
            worker._look(picture, now)
            frame = memory.read()
            assert frame is not None
            return np.array(frame[4]["corners"]) * (1280, 960), str(frame[4]["remark"])

        for turn in range(6):
            corners, remark = shown(noisy(image, turn), 100.0 + 0.05 * turn)
            assert np.abs(corners - truth).max() < 4
            assert remark in ("ok", "capture.moving")
        assert looks == 1
        corners, _ = shown(moved(image, 40), 100.4)
        assert np.abs(corners - truth - (40, 0)).max() < 4
        assert looks == 2
    memory.close()
