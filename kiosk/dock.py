"""The developer's dock: a small window of its own process beside the app, with a hand for every simulated device.

It speaks the terminal's control channel (test profiles only) and nothing else: what it does a visit script can do too.
Cards go on the reader and off, papers under the camera, the roll runs out, cables come loose, the line is cut; every
fault that a simulator knows is played by its name or by the dice. How each device is stands beside its name, as the app
sees it; the last receipt is shown as the printer drew it. Closing the dock ends the terminal.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

WIDTH, HEIGHT = 420, 940
RECEIPT_HEIGHT = 230
POLL_S = 1.5
NOT_FITTED = "not fitted"
SHOWS = {"lights": "shown", "speaker": "said"}  # what a simulator alone can tell, by which command


@dataclass(frozen=True)
class Act:
    """One button: what the terminal's control channel is asked. `choice`: the argument that a list's choice fills."""

    label: str
    device: str
    do: str
    arguments: dict[str, Any] = field(default_factory=dict)
    choice: str = ""

    @property
    def ident(self) -> str:
        what = self.arguments.get("what", "") or self.arguments.get("key", "")
        return f"{self.device}.{self.do}" + (f".{what}" if what else "")


def _fault(label: str, device: str, what: str, **more: Any) -> Act:
    return Act(label, device, "fault", {"what": what, **more})


@dataclass(frozen=True)
class Section:
    """One device: `kind` of simulator (its faults are offered by name), what a list offers, buttons."""

    heading: str
    device: str
    kind: str = ""
    offers: str = ""
    acts: tuple[Act, ...] = ()

    @property
    def faults(self) -> tuple[str, ...]:
        from hardware.simulators import faults

        return faults(self.kind) if self.kind else ()


SECTIONS: tuple[Section, ...] = (
    Section(
        *("ID card", "id_card", "id-card", "cards"),
        (
            Act("lay", "id_card", "insert", choice="card"),
            Act("lift", "id_card", "remove"),
            _fault("pull mid-read", "id_card", "pulled"),
            _fault("unplug", "id_card", "unplug"),
            _fault("damage one", "id_card", "checksum"),
            _fault("silent", "id_card", "silent", times=0),
            Act("mend", "id_card", "mend"),
        ),
    ),
    Section(
        *("Camera for papers", "camera", "camera", "papers"),
        (
            Act("place", "camera", "place", choice="picture"),
            Act("take away", "camera", "remove"),
            _fault("unplug", "camera", "vanish"),
            Act("mend", "camera", "mend"),
        ),
    ),
    Section(
        *("Receipt printer", "receipt_printer", "receipt-printer", ""),
        (
            _fault("paper out", "receipt_printer", "paper_out"),
            _fault("out midway", "receipt_printer", "paper_out", after_lines=10),
            _fault("paper low", "receipt_printer", "paper_low"),
            _fault("cover", "receipt_printer", "cover_open"),
            _fault("cutter", "receipt_printer", "cutter"),
            _fault("silent", "receipt_printer", "silent"),
            _fault("unplug", "receipt_printer", "unplug"),
            Act("mend", "receipt_printer", "mend"),
        ),
    ),
    Section(
        *("Line to the county", "line", "line", ""),
        (Act("cut", "line", "down"), Act("slow", "line", "slow"), Act("mend", "line", "up")),
    ),
    Section(
        *("Camera towards the person", "face_camera", "face-camera", ""),
        (
            Act("somebody", "face_camera", "come"),
            Act("nobody", "face_camera", "leave"),
            _fault("unplug", "face_camera", "vanish"),
            Act("mend", "face_camera", "mend"),
        ),
    ),
    Section(
        *("Social-security card", "social_card", "social-card", "social"),
        (
            Act("put in", "social_card", "insert", choice="card"),
            Act("take out", "social_card", "remove"),
            _fault("unplug", "social_card", "unplug"),
            Act("mend", "social_card", "mend"),
        ),
    ),
    Section(
        *("Scanner", "scanner", "scanner", ""),
        (
            Act("a phone's code", "scanner", "scan", {"text": "https://phone.example/card?token={n}"}),
            _fault("unplug", "scanner", "unplug"),
            Act("mend", "scanner", "mend"),
        ),
    ),
    Section(
        *("Number pad", "keypad", "keypad", ""),
        (
            *(Act(key, "keypad", "press", {"key": key}) for key in (*"1234567890X", "point", "clear", "back", "main")),
            Act("mend", "keypad", "mend"),
        ),
    ),
    Section(
        *("Presence sensor", "presence", "presence", ""),
        (
            Act("come", "presence", "come"),
            Act("go", "presence", "go"),
            Act("noise", "presence", "noise"),
            Act("mend", "presence", "mend"),
        ),
    ),
    Section(*("Lamps", "lights", "lights", ""), (Act("mend", "lights", "mend"),)),
    Section("Speaker", "speaker", "speaker"),
    Section("A4 printer", "document_printer"),
)


def simulated() -> dict[str, str]:
    """Every device that can be pretended on this machine, as settings name them. The social-card reader wants a daemon
    in a namespace of its own, which only root may make."""
    import os

    from hardware.pcsc_simulator import DRIVER

    able = os.geteuid() == 0 and Path(DRIVER).exists()
    return {
        section.device: f"sim://{section.kind}"
        for section in SECTIONS
        if section.kind and section.device != "line" and (able or section.device != "social_card")
    }


class Control:
    """The terminal's end of the wire, as the dock uses it."""

    def __init__(self, channel: Any, said: Callable[[str], None]) -> None:
        self._channel, self._said = channel, said
        self._number = 0
        self._waiting: dict[int, asyncio.Future[Any]] = {}

    async def act(self, act: Act, chosen: str = "") -> None:
        """Carries a button out and says what came of it."""
        arguments = {**act.arguments, **({act.choice: chosen} if act.choice else {})}
        if "text" in arguments:
            arguments["text"] = arguments["text"].format(n=self._number + 1)  # a phone makes a new code each time
        answer = await self.ask("simulate", device=act.device, do=act.do, arguments=arguments)
        self._said(f"{act.device} {act.do} {arguments.get('what', chosen)}: {answer.get('problem', 'done')}")

    async def receipt(self) -> str:
        """The picture of the last receipt, "" while there is none."""
        answer = await self.ask("simulate", device="receipt_printer", do="receipts", arguments={})
        told = answer.get("answer")
        receipts = told.get("receipts", []) if isinstance(told, dict) else []
        return str(receipts[-1]) if receipts else ""

    async def devices(self) -> dict[str, str]:
        """How each device is, in the status model's words; "not fitted"; nothing while no visit answers."""
        answer = await self.ask("devices")
        told = answer.get("answer")
        return {str(name): str(how) for name, how in told.items()} if isinstance(told, dict) else {}

    async def shown(self, device: str, do: str) -> str:
        """What a device shows or has said, where it can be seen only in its simulator."""
        answer = await self.ask("simulate", device=device, do=do, arguments={})
        told = answer.get("answer")
        if not isinstance(told, dict):
            return ""
        return " ".join(told["lit"]) or "dark" if "lit" in told else f"said {len(told.get('said', ()))}"

    async def ask(self, question: str, **values: Any) -> dict[str, Any]:
        self._number += 1
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[self._number] = future
        self._channel.send({"n": self._number, "ask": question, **values})
        answer: dict[str, Any] = await future
        return answer

    async def listen(self, other: Callable[[dict[str, Any]], None]) -> None:
        """Until the terminal has gone. `other`: what is no answer of ours."""
        async for message in self._channel.messages():
            future = self._waiting.pop(int(message.get("n", 0)), None)
            if future is None:
                other(message)
            elif not future.done():
                future.set_result(message)


def offered(what: str) -> list[str]:
    """What a section's list has."""
    if what == "cards":
        from hardware.sample_cards import sample_cards

        return sorted(sample_cards())
    if what == "social":
        from hardware.sample_cards import sample_cards

        return sorted(name for name, card in sample_cards().items() if card.social)
    if what == "papers":
        from hardware.sample_papers import names

        return sorted(names())
    return []


async def _run(fd: int, left: int) -> None:
    from kivy.base import async_runTouchApp, stopTouchApp
    from kivy.config import Config

    for key, value in (("width", WIDTH), ("height", HEIGHT), ("position", "custom"), ("left", left), ("top", 0)):
        Config.set("graphics", key, str(value))
    Config.set("input", "mouse", "mouse,disable_multitouch")

    from kivy.core.window import Window
    from kivy.uix.boxlayout import BoxLayout
    from kivy.uix.button import Button
    from kivy.uix.gridlayout import GridLayout
    from kivy.uix.image import Image
    from kivy.uix.label import Label
    from kivy.uix.scrollview import ScrollView
    from kivy.uix.spinner import Spinner

    from kiosk.channel import Channel

    Window.set_title("dock")
    root = BoxLayout(orientation="vertical", padding=8, spacing=4)
    inside = BoxLayout(orientation="vertical", spacing=4, size_hint_y=None)
    inside.bind(minimum_height=inside.setter("height"))
    scroll = ScrollView(scroll_type=["bars", "content"], bar_width=10, do_scroll_x=False)
    scroll.add_widget(inside)
    buttons: dict[str, Any] = {}
    headings: dict[str, Any] = {}
    bodies: dict[str, Any] = {}
    status = Label(text="waiting for the terminal", size_hint_y=None, height=28, font_size=13)
    tasks: set[asyncio.Task[Any]] = set()

    def spawn(work: Any) -> None:
        task = asyncio.ensure_future(work)
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    control = Control(await Channel.open(fd), lambda text: setattr(status, "text", text))

    def button(act: Act, chooser: Any) -> Any:
        made = Button(text=act.label, font_size=13)
        made.bind(on_press=lambda _: spawn(control.act(act, chooser.text if chooser else "")))
        buttons[act.ident] = made
        return made

    for section in SECTIONS:
        heading = Label(text=section.heading, size_hint_y=None, height=26, bold=True, font_size=15)
        headings[section.device] = heading
        body = BoxLayout(orientation="vertical", spacing=3, size_hint_y=None, height=0)
        body.bind(minimum_height=body.setter("height"))
        bodies[section.device] = body
        names = offered(section.offers)
        chooser = Spinner(text=names[0], values=names, size_hint_y=None, height=34) if names else None
        if chooser is not None:
            body.add_widget(chooser)
        if section.acts:
            grid = GridLayout(cols=4, size_hint_y=None, height=38 * -(-len(section.acts) // 4), spacing=3)
            for act in section.acts:
                grid.add_widget(button(act, chooser))
            body.add_widget(grid)
        if section.faults:
            row = GridLayout(cols=4, size_hint_y=None, height=34, spacing=3)
            fault = Spinner(text=section.faults[0], values=section.faults, font_size=13)
            for widget in (
                fault,
                button(Act("this fault", section.device, "fault", choice="what"), fault),
                button(Act("by the dice", section.device, "random"), None),
                button(Act("calm", section.device, "calm"), None),
            ):
                row.add_widget(widget)
            body.add_widget(row)
        inside.add_widget(heading)
        inside.add_widget(body)
    receipt = Image(fit_mode="contain", size_hint_y=None, height=0)  # no room before there is one
    for widget in (scroll, receipt, status):
        root.add_widget(widget)

    def other(message: dict[str, Any]) -> None:
        """A test asks where a button is, in pixels of the window from its top left."""
        asked = buttons.get(str(message.get("where", "")))
        if asked is not None:
            scroll.scroll_to(asked, animate=False)
            x, y = asked.to_window(*asked.center)
            control._channel.send({"where": message["where"], "at": [x, Window.height - y], "said": status.text})

    async def look() -> None:
        """What each device is now; what is not fitted cannot be touched."""
        for name, how in (await control.devices()).items():
            section = next((one for one in SECTIONS if one.device == name), None)
            if section is None:
                continue
            bodies[name].disabled = how == NOT_FITTED
            shows = SHOWS.get(name, "") if how != NOT_FITTED else ""
            seen = f", {await control.shown(name, shows)}" if shows else ""
            headings[name].text = f"{section.heading}: {how}{seen}"

    async def follow() -> None:
        await control.ask("ready")
        status.text = "ready"
        while True:
            path = await control.receipt()
            if path and path != receipt.source:
                receipt.source, receipt.height = path, RECEIPT_HEIGHT
            await look()
            await asyncio.sleep(POLL_S)

    async def until_gone() -> None:
        await control.listen(other)
        stopTouchApp()

    spawn(until_gone())
    spawn(follow())
    await async_runTouchApp(root, async_lib="asyncio")
    for task in tasks:
        task.cancel()


def main(argv: list[str] | None = None) -> int:
    """The process."""
    parser = argparse.ArgumentParser(prog="kiosk role dock")
    parser.add_argument("--channel", type=int, required=True)
    parser.add_argument("--left", type=int, default=0)
    given = parser.parse_args(argv)
    import os
    import tempfile

    with tempfile.TemporaryDirectory(prefix="kiosk-dock-") as home:
        os.environ.update(KIVY_HOME=home, KIVY_NO_ARGS="1", KIVY_NO_FILELOG="1", KIVY_NO_CONSOLELOG="1")
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(_run(given.channel, given.left))
    return 0


if __name__ == "__main__":
    sys.exit(main())
