"""Checks of a papers' camera: frames in time, paper found and straightened sharp enough to be read, gone and back.

The camera is driven by the terminal's own driver, in its own process, because what counts is the picture that a visit
would hand in. Pictures of the run are looked at and forgotten; none is kept, none is in the report.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hardware.camera import Frame, PapersCamera, Taken
from hardware.conformance.checking import Check, Failed, NotTried, Person, ask_for, until
from hardware.ports import Fault, Health

A4_MM = (210, 297)


@dataclass(frozen=True)
class Limits:
    """What a camera must keep to."""

    first_frame_s: float = 6.0  # from the start; the first one starts the worker too
    again_s: float = 3.0  # from the start, when the worker is there
    watch_s: float = 3.0
    fps: float = 5.0
    long_side_px: int = 1600
    px_per_mm: float = 5.9  # 150 dpi on the straightened sheet
    found_s: float = 6.0
    taken_s: float = 12.0
    dark: int = 120  # of 255: the brightest tenth of a white sheet
    bright: int = 253  # as much of it as this is burnt out
    gone_s: float = 10.0
    back_s: float = 15.0
    starts: int = 4


class CameraBench:
    """A camera under test."""

    def __init__(
        self,
        address: str,
        person: Person,
        limits: Limits | None = None,
        make: Callable[[str], PapersCamera] | None = None,
    ) -> None:
        self.address = address
        self.person = person
        self.limits = limits or Limits()
        self.evidence: list[dict[str, Any]] = []
        self.tells: dict[str, str] = {}
        self.sheet: Taken | None = None  # the sheet of the check `page`, for those that rest on it
        self.camera = (make or PapersCamera)(address)

    def about(self) -> dict[str, str]:
        return dict(self.tells)

    async def calm(self) -> None:
        await self.camera.stop()

    async def close(self) -> None:
        self.sheet = None
        await self.camera.close()

    async def start(self, shape: str = "any", retake: bool = True) -> None:
        fault = await self.camera.start(shape, True, retake=retake)
        if fault is not None:
            raise Failed(f"{fault.code} {fault.note}")

    async def frame(self, within_s: float) -> Frame:
        seen: list[Frame] = []

        async def there() -> bool:
            frame = self.camera.latest()
            if frame is not None:
                seen.append(frame)
            return bool(seen)

        if not await until(there, within_s, 0.03):
            raise Failed(f"no picture within {within_s:g} s")
        return seen[-1]

    def saw(self, taken: Taken) -> None:
        self.evidence.append(
            {"width": taken.width, "height": taken.height, "found": taken.found, "verdict": taken.verdict}
        )


def _picture(outcome: Taken | Fault) -> Taken:
    if isinstance(outcome, Fault):
        raise Failed(f"{outcome.code} {outcome.note}")
    return outcome


async def opens(bench: CameraBench) -> str:
    status = await bench.camera.status()
    if status.health is not Health.ONLINE:
        raise Failed(f"{status.health} {status.code}")
    return ""


async def first_frame(bench: CameraBench) -> str:
    began = time.monotonic()
    await bench.start()
    await bench.frame(bench.limits.first_frame_s)
    return f"{time.monotonic() - began:.1f} s"


async def rate(bench: CameraBench) -> str:
    """New pictures keep coming; one picture again and again is none."""
    await bench.start()
    first = await bench.frame(bench.limits.first_frame_s)
    await asyncio.sleep(0.5)
    begin, began = bench.camera.latest() or first, time.monotonic()
    await asyncio.sleep(bench.limits.watch_s)
    last = bench.camera.latest()
    shown = (last.number - begin.number) / (time.monotonic() - began) if last is not None else 0.0
    if shown < bench.limits.fps:
        raise Failed(f"{shown:.1f} pictures a second; {bench.limits.fps:g} is wanted")
    return f"{shown:.1f} pictures a second"


async def _shot(bench: CameraBench) -> Taken:
    await bench.start()
    await bench.frame(bench.limits.first_frame_s)
    await asyncio.sleep(0.5)
    taken = _picture(await bench.camera.shoot())
    bench.saw(taken)
    return taken


async def resolution(bench: CameraBench) -> str:
    await ask_for(bench, "clear_desk")
    taken = await _shot(bench)
    bench.tells["picture"] = f"{taken.width} x {taken.height}"
    if taken.found:
        raise NotTried("something lies on the desk")
    if max(taken.width, taken.height) < bench.limits.long_side_px:
        raise Failed(f"{taken.width} x {taken.height}; the longer side wants {bench.limits.long_side_px}")
    return bench.tells["picture"]


async def empty(bench: CameraBench) -> str:
    """Nothing is seen where nothing lies, for as long as one looks."""
    await ask_for(bench, "clear_desk")
    await bench.start()
    await bench.frame(bench.limits.first_frame_s)
    await asyncio.sleep(0.5)
    end, wrong, seen = time.monotonic() + bench.limits.watch_s, 0, 0
    number = -1
    while time.monotonic() < end:
        frame = bench.camera.latest()
        if frame is not None and frame.number != number:
            number, seen = frame.number, seen + 1
            wrong += frame.corners is not None
        await asyncio.sleep(0.05)
    if wrong * 10 > seen:
        raise Failed(f"a paper is seen on {wrong} of {seen} pictures of an empty desk")
    return ""


async def page(bench: CameraBench) -> str:
    """A sheet is found, taken by itself, whole and in its own proportions."""
    taken = await _by_itself(bench, "lay_page", "a4")
    bench.sheet = taken
    longer, shorter = max(taken.width, taken.height), min(taken.width, taken.height)
    share = longer / shorter / (A4_MM[1] / A4_MM[0])
    if not 0.96 <= share <= 1.04:
        raise Failed(f"straightened to {taken.width} x {taken.height}: not a sheet's proportions")
    return f"{taken.width} x {taken.height}"


async def _by_itself(bench: CameraBench, action: str, shape: str) -> Taken:
    await bench.person.do("clear_desk")
    await ask_for(bench, action)
    await bench.start(shape)
    try:
        taken = _picture(await asyncio.wait_for(bench.camera.taken(), bench.limits.taken_s))
    except TimeoutError:
        frame = bench.camera.latest()
        raise Failed(f"not taken by itself: {frame.remark if frame else 'no picture'}") from None
    bench.saw(taken)
    if not taken.found or taken.verdict != "ok":
        raise Failed(f"verdict {taken.verdict}")
    return taken


def _sheet(bench: CameraBench) -> Taken:
    if bench.sheet is None:
        raise NotTried("no sheet was taken")
    return bench.sheet


async def sharpness(bench: CameraBench) -> str:
    """150 dpi at least on the straightened sheet."""
    taken = _sheet(bench)
    px_per_mm = min(taken.width, taken.height) / A4_MM[0]
    if px_per_mm < bench.limits.px_per_mm:
        raise Failed(f"{px_per_mm * 25.4:.0f} dpi; {bench.limits.px_per_mm * 25.4:.0f} is wanted")
    return f"{px_per_mm * 25.4:.0f} dpi"


async def light(bench: CameraBench) -> str:
    """White paper is bright and not burnt out."""
    taken = _sheet(bench)
    bright = await asyncio.to_thread(_paper_white, taken.jpeg)
    if bright < bench.limits.dark:
        raise Failed(f"white paper is {bright} of 255: too dark")
    if bright > bench.limits.bright:
        raise Failed(f"white paper is {bright} of 255: burnt out")
    return f"white paper is {bright} of 255"


def _paper_white(jpeg: bytes) -> int:
    """The grey that nine tenths of the sheet do not exceed."""
    import io

    from PIL import Image

    with Image.open(io.BytesIO(jpeg)) as picture:
        counts = picture.convert("L").histogram()
    left = sum(counts) // 10
    for level in range(255, -1, -1):
        left -= counts[level]
        if left <= 0:
            return level
    return 0


async def turned(bench: CameraBench) -> str:
    await _by_itself(bench, "lay_page_turned", "a4")
    return ""


async def card(bench: CameraBench) -> str:
    """A small thing is found and sharp too."""
    taken = await _by_itself(bench, "lay_small_card", "card")
    return f"{taken.width} x {taken.height}"


async def starts(bench: CameraBench) -> str:
    """Switched off and on as visits do."""
    slowest = 0.0
    for _ in range(bench.limits.starts):
        await bench.camera.stop()
        began = time.monotonic()
        await bench.start()
        await bench.frame(bench.limits.again_s)
        slowest = max(slowest, time.monotonic() - began)
    return f"slowest {slowest:.1f} s"


async def unplugged(bench: CameraBench) -> str:
    await bench.start()
    await bench.frame(bench.limits.first_frame_s)
    await ask_for(bench, "unplug")
    began = time.monotonic()

    async def gone() -> bool:
        return (await bench.camera.status()).health in (Health.ABSENT, Health.OFFLINE)

    if not await until(gone, bench.limits.gone_s):
        raise Failed("unplugged, and still said to be there")
    noticed = time.monotonic() - began
    await ask_for(bench, "plug_in")
    await bench.camera.stop()

    async def back() -> bool:
        return (await bench.camera.status()).health is Health.ONLINE

    if not await until(back, bench.limits.back_s):
        raise Failed("does not come back at the same address")
    await bench.start()
    await bench.frame(bench.limits.first_frame_s)
    return f"noticed after {noticed:.1f} s"


CHECKS: tuple[Check[CameraBench], ...] = (
    Check("C01", "opens", opens),
    Check("C02", "first_frame", first_frame, ("opens",)),
    Check("C03", "rate", rate, ("first_frame",)),
    Check("C04", "resolution", resolution, ("first_frame",)),
    Check("C05", "empty", empty, ("first_frame",)),
    Check("C06", "page", page, ("first_frame",)),
    Check("C07", "sharpness", sharpness, ("page",)),
    Check("C08", "light", light, ("page",)),
    Check("C09", "turned", turned, ("page",)),
    Check("C10", "card", card, ("first_frame",)),
    Check("C11", "starts", starts, ("first_frame",)),
    Check("C12", "unplugged", unplugged, ("first_frame",)),
)
