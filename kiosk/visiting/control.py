"""What a test may ask of the process on the screen.

Only reached where the supervisor was handed a control socket, which a production build or profile refuses. Nothing here
can touch a visit; it only looks.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from typing import TYPE_CHECKING, Any

from matters import visit as visits

if TYPE_CHECKING:
    from kiosk.visiting.process import VisitProcess

_deadly: set[str] = set()
_flips: list[tuple[float, str]] | None = None  # None: nobody has asked yet


async def answer(process: VisitProcess, message: dict[str, Any]) -> None:
    """Answer one question on the supervisor's channel."""
    reply: dict[str, Any] = {"say": "answer", "n": message.get("n")}
    try:
        reply["answer"] = await _ask(process, str(message.get("ask")), message)
    except (RuntimeError, KeyError, ValueError, TimeoutError) as error:
        reply["problem"] = f"{type(error).__name__}: {error}"
    process.channel.send(reply)


async def _ask(process: VisitProcess, question: str, message: dict[str, Any]) -> Any:
    if question == "find":
        return _find(process, str(message["what"]))
    if question == "visible":
        return _visible(process)
    if question == "settle":
        drawn = asyncio.Event()
        await asyncio.sleep(0.02)  # the touch is still on its way through the display server
        process.stage.on_drawn(drawn.set)
        await asyncio.wait_for(drawn.wait(), 5)
        return _visible(process)
    if question == "step":
        if process.farewell is not None:
            return {"type": "Goodbye", "key": process.farewell.key}
        if process.conductor is None:
            return {"type": "", "key": ""}
        step = visits.step(process.conductor.visit)
        return {"type": type(step).__name__, "key": step.key}
    if question == "devices":
        return _devices(process)
    if question == "focus":
        focused = process.stage.keypad.focused
        return {"ident": focused.ident, "text": focused.text} if focused is not None else None
    if question == "heard":
        return process.heard
    if question == "reading":
        return process.stage.reading()
    if question == "flips":
        return _flips_since(process)
    raise ValueError(f"nothing is known to answer {question!r}")


def _find(process: VisitProcess, what: str) -> list[dict[str, Any]]:
    """Where the element is that a script means, without what stands on it."""
    from kiosk.runner.terminal import Element, pick

    seen = [Element(s.ident, s.text, s.rect.x, s.rect.y, s.rect.width, s.rect.height) for s in process.stage.visible()]
    found = pick(seen, what)
    if found is None:
        return []
    return [{"ident": found.ident, "text": "", "rect": [found.left, found.top, found.width, found.height]}]


def _devices(process: VisitProcess) -> dict[str, str]:
    """How each device is: its health, its fault card, or that none is fitted."""
    from dataclasses import asdict

    fitted: dict[str, str] = asdict(process.settings.devices)
    statuses = process.devices.statuses if process.devices is not None else {}
    return {
        name: " ".join(filter(None, (statuses[name].health, statuses[name].code)))
        if address and name in statuses
        else "not yet opened"
        if address
        else "not fitted"
        for name, address in fitted.items()
    }


def _visible(process: VisitProcess) -> list[dict[str, Any]]:
    if process.discreet:
        return []
    return [
        {"ident": s.ident, "text": s.text, "rect": [s.rect.x, s.rect.y, s.rect.width, s.rect.height]}
        for s in process.stage.visible()
    ]


def _flips_since(process: VisitProcess) -> list[tuple[float, str]]:
    """Frames since the last time this was asked: when each had been handed to the display (time.monotonic, the same for
    all processes of a machine) and the kind and key of the screen in it. The first question begins the recording."""
    global _flips
    if _flips is None:
        from kivy.core.window import Window

        flip = Window.flip

        def timed() -> None:
            flip()
            step = process.stage.step
            shown.append((time.monotonic(), f"{type(step).__name__}:{step.key}" if step is not None else ""))

        shown: list[tuple[float, str]] = []
        _flips = shown
        Window.flip = timed
    found = list(_flips)
    _flips.clear()
    return found


def die_at(point: str) -> None:
    """From now on, die at a named durable step."""
    _deadly.add(point)


def pass_point(point: str) -> None:
    """Called at every named durable step; kills this very process where a script said so."""
    if point in _deadly:
        os.kill(os.getpid(), signal.SIGKILL)
