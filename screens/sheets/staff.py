"""Staff pages: the PIN pad, what works and what does not, and one question before a restart."""

from __future__ import annotations

from datetime import datetime
from math import ceil
from typing import Any

from kivy.properties import ObjectProperty

from matters.steps import Where
from screens import shapes
from screens.sheets.base import Paged, Sheet, shows
from screens.staff import StaffAsk, StaffBoard, StaffDevice, StaffPin, StaffStick
from screens.status import StatusView
from screens.theme import look
from screens.widgets import figures, pager
from screens.widgets.base import Column, Item, Node, Row
from screens.widgets.fields import PadKey
from screens.widgets.frame import BACK, Counter, KeySpec
from screens.words import say

__all__ = ["PadKey", "figures", "pager"]


class _StaffSheet(Sheet):
    """What the staff pages share: the place in the band, no clerk to call."""

    def where(self) -> Where | None:
        return None

    def place_words(self, status: StatusView) -> tuple[str, str]:
        return ("tool", say("staff.place"))

    def tell_counter(self, counter: Counter) -> None:
        counter.tell(self.left(), self.main(), help_key=False)


# ---------------------------------------------------------------- the PIN


class PinDots(Node):
    """How many digits have been typed, never which."""

    digits = 0
    shortest = 6
    longest = 12

    def measure(self, width: int) -> int:
        return look.u(112)

    def state(self) -> object:
        return (self.digits, self.shortest)

    def paint(self) -> None:
        x, y, width, height = self.box
        group = self.canvas.before
        shapes.box(
            group, x, self.y, width, height, radius=look.u(20), fill=look.colour("now_tint"), edge=look.u(8),
            line=look.colour("now"),
        )  # fmt: skip
        side, gap = look.u(34), look.u(22)
        places = max(self.shortest, self.digits)
        room = width - look.u(48)
        if places * side + (places - 1) * gap > room:
            gap = max(look.u(6), (room - places * side) // max(1, places - 1))
        left = x + (width - places * side - (places - 1) * gap) / 2 + side / 2
        middle = look.height - y - height / 2
        for place in range(places):
            typed = place < self.digits
            cx = round(left + place * (side + gap))
            shapes.disc(group, cx, middle, side, look.colour("ink" if typed else "key_edge"), 0 if typed else look.u(5))

    def words(self) -> str:
        return ""


class PinPad(Column):
    """Ten digits and one to take the last one back."""

    gap = 18.0

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for line in ("123", "456", "789", "-0<"):
            row = Row()
            row.gap, row.stretch = 20.0, True
            for sign in line:
                key = PadKey()
                key.grow, key.tall, key.elder_tall = 1.0, 136.0, 150.0
                key.role = "result"
                if sign.isdigit():
                    key.on_item(key, (f"digit:{sign}", sign, ""))
                elif sign == "<":
                    key.on_item(key, ("erase", "", "backspace"))
                row.add_widget(key)
            self.add_widget(row)

    def set_live(self, live: bool) -> None:
        for row in self.inner():
            for key in row.inner():
                if isinstance(key, PadKey) and key.ident:
                    key.kind = "plain" if live else "waiting"


def wait_words(seconds: float) -> str:
    """How long a lock holds, in the unit one waits in."""
    whole = ceil(seconds)
    if whole < 120:
        return say("staff.wait.seconds", count=whole)
    return say("staff.wait.minutes", count=ceil(whole / 60))


@shows(StaffPin)
class StaffPinSheet(_StaffSheet):
    """The door."""

    def main(self) -> KeySpec | None:
        step = self.step
        ready = step.digits >= step.shortest and step.problem != "locked"
        return KeySpec(
            "main", say(f"staff.{step.asks}.main"), icon_end="lock-open", kind="plain" if ready else "waiting"
        )

    def left(self) -> KeySpec | None:
        return KeySpec(BACK, say("staff.back"), icon="arrow-left")

    def told(self) -> None:
        step, ids = self.step, self.ids
        ids.title.text = say(f"staff.{step.asks}.title")
        ids.hint.text = say(f"staff.{step.asks}.hint", shortest=step.shortest, longest=step.longest)
        ids.dots.digits, ids.dots.shortest = step.digits, step.shortest
        ids.problem.shown = bool(step.problem)
        if step.problem:
            ids.problem.text = say(
                f"staff.problem.{step.problem}", wait=wait_words(step.seconds), shortest=step.shortest
            )
        ids.pad.set_live(step.problem != "locked")


# ---------------------------------------------------------------- the board

DEVICE_ICONS = {
    "id_card": "id",
    "social_card": "credit-card",
    "camera": "camera",
    "face_camera": "user-scan",
    "receipt_printer": "printer",
    "document_printer": "file-text",
    "scanner": "barcode",
    "lights": "bulb",
    "presence": "walk",
    "keypad": "dialpad",
    "speaker": "volume",
    "network": "wifi",
    "disk": "database",
    "outbox": "package",
    "clock": "clock",
}
DEVICE_ICONS_OFF = {
    "id_card": "id-off",
    "camera": "camera-off",
    "receipt_printer": "printer-off",
    "lights": "bulb-off",
    "network": "wifi-off",
}
TRY_ICONS = {"network": "refresh", "clock": "refresh", "disk": "list-check"}
STATE_PILLS = {
    "good": ("bare", "circle-check"),
    "care": ("care", "alert-triangle"),
    "broken": ("broken", "alert-circle"),
    "trying": ("plain", "hourglass"),
    "absent": ("plain", "minus"),
}


def device_word(device: StaffDevice) -> str:
    """The word of the pill: what was noted, the fault's own, or how it is."""
    if device.note:
        return device.note
    if device.code and device.state in ("care", "broken"):
        return say.fault(device.code).short
    return say("staff.board.trying" if device.state == "trying" else f"staff.board.{device.state}")


class DeviceLine(Item):
    """One device: how it is, what to do, a try of it."""

    item: Any = ObjectProperty(None, allownone=True, rebind=True)

    def measure(self, width: int) -> int:
        self._dress()
        return super().measure(width)

    def inside(self, x: int, y: int, width: int, height: int) -> None:
        self._dress()
        super().inside(x, y, width, height)

    def _dress(self) -> None:
        device: StaffDevice = self.item
        ids = self.ids
        off = device.state in ("broken", "absent")
        ids.icon.name = (DEVICE_ICONS_OFF if off else {}).get(device.id) or DEVICE_ICONS.get(device.id, "devices")
        ids.name.text = say(f"staff.device.{device.id}")
        ids.pill.tone, ids.pill.icon = STATE_PILLS[device.state]
        ids.pill.text = device_word(device)
        trouble = device.code if device.state in ("care", "broken") else ""
        failed = device.tried if device.tried not in ("", "ok") else ""
        if trouble or failed:
            ids.todo.text = say.fault(trouble or failed).staff
        else:
            ids.todo.text = say("staff.board.tried") if device.tried == "ok" else ""
        ids.todo.shown = bool(ids.todo.text)
        key = ids.key
        key.shown = device.can_try and device.state != "absent"
        key.ident = f"try:{device.id}"
        trying = device.state == "trying"
        key.kind = "waiting" if trying else "plain"
        key.text = say("staff.board.trying") if trying else say(f"staff.try.{device.id}")
        key.icon = "" if trying else TRY_ICONS.get(device.id, "player-play")


class StaffCards(Row):
    """Queue and hours: side by side on a tall screen, one above the other on a wide one."""

    gap = 20.0

    def measure(self, width: int) -> int:
        return super().measure(width) if look.portrait else Column.measure(self, width)

    def inside(self, x: int, y: int, width: int, height: int) -> None:
        if look.portrait:
            super().inside(x, y, width, height)
        else:
            Column.inside(self, x, y, width, height)


class QueueKeys(Row):
    """What can be done with what waits: one below the other where the card is narrow."""

    def _narrow(self) -> bool:
        return look.portrait and not look.low

    def measure(self, width: int) -> int:
        return Column.measure(self, width) if self._narrow() else super().measure(width)

    def inside(self, x: int, y: int, width: int, height: int) -> None:
        if self._narrow():
            Column.inside(self, x, y, width, height)
        else:
            super().inside(x, y, width, height)


def moment_words(moment: datetime, now: datetime | None) -> str:
    """When: the time alone if it was today."""
    clock = f"{moment.hour}:{moment.minute:02d}"
    if now is not None and now.date() == moment.date():
        return say("staff.board.today", clock=clock)
    return say("staff.board.day", month=moment.month, day=moment.day, clock=clock)


def devices_a_page() -> int:
    """Device lines on one page of the board."""
    if look.low:
        return 2 if look.elder else 3
    if look.portrait:
        return 4 if look.elder else 7
    return 3 if look.elder else 6


@shows(StaffBoard)
class StaffBoardSheet(_StaffSheet, Paged):
    """What works, what does not, what waits."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if look.low:  # what is only read goes above, with its key left behind among those that are reached
            split, cards, send, foot = (self.ids[name] for name in ("split", "cards", "keys", "foot"))
            send.parent.remove_widget(send)
            foot.add_widget(send)
            split.remove_widget(cards)
            split.add_widget(cards, index=len(split.children))

    def main(self) -> KeySpec | None:
        return KeySpec("leave", say("staff.leave"), icon_end="lock")

    def left(self) -> KeySpec | None:
        return KeySpec("pin", say("staff.pin"), icon="key")

    def tell_counter(self, counter: Counter) -> None:
        counter.tell(self.left(), self.main())
        # The first row is the clerk's own here; `closed` gives it back.
        self._counter = counter
        counter.repeat.ident, counter.repeat.icon, counter.repeat.text = "try:all", "list-check", say("staff.board.all")
        counter.help.ident, counter.help.icon, counter.help.text = "restart", "power", say("staff.board.restart")

    def closed(self) -> None:
        counter: Counter | None = getattr(self, "_counter", None)
        if counter is not None:
            counter.repeat.ident, counter.repeat.icon = "repeat", "volume"
            counter.help.ident, counter.help.icon = "help", "headset"

    def told(self) -> None:
        step: StaffBoard = self.step
        ids = self.ids
        hands = sum(device.state in ("care", "broken") for device in step.devices)
        ids.title.text = say("staff.board.hands", count=hands) if hands else say("staff.board.fine")
        minutes = ceil(step.leaves_in_s / 60)
        ids.leaves.text = ids.leaves_wide.text = (
            say("staff.leaves", minutes=minutes) if minutes > 1 else say("staff.leaves_soon")
        )
        # What needs a hand first; the rest in the order given.
        order = {"broken": 0, "care": 1}
        devices = sorted(step.devices, key=lambda device: order.get(device.state, 2))
        ids.devices.items = tuple(self.cut(devices, devices_a_page()))
        ids.pager.tell(self.page, self.pages)
        ids.waiting.number, ids.waiting.unit, ids.waiting.meaning = str(step.waiting), say("staff.board.unit"), ""
        ids.drafts.shown = step.drafts > 0
        ids.drafts.text = say("staff.board.drafts", count=step.drafts) if step.drafts else ""
        ids.oldest.shown = True
        if step.waiting and step.oldest is not None:
            ids.oldest.text = say("staff.board.oldest", when=moment_words(step.oldest, step.now))
        else:
            ids.oldest.text = "" if step.waiting else say("staff.board.queue_none")
        ids.error.shown = bool(step.last_error and step.waiting)
        ids.error.text = say("staff.board.error", why=say.fault(step.last_error).short) if step.last_error else ""
        ids.send.kind = "waiting" if step.sending or not step.waiting else "plain"
        ids.send.text = say("staff.board.sending" if step.sending else "staff.board.send")
        ids.stick.shown = step.stick
        ids.hours.text = step.hours.replace(",", "，").replace("，", "\n" if look.portrait else "，")
        ids.open.text = say("staff.board.open" if step.open_now else "staff.board.closed")
        ids.version.shown = bool(step.version) and look.portrait
        ids.version_wide.shown = bool(step.version) and not look.portrait
        ids.version.text = ids.version_wide.text = say("staff.board.version", version=step.version)


@shows(StaffAsk)
class StaffAskSheet(_StaffSheet):
    """One question before something that disturbs."""

    def main(self) -> KeySpec | None:
        return KeySpec("main", say(f"staff.ask.{self.step.what}.main"), icon_end="power")

    def left(self) -> KeySpec | None:
        return KeySpec(BACK, say("staff.back"), icon="arrow-left")


# ---------------------------------------------------------------- the courier's stick


def room_words(size: int) -> str:
    """How much room, in what people buy sticks by."""
    if size >= 950_000_000:
        return say("staff.stick.gb", count=max(1, round(size / 1e9)))
    return say("staff.stick.mb", count=size // 1_000_000)


class StickLine(Item):
    """One thing that came of it: (icon, words)."""

    item: Any = ObjectProperty(("", ""), rebind=True)


@shows(StaffStick)
class StaffStickSheet(_StaffSheet):
    """What goes out and comes back by stick, and when it may be pulled."""

    def main(self) -> KeySpec | None:
        state = self.step.state
        if state == "done":
            return KeySpec("main", say("staff.stick.ok"), icon_end="check")
        kind = "plain" if state == "ready" else "waiting"
        return KeySpec("main", say("staff.stick.busy" if state == "working" else "staff.stick.main"), kind=kind)

    def left(self) -> KeySpec | None:
        return None if self.step.state == "working" else KeySpec(BACK, say("staff.back"), icon="arrow-left")

    def told(self) -> None:
        step: StaffStick = self.step
        ids = self.ids
        ids.title.text = say(f"staff.stick.title.{self._title(step)}")
        text = self._text(step)
        ids.text.shown, ids.text.text = bool(text), text
        ids.lines.items = tuple(self._lines(step))
        ids.panel.shown = bool(ids.lines.items)

    @staticmethod
    def _title(step: StaffStick) -> str:
        if step.problem:
            return step.problem
        if step.state == "done":
            return "pull" if step.may_pull else "lamp"
        if step.state == "wait":
            return "many" if step.sticks > 1 else "wait"
        return step.state

    @staticmethod
    def _text(step: StaffStick) -> str:
        if step.problem:
            return say(f"staff.stick.todo.{step.problem}")
        if step.state == "working":
            return say("staff.stick.under_way", now=min(step.now + 1, step.of), of=step.of) if step.of else ""
        if step.state == "wait":
            return say("staff.stick.todo.many" if step.sticks > 1 else "staff.stick.todo.wait")
        return say("staff.stick.next") if step.state == "done" and step.out else ""

    @staticmethod
    def _lines(step: StaffStick) -> list[tuple[str, str]]:
        if step.state == "ready":
            return [
                ("send", say("staff.stick.goes", count=step.waiting) if step.waiting else say("staff.stick.goes_none")),
                ("usb", say("staff.stick.room", room=room_words(step.free))),
                ("file-check", say("staff.stick.comes")),
                ("lock", say("staff.stick.sealed")),
            ]
        if step.state != "done" or step.problem in ("none", "many"):
            return []
        lines = []
        for name, icon, count in (("out", "circle-check", step.out), ("back", "file-check", step.back)):
            words = say(f"staff.stick.{name}", count=count) if count else say(f"staff.stick.{name}_none")
            lines.append((icon if count else "minus", words))
        for name, icon, count in (
            ("left", "alert-triangle", step.left),
            ("damaged", "alert-triangle", step.damaged),
            ("refused", "alert-triangle", step.refused),
            ("catalogue", "book-2", int(step.catalogue)),
        ):
            if count:
                lines.append((icon, say(f"staff.stick.{name}", count=count)))
        return lines
