"""The developer's dock: a small window of its own process beside the app, with a hand for every simulated device.

It speaks the terminal's control channel (test profiles only) and nothing else: what it does a visit script can do too.
Cards go on the reader and off, papers under the camera, the roll runs out, cables come loose, the line is cut; the last
receipt is shown as the printer drew it. Closing the dock ends the terminal.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

WIDTH, HEIGHT = 420, 940
POLL_S = 1.5


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
        what = self.arguments.get("what", "")
        return f"{self.device}.{self.do}" + (f".{what}" if what else "")


def _fault(label: str, device: str, what: str, **more: Any) -> Act:
    return Act(label, device, "fault", {"what": what, **more})


# heading -> (what a list offers, buttons)
SECTIONS: dict[str, tuple[str, tuple[Act, ...]]] = {
    "ID card": (
        "cards",
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
    "Social-security card": (
        "social",
        (
            Act("put in", "social_card", "insert", choice="card"),
            Act("take out", "social_card", "remove"),
            _fault("pull mid-read", "social_card", "pulled"),
            _fault("silent", "social_card", "silent"),
            _fault("wrong tag", "social_card", "wrong_tag"),
            _fault("unplug", "social_card", "unplug"),
            Act("mend", "social_card", "mend"),
        ),
    ),
    "Scanner": (
        "",
        (
            Act("a phone's code", "scanner", "scan", {"text": "https://phone.example/card?token=1"}),
            _fault("half a code", "scanner", "half"),
            _fault("garbage", "scanner", "garbage"),
            _fault("silent", "scanner", "silent"),
            _fault("unplug", "scanner", "unplug"),
            Act("mend", "scanner", "mend"),
        ),
    ),
    "Camera": (
        "papers",
        (
            Act("place", "camera", "place", choice="picture"),
            Act("take away", "camera", "remove"),
            _fault("blur", "camera", "blur"),
            _fault("dark", "camera", "dark"),
            _fault("stall", "camera", "stall"),
            _fault("unplug", "camera", "vanish"),
            Act("mend", "camera", "mend"),
        ),
    ),
    "Receipt printer": (
        "",
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
    "Line to the county": (
        "",
        (Act("cut", "line", "down"), Act("slow", "line", "slow"), Act("mend", "line", "up")),
    ),
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
        answer = await self.ask("simulate", device=act.device, do=act.do, arguments=arguments)
        self._said(f"{act.device} {act.do} {arguments.get('what', chosen)}: {answer.get('problem', 'done')}")

    async def receipt(self) -> str:
        """The picture of the last receipt, "" while there is none."""
        answer = await self.ask("simulate", device="receipt_printer", do="receipts", arguments={})
        told = answer.get("answer")
        receipts = told.get("receipts", []) if isinstance(told, dict) else []
        return str(receipts[-1]) if receipts else ""

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
    from kivy.uix.spinner import Spinner

    from kiosk.channel import Channel

    Window.set_title("dock")
    root = BoxLayout(orientation="vertical", padding=8, spacing=4)
    buttons: dict[str, Any] = {}
    status = Label(text="waiting for the terminal", size_hint_y=None, height=28, font_size=13)
    tasks: set[asyncio.Task[Any]] = set()

    def spawn(work: Any) -> None:
        task = asyncio.ensure_future(work)
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    control = Control(await Channel.open(fd), lambda text: setattr(status, "text", text))
    for heading, (what, acts) in SECTIONS.items():
        root.add_widget(Label(text=heading, size_hint_y=None, height=26, bold=True, font_size=15))
        names = offered(what)
        chooser = Spinner(text=names[0], values=names, size_hint_y=None, height=36) if names else None
        if chooser is not None:
            root.add_widget(chooser)
        grid = GridLayout(cols=4, size_hint_y=None, height=40 * -(-len(acts) // 4), spacing=3)
        for act in acts:
            button = Button(text=act.label, font_size=13)
            button.bind(
                on_press=lambda _, act=act, chooser=chooser: spawn(control.act(act, chooser.text if chooser else ""))
            )
            buttons[act.ident] = button
            grid.add_widget(button)
        root.add_widget(grid)
    receipt = Image(fit_mode="contain")
    root.add_widget(receipt)
    root.add_widget(status)

    def other(message: dict[str, Any]) -> None:
        """A test asks where a button is, in pixels of the window from its top left."""
        button = buttons.get(str(message.get("where", "")))
        if button is not None:
            x, y = button.to_window(*button.center)
            control._channel.send({"where": message["where"], "at": [x, Window.height - y], "said": status.text})

    async def follow() -> None:
        await control.ask("ready")
        status.text = "ready"
        while True:
            path = await control.receipt()
            if path and path != receipt.source:
                receipt.source = path
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
