"""The conformance kit against a simulated camera, sound and not."""

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from hardware.camera_simulator import CameraSimulator
from hardware.conformance.camera import CHECKS, CameraBench, Limits, _paper_white
from hardware.conformance.checking import Finding, Outcome, chosen, conduct
from hardware.conformance.rehearsed import CameraHand
from hardware.simulators import Setup

# Patient where a sound camera is waited for, on two cores that other tests share; the picture is small, to be quick.
PATIENT = Limits(
    first_frame_s=25.0,
    again_s=15.0,
    watch_s=1.0,
    fps=2.0,
    px_per_mm=4.0,
    taken_s=25.0,
    gone_s=15.0,
    back_s=15.0,
    starts=1,
)


async def run(
    folder: Path, *only: str, spoil: tuple[str, dict[str, Any]] | None = None, hand: type[CameraHand] = CameraHand,
    limits: Limits = PATIENT, **options: Any,
) -> dict[str, Finding]:  # fmt: skip
    simulator = CameraSimulator(Setup("camera", folder, options))
    bench = CameraBench(await simulator.start(), hand(simulator.command), limits)
    try:
        if spoil:
            await simulator.command(*spoil)
        return {one.key: one for one in await conduct(bench, chosen(CHECKS, only))}
    finally:
        await bench.close()
        await simulator.stop()


async def test_a_sound_camera_passes_every_check(tmp_path: Path) -> None:
    found = await run(tmp_path)
    assert {key: one.note for key, one in found.items() if one.outcome is not Outcome.PASS} == {}


class Forgetful(CameraHand):
    """Does not plug the camera in again."""

    async def do(self, action: str) -> bool:
        return action == "plug_in" or await super().do(action)


class Untidy(CameraHand):
    """Leaves a paper where the desk should be empty."""

    async def do(self, action: str) -> bool:
        return await super().do("lay_page" if action == "clear_desk" else action)


@pytest.mark.parametrize(
    ("check", "how"),
    [
        ("rate", {"fps": 1}),
        ("resolution", {"width": 1200, "height": 900}),
        ("page", {"spoil": ("dark", {"level": 0.1}), "limits": replace(PATIENT, taken_s=3.0)}),
        ("card", {"spoil": ("blur", {"px": 9.0}), "limits": replace(PATIENT, taken_s=3.0)}),
        ("sharpness", {"limits": replace(PATIENT, px_per_mm=6.0)}),
        ("first_frame", {"spoil": ("stall", {}), "limits": replace(PATIENT, first_frame_s=1.0)}),
        ("opens", {"spoil": ("vanish", {})}),
        ("unplugged", {"hand": Forgetful, "limits": replace(PATIENT, back_s=1.0)}),
        ("empty", {"hand": Untidy}),
    ],
)
async def test_a_camera_that_falls_short_is_found_out(tmp_path: Path, check: str, how: dict[str, Any]) -> None:
    found = await run(tmp_path, check, **how)
    assert found[check].outcome is Outcome.FAIL, found[check].note


def test_how_white_the_paper_is_is_the_grey_of_its_brightest_tenth() -> None:
    def jpeg(paper: int) -> bytes:
        picture = Image.new("L", (200, 200), paper)
        picture.paste(20, (0, 0, 200, 120))
        held = io.BytesIO()
        picture.save(held, "JPEG", quality=95)
        return held.getvalue()

    assert abs(_paper_white(jpeg(210)) - 210) <= 3
    assert _paper_white(jpeg(255)) == 255
    assert _paper_white(jpeg(90)) < Limits().dark
