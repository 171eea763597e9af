"""The process that holds the camera and OpenCV: live frames, finding, judging, taking.

`python -m hardware.camera_worker --channel FD --memory FD`. Commands and answers are JSON lines on the channel, frames
and stills lie in the shared memory (camera_memory.py). It lives with one visit, keeps pictures in memory alone, and
ends when its channel closes. A thread reads the camera, so that finding never makes frames old; a second one listens.

    in   {"do": "start", "id", "address", "shape", "colour", "bytes_most", "retake", "tray", "a4"}
         {"do": "corners", "corners": [[x, y] × 4, 0..1] | null}   {"do": "shoot", "id"}   {"do": "stop", "id"}
    out  {"event": "ready"}   {"event": "status", "health", "code", "note"}
         {"event": "done", "id"}   {"event": "failed", "id", "code"}
         {"event": "taken", "id": 0 | id of shoot, "size", "sha256", "width", "height", "verdict", "found"}
"""

from __future__ import annotations

import argparse
import hashlib
import json
import queue
import socket
import sys
import threading
import time
from typing import Any

import cv2
import numpy as np

from hardware.camera_memory import LONGEST, FrameMemory
from hardware.camera_sources import STALL_S, Source, SourceError, as_image, open_source
from hardware.document.enhancing import enhance
from hardware.document.finding import Found, find
from hardware.document.geometry import Floats, Image, area, is_sane, ordered, rectify, shrunk
from hardware.document.judging import LIMITS, OK, judge
from hardware.document.refining import refine
from hardware.document.saving import jpeg
from hardware.document.sizes import Size, Sizes, of_a4
from hardware.document.tray import Tray
from hardware.document.tray import load as load_tray
from hardware.document.unchanged import Unchanged
from hardware.document.upright import load, turn_of, turned

STEADY_S = 0.8  # good and unmoved for so long: taken
STEADY_MOVE = 0.006  # of the longer side, between two frames
REOPEN_S = 1.0  # between two tries to open a camera that is not there
JUDGE_S, JUDGE_STILL_S = 0.2, 0.5  # judging takes longer than finding: not oftener than so, and where nothing changed
IDLE_S = 0.25
HEALTH = {
    "": "online",
    "camera.absent": "absent",
    "camera.busy": "busy",
    "camera.no_access": "faulty",
    "camera.faulty": "faulty",
    "camera.other": "faulty",
}
FACE = "face"  # the shape of a person before the camera: seen as in a mirror, nothing is looked for, taken as it is
FACE_DARK = 45  # of 255, lightness in the middle of the picture: below, nobody can be known by it
HELD = "held"  # the corners are those that the person has set: nothing is looked for, nothing taken by itself
HELD_SNAP = 0.012  # of the longer side: how far from where a finger set it an edge is still meant
HELD_LEAST = 0.01  # of the picture
SAME_MOVE = 0.02  # of the picture: a page that lies where the last one lay and looks like it is the same
SAME_LOOK = 0.6  # difference to content, in the part of the page that differs most: 0.1 for one page, 1 for another
LOOK = 192  # px a side, in LOOK_PARTS by LOOK_PARTS parts
LOOK_PARTS = 8


class Feed:
    """Reads a camera in a thread of its own and keeps the newest picture; opens it again when it is gone."""

    def __init__(self, address: str, tell: Any) -> None:
        self._address = address
        self._tell = tell
        self._newest: Image | bytes | None = None
        self._fresh = threading.Condition()
        self._stopped = False
        self.still: Image | bytes | None = None  # what `next` gave last, as it came
        self.seen = time.monotonic()
        self.code = ""  # why there is no picture; "" while there is one
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        source: Source | None = None
        while not self._stopped:
            try:
                if source is None:
                    source = open_source(self._address)
                frame = source.read()
            except SourceError as error:
                if source is not None:
                    source.close()
                source = None
                self._say(error.code, str(error))
                time.sleep(REOPEN_S)
                continue
            with self._fresh:
                self._newest, self.seen = frame, time.monotonic()
                self._fresh.notify()
            self._say("", "")
        if source is not None:
            source.close()

    def _say(self, code: str, note: str) -> None:
        if code != self.code or (code == "" and not getattr(self, "_said", False)):
            self.code, self._said = code, True
            if not self._stopped:
                health = HEALTH.get(code, "offline")
                self._tell({"event": "status", "health": health, "code": code, "note": note})

    def next(self, wait_s: float) -> Image | None:
        """A picture not yet given, or None."""
        with self._fresh:
            if self._newest is None:
                self._fresh.wait(wait_s)
            frame, self._newest = self._newest, None
        if frame is None:
            if time.monotonic() - self.seen > STALL_S and self.code == "":
                self._say("camera.stalled", "no picture in time")
            return None
        self.still = frame
        return as_image(frame, LONGEST)

    def stop(self) -> None:
        self._stopped = True
        self._thread.join(0.5)  # a device that hangs in the kernel is left behind; the process soon ends


class Worker:
    """The loop between camera, finder and the visit."""

    def __init__(self, channel: socket.socket, memory: FrameMemory) -> None:
        self._channel = channel
        self._memory = memory
        self._commands: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._sending = threading.Lock()
        self._feed: Feed | None = None
        self._wish: dict[str, Any] = {}
        self._last_taken: tuple[Floats, Floats] | None = None
        self._unchanged = Unchanged()
        self._reset()

    def _reset(self) -> None:
        self._corners: Floats | None = None  # of the frame before, 0..1
        self._held: Floats | None = None  # as the person has set them, 0..1
        self._verdict = "capture.empty"
        self._movement = 1.0
        self._good_since: float | None = None
        self._done = False  # the automatic picture of this start has been taken
        self._unchanged.forget()
        self._found: Found | None = None  # in the picture that was looked at last
        self._judged, self._unjudged = 0.0, True  # when; whether another picture was looked at since
        self._again: bool | None = None  # whether it is the page that was taken last; None: not known yet
        self._seen = False

    @property
    def _shape(self) -> str:
        return str(self._wish.get("shape", "any"))

    @property
    def _tray(self) -> Tray | None:
        return load_tray(str(self._wish.get("tray", "")))

    @property
    def _sizes(self) -> Sizes | None:
        return of_a4(tuple(self._wish.get("a4", ())))

    def tell(self, message: dict[str, Any]) -> None:
        data = json.dumps(message, separators=(",", ":")).encode() + b"\n"
        with self._sending:
            try:
                self._channel.sendall(data)
            except OSError:
                self._commands.put(None)

    def run(self) -> None:
        threading.Thread(target=self._listen, daemon=True).start()
        self.tell({"event": "ready"})
        while True:
            self._memory.beat(time.monotonic_ns())
            try:
                command = self._commands.get(timeout=IDLE_S) if self._feed is None else self._commands.get_nowait()
            except queue.Empty:
                command = {}
            if command is None:
                break
            if command:
                self._obey(command)
            if self._feed is not None:
                image = self._feed.next(0.1)
                if image is not None:
                    self._look(image, time.monotonic())
        self._stop()

    def _listen(self) -> None:
        try:
            with self._channel.makefile("rb") as lines:
                for line in lines:
                    self._commands.put(json.loads(line))
        except (OSError, ValueError):
            pass
        self._commands.put(None)

    def _obey(self, command: dict[str, Any]) -> None:
        do, number = command.get("do"), int(command.get("id", 0))
        if do == "start":
            if self._feed is None or self._wish.get("address") != command["address"]:
                self._stop()
                self._feed = Feed(str(command["address"]), self.tell)
            self._wish = command
            if command.get("retake"):
                self._last_taken = None
            self._reset()
            self.tell({"event": "done", "id": number})
        elif do == "corners":
            self._hold(command.get("corners"))
        elif do == "shoot":
            self._shoot(number)
        elif do == "stop":
            self._stop()
            self.tell({"event": "done", "id": number})

    def _hold(self, corners: Any) -> None:
        """Corners set by a finger, or none again. What spans no sheet is not heeded."""
        self._held, self._verdict = None, "capture.empty"
        self._unchanged.forget()
        if corners is None:
            return
        try:
            held = ordered(np.clip(np.asarray(corners, np.float32).reshape(4, 2), 0.0, 1.0))
        except ValueError:
            return
        if is_sane(held) and area(held) > HELD_LEAST:
            self._held = held

    def _stop(self) -> None:
        if self._feed is not None:
            self._feed.stop()
            self._feed = None
        self._memory.wipe()
        self._reset()

    def _look(self, image: Image, now: float) -> None:
        """One live frame: shown, found, judged; taken when it has been good for long enough."""
        height, width = image.shape[:2]
        small = shrunk(image, LONGEST)
        if self._shape == FACE:
            self._show(np.ascontiguousarray(small[:, ::-1]), None, _light(small), steady=False)
            return
        size = np.array([small.shape[1], small.shape[0]], np.float32)
        same = self._unchanged.still(small, now)
        if self._held is not None:
            self._found = None
        elif not same:
            self._found = find(small, self._tray, self._sizes, self._shape)
        found, corners = self._found, None
        if self._held is not None:
            corners = self._held * size - 0.5
        elif found is not None and found.sure:
            corners = found.corners
        relative = None if corners is None else (corners + 0.5) / size
        self._movement = self._moved(relative)
        self._corners = relative
        fresh = not same and (corners is None or self._verdict in ("capture.empty", "capture.not_paper"))
        self._unjudged |= not same
        if fresh or now - self._judged >= (JUDGE_S if self._unjudged else JUDGE_STILL_S):
            self._judged, self._unjudged = now, False
            full = None if relative is None else relative * np.array([width, height], np.float32) - 0.5
            _, self._verdict = judge(image, full, shape=self._shape, **_beside(found))
        moving = self._movement > LIMITS.movement
        remark = "capture.moving" if moving and self._verdict == OK else self._verdict
        if remark == OK and relative is not None:
            self._again = self._is_last(image, relative) if self._again is None or not same else self._again
            remark = "capture.same_page" if self._again else OK
        if self._held is not None and remark in (OK, "capture.cut_off", "capture.same_page"):
            remark = HELD
        steady = corners is not None and self._movement < STEADY_MOVE
        self._show(small, relative, remark, steady=steady)
        if remark == OK and steady:
            self._good_since = self._good_since or now
            if not self._done and now - self._good_since >= STEADY_S:
                self._take(0, automatic=True)
        else:
            self._good_since = None

    def _show(self, small: Image, relative: Floats | None, remark: str, *, steady: bool) -> None:
        self._seen = True
        rgb = np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2RGB), np.uint8)
        self._memory.write(
            rgb.reshape(-1).data, small.shape[1], small.shape[0],
            {
                "corners": None if relative is None else np.round(relative.astype(float), 5).tolist(),
                "remark": remark,
                "steady": bool(steady),
            },
        )  # fmt: skip

    def _moved(self, relative: Floats | None) -> float:
        if relative is None or self._corners is None:
            return 1.0
        return float(np.abs(relative - self._corners).max())

    def _is_last(self, image: Image, relative: Floats) -> bool:
        """Whether this is still the page that was taken before: it must be changed before the next is taken."""
        if self._last_taken is None:
            return False
        where, look = self._last_taken
        if float(np.abs(relative - where).max()) < SAME_MOVE:
            size = np.array([image.shape[1], image.shape[0]], np.float32)
            if _differs(_look(image, relative * size - 0.5), look) < SAME_LOOK:
                return True
        self._last_taken = None
        return False

    def _shoot(self, number: int) -> None:
        """The picture now. Waits for a frame for at most as long as a camera may take."""
        until = time.monotonic() + STALL_S
        while not self._seen and self._feed is not None and time.monotonic() < until:
            self._memory.beat(time.monotonic_ns())
            image = self._feed.next(0.1)
            if image is not None:
                self._look(image, time.monotonic())
        if not self._seen:
            code = self._feed.code if self._feed is not None else "camera.absent"
            self.tell({"event": "failed", "id": number, "code": code or "camera.stalled"})
            return
        self._take(number, automatic=False)

    def _take(self, number: int, *, automatic: bool) -> None:
        """Find again on the full picture, straighten, judge, save into the shared memory."""
        still = self._feed.still if self._feed is not None else None
        image = None if still is None else as_image(still)
        if image is None:
            self.tell({"event": "failed", "id": number, "code": "camera.stalled"})
            return
        if self._shape == FACE:
            self._keep(number, image, _light(image), shape="any", colour=True, found=False)
            return
        found = None
        if self._held is not None:
            size = np.array([image.shape[1], image.shape[0]], np.float32)
            corners: Floats | None = refine(image, self._held * size - 0.5, HELD_SNAP * float(size.max()))
        else:
            found = find(image, self._tray, self._sizes, self._shape)
            corners = found.corners if found is not None and found.sure else None
        _, verdict = judge(image, corners, shape=self._shape, **_beside(found))
        if automatic and verdict != OK:
            self._good_since = None  # what looked good small is not good full size
            return
        shape, colour = self._shape, bool(self._wish.get("colour", True))
        page = image if corners is None else rectify(image, corners)
        if corners is not None:
            self._memory.beat(time.monotonic_ns())  # the network's first use takes a while
            network = load()
            self._memory.beat(time.monotonic_ns())
            page = turned(page, turn_of(page, network))
            self._memory.beat(time.monotonic_ns())
        page = enhance(page, even=shape not in ("card", "any"))
        self._done = self._done or automatic
        if corners is not None and verdict == OK:
            size = np.array([image.shape[1], image.shape[0]], np.float32)
            self._last_taken, self._again = ((corners + 0.5) / size, _look(image, corners)), None
        self._keep(
            number, page, verdict,
            shape=shape if corners is not None else "any", colour=colour, found=corners is not None,
            size=found.size if found is not None and found.sure else None,
        )  # fmt: skip

    def _keep(
        self, number: int, page: Image, verdict: str, *, shape: str, colour: bool, found: bool, size: Size | None = None
    ) -> None:
        """Into the shared memory, and told."""
        most, long_mm = int(self._wish["bytes_most"]), size.long if size is not None else 0.0
        data, width, height = jpeg(page, shape=shape, colour=colour, bytes_most=most, long_mm=long_mm)
        self._memory.put_still(data)
        self.tell({
            "event": "taken", "id": number, "size": len(data), "sha256": hashlib.sha256(data).hexdigest(),
            "width": width, "height": height, "verdict": verdict, "found": found,
        })  # fmt: skip


def _beside(found: Found | None) -> dict[str, Any]:
    """What finding says of a paper beside its corners, as judging wants it."""
    return {} if found is None else {"cut": found.cut, "others": found.others, "size": found.size}


def _light(image: Image) -> str:
    """Whether a person in the middle of the picture is seen at all: "ok" or "capture.dark"."""
    height, width = image.shape[:2]
    middle = image[height // 4 : height * 3 // 4, width // 4 : width * 3 // 4]
    return OK if float(middle.mean()) >= FACE_DARK else "capture.dark"


def _look(image: Image, corners: Floats) -> Floats:
    """What is printed on a page, at a glance: LOOK by LOOK values, whatever the light."""
    grey = cv2.cvtColor(rectify(image, corners, LOOK, LOOK), cv2.COLOR_BGR2GRAY).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(grey, (0, 0), 1.0) - cv2.GaussianBlur(grey, (0, 0), 6.0), np.float32)


def _differs(one: Floats, other: Floats) -> float:
    """How much two looks differ where they differ most: forms are alike but for what is filled in."""

    def energy(values: Floats) -> Floats:
        return np.asarray(
            cv2.resize(values * values, (LOOK_PARTS, LOOK_PARTS), interpolation=cv2.INTER_AREA), np.float32
        )

    apart, content = energy(one - other), (energy(one) + energy(other)) / 2
    filled = content > 0.25 * content.mean()
    return float((apart[filled] / content[filled]).max()) if filled.any() else 0.0


def main(argv: list[str] | None = None) -> int:
    """The process. Exit status 0 when its channel closed."""
    parser = argparse.ArgumentParser(prog="python -m hardware.camera_worker", description="the camera's process")
    parser.add_argument("--channel", type=int, required=True, help="inherited socket that carries JSON lines")
    parser.add_argument("--memory", type=int, required=True, help="inherited memory that holds the frames")
    given = parser.parse_args(argv)
    cv2.setNumThreads(1)  # the other core draws the screen
    memory = FrameMemory(given.memory)
    with socket.socket(fileno=given.channel) as channel:
        channel.setblocking(True)
        Worker(channel, memory).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
