"""The camera towards the person: on when it is asked for, one still, off again.

It is never on by itself. `start` lights it, after the person has agreed; `latest` is what they see of themselves, as in
a mirror; `take` gives the one still and switches it off. Whoever forgets to switch it off is not trusted: after LIT_S
it goes off by itself. It works in a process of its own, which ends when the camera goes off, so that nothing of a face
stays anywhere. How it is, is told without opening it. It is never the papers' camera: see camera_names.py.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from hardware.addresses import Address
from hardware.camera import COMMAND, LOOK_S, Frame, PapersCamera, look_for
from hardware.camera import from_address as checked
from hardware.camera_names import SYS, is_guess, same
from hardware.ports import Fault, Health, Status
from hardware.status import looked

LIT_S = 120.0  # the longest it is on for one `start`
STILL_BYTES_MOST = 300_000
FAMILY = "face_"  # a camera's code, camera.absent, is this camera's face_camera.absent


@dataclass(frozen=True)
class Still:
    """A picture of the person, as others see them: JPEG, the whole frame."""

    jpeg: bytes = field(repr=False)
    sha256: str
    width: int
    height: int


class FaceCamera:
    """Device port. `papers`: the address of the papers' camera, which this one must not be."""

    def __init__(
        self, address: str, *, papers: str = "", command: Sequence[str] = COMMAND, lit_s: float = LIT_S, sys: Path = SYS
    ) -> None:
        self.address = address
        self._papers = papers
        self._command = tuple(command)
        self._lit_s = lit_s
        self._sys = sys
        self._camera: PapersCamera | None = None
        self._limit: asyncio.Task[None] | None = None
        self._switching = asyncio.Lock()

    # ---------------------------------------------------------------- the port

    async def status(self) -> Status:
        """As it is now. While it is on the camera itself says; else it is looked for and stays off."""
        if self._camera is not None:
            status = await self._camera.status()
        else:
            status = await asyncio.to_thread(self._look)
        return replace(status, code=_ours(status.code), detail={"light": "off" if self._camera is None else "on"})

    def watch(self) -> AsyncIterator[Status]:
        return looked(self.status, LOOK_S)

    async def close(self) -> None:
        await self.stop()

    def _look(self) -> Status:
        if same(self.address, self._papers, self._sys):
            return Status(Health.FAULTY, "face_camera.same")
        if is_guess(self.address, self._sys):
            return Status(Health.FAULTY, "face_camera.guessed")
        return look_for(self.address, self._sys)

    # ---------------------------------------------------------------- one still

    @property
    def lit(self) -> bool:
        """Whether it is on."""
        return self._camera is not None

    async def start(self) -> Fault | None:
        """Switch it on. Only for a person who has just agreed to it. Faults: face_camera.*"""
        async with self._switching:
            if self._camera is not None:
                if self._camera.filming:
                    return None
                await self._camera.close()  # its process has died
                self._camera = None
            status = await asyncio.to_thread(self._look)
            if status.health is not Health.ONLINE:
                return Fault(_ours(status.code))
            camera = PapersCamera(self.address, command=self._command, page_bytes_most=STILL_BYTES_MOST)
            try:
                fault = await camera.start("face", True)
            except BaseException:
                await camera.close()
                raise
            if fault is not None:
                await camera.close()
                return replace(fault, code=_ours(fault.code))
            self._camera = camera
            if self._limit is not None:
                self._limit.cancel()
            self._limit = asyncio.create_task(self._go_off())
        return None

    def latest(self) -> Frame | None:
        """What the person sees of themselves now, mirrored; `remark`: "ok" or "capture.dark". None while it is off."""
        return self._camera.latest() if self._camera is not None else None

    async def take(self) -> Still | Fault:
        """The still; the camera is off when it returns one. Too dark to know anybody by, or no picture: a fault, and
        it stays on for another try."""
        camera = self._camera
        if camera is None:
            return Fault("face_camera.stopped", "it is off")
        taken = await camera.shoot()
        if isinstance(taken, Fault):
            return replace(taken, code=_ours(taken.code))
        if taken.verdict != "ok":
            return Fault("face_camera.dark", "nobody can be known by it")
        await self.stop()
        return Still(taken.jpeg, taken.sha256, taken.width, taken.height)

    async def stop(self) -> None:
        """Off: its process has ended and its memory is wiped when this returns."""
        async with self._switching:
            camera, self._camera = self._camera, None
            limit, self._limit = self._limit, None
            if limit is not None and limit is not asyncio.current_task():
                limit.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await limit
            if camera is not None:
                await camera.stop()
                await camera.close()

    async def _go_off(self) -> None:
        await asyncio.sleep(self._lit_s)
        await self.stop()


def _ours(code: str) -> str:
    return f"{FAMILY}{code}" if code.startswith("camera.") else code


def from_address(address: Address, papers: str = "", command: Sequence[str] = COMMAND) -> FaceCamera:
    """For hardware.addresses. Raises AddressError for options that make no sense."""
    checked(address)
    return FaceCamera(address.text, papers=papers, command=command)
