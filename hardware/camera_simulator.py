"""Cameras that are not there, as Motion JPEG over HTTP: one over a desk with whatever is laid on it, one towards the
person before the terminal.

Flat pages are laid on the desk as a hand would: a little crooked, seen in slight perspective, with a soft shadow, and
they slide in. A photograph that shows a paper on some ground becomes the frame itself.

Options: desk=mat|wood|white, width, height, fps. Address: camera+http://127.0.0.1:PORT/stream (stays the same).
Commands: place picture=SAMPLE|FILE [as=auto|page|frame] [turn=DEGREES] · remove · blur px= · dark level=0..1 · clear
          · stall · vanish · return · fault what=blur|dark|stall|vanish|unplug|swapped … · mend
FaceSimulator knows come and leave instead of place and remove. `swapped`: it shows what the other camera should. Both
count how often somebody has looked through them (`looks`), and how many are looking (`viewers`).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from hardware.simulators import Setup, SimulatorError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]

SLIDE_FRAMES = 3  # in which a page comes to rest
DRAWN_S = 0.5  # drawing is waited for so long; then the frame before is shown once more
VARIANTS = 3  # of the same still scene with other noise
QUALITY = 88
BOUNDARY = b"frame"
DESKS = {"mat": (70, 62, 54), "wood": (92, 128, 168), "white": (226, 230, 232)}  # BGR


class CameraSimulator:
    """See the module. Drawing is done in a thread; the loop only sends what is ready."""

    BEFALLS: ClassVar[tuple[str, ...]] = ("blur", "dark", "stall", "unplug", "swapped")
    SIZE = 2048, 1536
    OWN = ("place", "remove")

    def __init__(self, setup: Setup) -> None:
        options = setup.options
        self._desk_kind = str(options.get("desk", "mat"))
        if self._desk_kind not in DESKS:
            raise SimulatorError(f"desk wants one of {', '.join(DESKS)}, not {self._desk_kind!r}")
        try:
            self._size = int(options.get("width", self.SIZE[0])), int(options.get("height", self.SIZE[1]))
            self._fps = float(options.get("fps", 15))
        except ValueError:
            raise SimulatorError("width, height and fps want numbers") from None
        self._page: Picture | None = None  # a flat page on the desk
        self._frame: Picture | None = None  # or a whole frame
        self._turn = 3.0
        self._blur_px = 0.0
        self._dark = 1.0
        self._stalled = False
        self._slide = 0
        self._ready: list[bytes] = []
        self._stale = True
        self._server: asyncio.Server | None = None
        self._port = 0
        self._viewers: set[asyncio.Task[None]] = set()
        self._looks = 0
        self._swapped = False
        self._work: asyncio.Task[None] | None = None  # drawing
        self._desk: Picture | None = None

    async def start(self) -> str:
        await self._listen()
        return f"camera+http://127.0.0.1:{self._port}/stream"

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        self._vanish()
        if self._work is not None:
            self._work.cancel()

    def _vanish(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for viewer in list(self._viewers):
            viewer.cancel()

    # ---------------------------------------------------------------- commands

    async def command(self, do: str, args: Mapping[str, Any]) -> dict[str, Any]:
        if do == "fault":
            what = str(args.get("what", ""))
            what = "vanish" if what == "unplug" else what  # the word of every other device
            if what not in ("blur", "dark", "stall", "vanish", "swapped"):
                raise SimulatorError(
                    f"the camera's faults are blur, dark, stall, swapped and vanish (or unplug), not {what!r}"
                )
            return await self.command(what, {key: value for key, value in args.items() if key != "what"})
        if do == "mend":
            await self.command("clear", {})
            self._stalled = self._swapped = False
            return await self.command("return", {})
        if do == "looks":
            return {"looks": self._looks, "viewers": len(self._viewers)}
        if do in self.OWN:
            await self._act(do, args)
        elif do == "swapped":
            self._swapped = True
        elif do == "blur":
            self._blur_px = self._number(args, "px", 6.0)
        elif do == "dark":
            self._dark = min(1.0, self._number(args, "level", 0.1))
        elif do == "clear":
            self._blur_px, self._dark = 0.0, 1.0
        elif do == "stall":
            self._stalled = True
        elif do == "vanish":
            self._vanish()
        elif do == "return":
            self._stalled = False
            if self._server is None:
                await self._listen()
        else:
            own = ", ".join(self.OWN)
            raise SimulatorError(
                f"the camera knows {own}, blur, dark, clear, stall, vanish, return, looks, fault and mend, not {do!r}"
            )
        self._stale = True
        return {}

    async def _act(self, do: str, args: Mapping[str, Any]) -> None:
        """What only this kind of camera knows."""
        if do == "place":
            await self._place(args)
        else:
            await self._drawn()
            self._page = self._frame = None
            self._ready = []  # once this is answered nothing of it is shown; an empty desk is quickly drawn

    @staticmethod
    def _number(args: Mapping[str, Any], name: str, default: float) -> float:
        value = args.get(name, default)
        if not isinstance(value, int | float) or value < 0:
            raise SimulatorError(f"{name} wants a number, 0 or more")
        return float(value)

    async def _place(self, args: Mapping[str, Any]) -> None:
        how = str(args.get("as", "auto"))
        if how not in ("auto", "page", "frame"):
            raise SimulatorError(f"as wants auto, page or frame, not {how!r}")
        turn = args.get("turn", 3.0)
        if not isinstance(turn, int | float):
            raise SimulatorError("turn wants degrees")
        picture, is_page = await asyncio.to_thread(_picture, str(args.get("picture", "")), how)
        await self._drawn()  # what is being drawn is without it: else it would lie there before it slides in
        self._turn = float(turn)
        self._page, self._frame = (picture, None) if is_page else (None, picture)
        self._slide = SLIDE_FRAMES if self._viewers else 0  # where nobody looks, nobody sees it slide in

    async def _drawn(self) -> None:
        """Nothing is being drawn any more."""
        while self._work is not None:
            await asyncio.wait((self._work,))

    # ---------------------------------------------------------------- the stream

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._viewers.add(task)
        try:
            request = await asyncio.wait_for(reader.readline(), 5)
            while (await asyncio.wait_for(reader.readline(), 5)).strip():
                pass
            if not request.startswith(b"GET /stream"):
                writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                await writer.drain()
                return
            self._looks += 1
            writer.write(
                b"HTTP/1.1 200 OK\r\nCache-Control: no-store\r\nConnection: close\r\n"
                b"Content-Type: multipart/x-mixed-replace; boundary=" + BOUNDARY + b"\r\n\r\n"
            )
            turn = 0
            while True:
                began = asyncio.get_running_loop().time()
                if not self._stalled:
                    jpeg = await self._next(turn)
                    turn += 1
                    head = b"--%s\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % (BOUNDARY, len(jpeg))
                    writer.write(head + jpeg + b"\r\n")
                    await writer.drain()
                spent = asyncio.get_running_loop().time() - began
                await asyncio.sleep(max(0.001, 1 / self._fps - spent))
        except (ConnectionError, TimeoutError, asyncio.CancelledError, ValueError):
            pass  # the viewer left, or the camera was unplugged
        finally:
            if task is not None:
                self._viewers.discard(task)
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _next(self, turn: int) -> bytes:
        """The next frame. A camera does not pause while something is laid down: where drawing takes long, it shows what
        was there before."""
        if self._work is None and (self._slide or self._stale or not self._ready):
            self._work = asyncio.create_task(self._repaint())
            self._work.add_done_callback(self._painted)
        if self._work is not None:
            await asyncio.wait((self._work,), timeout=DRAWN_S if self._ready else None)
        return self._ready[turn % len(self._ready)] if self._ready else await self._next(turn)

    async def _repaint(self) -> None:
        first = not self._ready  # which is wanted soon
        if self._slide > 0 and not first:
            self._slide -= 1
            self._stale = True
            self._ready = await asyncio.to_thread(self._paint, self._slide, 1)
        else:
            self._stale = first
            self._ready = await asyncio.to_thread(self._paint, self._slide, 1 if first else VARIANTS)

    def _painted(self, _: asyncio.Task[None]) -> None:
        self._work = None

    def _paint(self, slide: int, variants: int) -> list[bytes]:
        """The scene `slide` frames before it rests, as JPEG, with `variants` of noise."""
        import cv2
        import numpy as np

        scene = self._scene(slide).astype(np.float32)
        if self._blur_px:
            scene = np.asarray(cv2.GaussianBlur(scene, (0, 0), self._blur_px), np.float32)
        scene *= self._dark
        dice = np.random.default_rng(7)
        height, width = scene.shape[:2]
        encoded = []
        for _ in range(variants):
            noise = dice.normal(0, 1.6, (height // 2 + 1, width // 2 + 1)).astype(np.float32)
            grain = cv2.resize(noise, (width, height), interpolation=cv2.INTER_LINEAR)[:, :, None]
            noisy = np.clip(scene + grain, 0, 255).astype(np.uint8)
            encoded.append(cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes())
        return encoded

    def _scene(self, slide: int) -> Any:
        """What is before the lens, float or bytes."""
        import numpy as np

        if self._swapped:
            return before(*self._size, somebody=True)
        if self._frame is not None:
            return np.roll(self._frame, (slide * 40, slide * 60), (0, 1)) if slide else self._frame
        if self._desk is None:
            self._desk = desk(self._desk_kind, *self._size)
        scene = self._desk.astype(np.float32)
        return scene if self._page is None else lay(scene, self._page, self._turn, slide * 0.1)


class FaceSimulator(CameraSimulator):
    """The camera towards the person: somebody stands there, or nobody. The same faults."""

    SIZE = 1280, 720
    OWN = ("come", "leave")
    STRAY = "birth-certificate"  # the sheet it sees when it hangs over the desk

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self._somebody = str(setup.options.get("somebody", "yes")) == "yes"

    async def _act(self, do: str, args: Mapping[str, Any]) -> None:
        del args
        self._somebody = do == "come"

    def _scene(self, slide: int) -> Any:
        import numpy as np

        if not self._swapped:
            return before(*self._size, somebody=self._somebody)
        sheet, _ = _picture(self.STRAY, "page")
        return lay(desk(self._desk_kind, *self._size).astype(np.float32), sheet, self._turn, slide * 0.1)


def before(width: int, height: int, *, somebody: bool) -> Picture:
    """The hall, as a camera towards the person sees it."""
    from hardware.sample_person import person, room

    empty = room(width, height)
    return person(empty) if somebody else empty


def _picture(name: str, how: str) -> tuple[Picture, bool]:
    """(picture, is it a flat page). Raises SimulatorError."""
    import cv2
    import numpy as np

    from hardware import sample_papers
    from hardware.document import PictureError, locate, read

    if not name:
        raise SimulatorError("place wants picture=SAMPLE or a file")
    if name in sample_papers.names():
        drawn = np.asarray(sample_papers.draw(name), np.uint8)[:, :, ::-1]
        return np.ascontiguousarray(drawn), how != "frame"
    path = Path(name)
    if not path.is_file():
        raise SimulatorError(f"{name}: neither a file nor a sample; samples: {', '.join(sample_papers.names())}")
    try:
        image = read(path)
    except PictureError as error:
        raise SimulatorError(str(error)) from error
    scale = min(1.0, 1920 / max(image.shape[:2]))
    if scale < 1:
        image = np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    if how == "auto":
        how = "frame" if locate(image) is not None else "page"
    return image, how == "page"


def desk(kind: str, width: int, height: int) -> Picture:
    """An empty desk: a flat colour with grain, a little darker away from the lamp."""
    import cv2
    import numpy as np

    dice = np.random.default_rng(11)
    ground = np.empty((height, width, 3), np.float32)
    ground[:] = DESKS[kind]
    if kind == "wood":
        rows = dice.normal(0, 1, (height, 1)).astype(np.float32)
        rows = np.asarray(cv2.GaussianBlur(rows, (1, 25), sigmaX=1, sigmaY=4), np.float32)
        ground += (rows * 9)[:, :, None]
    cloth = cv2.GaussianBlur(dice.normal(0, 7, (height, width)).astype(np.float32), (0, 0), 1.2)
    ground += cloth[:, :, None]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    away = np.hypot((x - width * 0.45) / width, (y - height * 0.4) / height)
    return np.asarray(np.clip(ground * (1.06 - 0.28 * away)[:, :, None], 0, 255), np.uint8)


def lay(scene: Any, page: Picture, turn: float, shift: float) -> Any:
    """A page on a scene (float32 BGR): turned by degrees, seen in slight perspective, with a soft shadow. `shift`: how
    far from its place, as a share of the scene's width."""
    import cv2
    import numpy as np

    height, width = scene.shape[:2]
    tall, wide = page.shape[:2]
    size = min(0.86 * height / tall, 0.80 * width / wide)
    w, h = wide * size / 2, tall * size / 2
    angle = np.radians(turn)
    spin = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    corners = np.array([[-w, -h], [w, -h], [w, h], [-w, h]]) @ spin.T
    depth = 1 + 0.05 * corners[:, 1:] / height + 0.02 * corners[:, :1] / width  # nearer below
    corners = corners * depth * 0.97 + [width * (0.5 + shift), height * (0.5 - shift / 2)]
    source = np.array([[0, 0], [wide, 0], [wide, tall], [0, tall]], np.float32) - 0.5
    turned = cv2.getPerspectiveTransform(source, corners.astype(np.float32))
    factor = min(1.0, size * 1.4)
    if factor < 0.9:  # the warp does not average
        page = np.asarray(cv2.resize(page, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8)
        turned = cv2.getPerspectiveTransform((source + 0.5) * factor - 0.5, corners.astype(np.float32))
    flat = cv2.warpPerspective(page, turned, (width, height), flags=cv2.INTER_LINEAR).astype(np.float32)
    mask = cv2.warpPerspective(np.full(page.shape[:2], 255, np.uint8), turned, (width, height)).astype(np.float32) / 255
    shade = cv2.GaussianBlur(np.roll(mask, (5, 4), (0, 1)), (0, 0), 6)[:, :, None]
    return scene * (1 - 0.35 * shade) * (1 - mask[:, :, None]) + flat * 0.93 * mask[:, :, None]
