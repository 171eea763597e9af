"""Staff mode: a PIN, then every device's state and a try of it, the queue, a test print, the courier's stick, restart.

The steps are values of screens.staff; the digits typed stay here and are forgotten as soon as they are judged. Staff
mode belongs to the process that shows the home screen, where no person's visit has begun, and leaves by itself.
"""

from __future__ import annotations

import asyncio
import shutil
from datetime import datetime
from typing import TYPE_CHECKING, Any

from hardware.ports import Fault, Health
from kiosk.staff import LONGEST, SHORTEST, StaffPin
from kiosk.visiting.looking import open_at
from kiosk.visiting.pinpad import PinPad
from kiosk.visiting.setting import clock_sure
from kiosk.visiting.trying import NOTHING_CAME, TRY_S, tries
from matters.events import Event, Pressed
from screens.staff import StaffAsk, StaffBoard, StaffDevice, StaffStick
from screens.staff import StaffPin as PinStep

if TYPE_CHECKING:
    from kiosk.sticks import Carried, Stick, Sticks
    from kiosk.visiting.process import VisitProcess

LOW = 2  # so many times what must stay free: time to bring away what waits
LEAVE_S = 240.0  # without a touch
STICK_S = 0.5  # how often it is looked whether a stick is in
ALWAYS = ("id_card", "social_card", "camera", "receipt_printer", "speaker")  # a line each, fitted or not
FURTHER = ("face_camera", "document_printer", "scanner", "lights", "presence", "keypad")  # where they are fitted


class StaffMode:
    """From the PIN to leaving."""

    def __init__(self, process: VisitProcess) -> None:
        self._process = process
        self._pin = StaffPin(process.state)
        self._pad = PinPad()
        self._chosen = ""  # a new PIN, until it has been typed again
        self._asks = "open" if self._pin.is_set else "choose"
        self._where = "pin"  # pin | board | restart | stick
        self._touched = process.clock()
        self._trying: set[str] = set()
        self._tried: dict[str, str] = {}
        self._queue: dict[str, Any] = {}
        self._sending = False
        self._sticks: Sticks | None = None
        self._found: list[Stick] = []
        self._carrying = (0, 0)  # how many of how many, while a stick is written
        self._carried: Carried | None = None
        self._works = False

    def open(self) -> None:
        self._show()

    def tick(self) -> None:
        """Time passes: leave when nobody is there, count the lock down, keep the board true."""
        if self._works:
            self._touched = self._process.clock()  # nobody is sent away while a stick is written
        if self._process.clock() - self._touched > LEAVE_S:
            self._leave()
        else:
            self._show()

    def handle(self, event: Event) -> None:
        """A touch."""
        self._touched = self._process.clock()
        if isinstance(event, Pressed):
            name, _, value = event.id.partition(":")
            {"pin": self._pressed_pin, "board": self._pressed_board, "restart": self._pressed_restart,
             "stick": self._pressed_stick}[self._where](name, value)  # fmt: skip
        if self._process.staff is self:
            self._show()

    # ------------------------------------------------------------------ the PIN

    def _pressed_pin(self, name: str, value: str) -> None:
        if name == "back":
            self._leave() if not self._queue or self._asks == "open" else self._to_board()
        elif digits := self._pad.pressed(name, value):
            self._pad.problem = self._judge(digits)

    def _judge(self, digits: str) -> str:
        """What is wrong with the digits, or "" and on to the next."""
        if self._asks == "open":
            verdict = self._pin.check(digits)
            if verdict == "ok":
                self._process.journal.note("staff.entered")
                self._to_board()
                return ""
            self._process.journal.note("staff.refused", failures=1, locked_s=round(self._pin.locked_for()))
            return verdict
        if self._asks == "choose":
            if len(digits) < SHORTEST:
                return "short"
            self._chosen, self._asks = digits, "again"
            return ""
        chosen, self._chosen = self._chosen, ""
        if digits != chosen:
            self._asks = "choose"
            return "differs"
        try:
            self._pin.set(digits)
        except ValueError:
            self._asks = "choose"
            return "easy"
        self._process.journal.note("staff.pin_set")
        self._to_board()
        return ""

    # ------------------------------------------------------------------ the board

    def _to_board(self) -> None:
        self._where, self._asks = "board", "open"
        self._process.spawn(self._look_at_queue())

    def _pressed_board(self, name: str, value: str) -> None:
        if name in ("leave", "main", "back"):
            self._leave()
        elif name == "try":
            for device in self._can_try() if value == "all" else (value,):
                if device not in self._trying:
                    self._trying.add(device)
                    self._process.spawn(self._try(device))
        elif name == "send":
            self._process.journal.note("staff.acted", act="send")
            self._process.channel.send({"say": "send"})
        elif name == "pin":
            self._where, self._asks, self._pad = "pin", "choose", PinPad()
        elif name == "restart":
            self._where = "restart"
        elif name == "stick":
            self._where, self._carried, self._found = "stick", None, []
            self._process.spawn(self._look_for_sticks())

    def _pressed_restart(self, name: str, _: str) -> None:
        if name == "main":
            self._process.journal.note("staff.acted", act="restart")
            self._process.channel.send({"say": "restart"})
        else:
            self._where = "board"

    def _leave(self) -> None:
        if self._where != "pin":
            self._process.journal.note("staff.left")
        self._process.leave_staff()

    async def _look_at_queue(self) -> None:
        """How many wait, since when, last error: from the outbox itself, not from hearsay."""
        while self._process.staff is self:
            status = await self._process.performer.queue() if self._process.performer is not None else None
            if status is not None:
                self._queue = status
            await asyncio.sleep(2.0)

    def _can_try(self) -> tuple[str, ...]:
        return tuple(name for name in self._shown() if name in tries(self._process, tuple))

    async def _try(self, device: str) -> None:
        self._tried.pop(device, None)
        self._show()
        self._process.journal.note("staff.acted", act=f"try.{device}")
        trying = tries(self._process, lambda: self._board().devices).get(device)
        code = "terminal.unexpected"
        try:
            fault = await asyncio.wait_for(trying(), TRY_S) if trying is not None else None
            code = fault.code if isinstance(fault, Fault) else "ok"
        except TimeoutError:
            code = NOTHING_CAME.get(device, "terminal.unexpected")
        finally:
            self._trying.discard(device)
            self._tried[device] = code
        if self._process.staff is self:
            self._show()

    # ------------------------------------------------------------------ the courier's stick

    def _place(self) -> Sticks:
        """Where this machine mounts them; a rehearsal has plain folders for sticks."""
        from kiosk.sticks import Sticks

        if self._sticks is None:
            settings = self._process.settings
            self._sticks = Sticks(settings.storage.sticks, plain=settings.profile == "test")
        return self._sticks

    async def _look_for_sticks(self) -> None:
        """In a thread: a stick that is just being put in may keep whoever asks it waiting."""
        while self._process.staff is self and self._where == "stick" and self._carried is None:
            if not self._works:
                self._found = await asyncio.to_thread(self._place().found)
                if self._process.staff is self:
                    self._show()
            await asyncio.sleep(STICK_S)

    def _pressed_stick(self, name: str, _: str) -> None:
        if self._works:
            return
        if name == "main" and self._carried is None and len(self._found) == 1:
            self._works, self._carrying = True, (0, 0)
            self._process.journal.note("staff.acted", act="stick")
            self._process.spawn(self._carry())
        elif name in ("main", "back"):
            self._where = "board"

    async def _carry(self) -> None:
        """The whole of it in a thread: a stick is slow, and may die."""
        from kiosk.sticks import BUSY, Carried, carry

        process = self._process

        def say(now: int, of: int) -> None:
            self._carrying = (now, of)

        self._carried = Carried(problem=BUSY)
        try:
            self._carried = await asyncio.to_thread(
                carry, process.state, self._place(), process.settings.storage.second, process.journal.note, say
            )
        finally:
            self._works = False
        if self._carried.catalogue:
            process.channel.send({"say": "catalogue"})
        if process.staff is self:
            self._show()

    def _stick(self) -> StaffStick:
        waiting, (now, of) = self._waiting(), self._carrying
        if self._works:
            return StaffStick("staff:stick", None, True, "working", waiting, now=now, of=of)
        done = self._carried
        if done is None:
            found = self._found
            state = "ready" if len(found) == 1 else "wait"
            free = found[0].free if found else 0
            return StaffStick("staff:stick", None, True, state, waiting, len(found), free)
        return StaffStick(
            "staff:stick", None, True, "done", waiting, out=done.out, left=done.left, damaged=done.damaged,
            back=done.back, refused=done.refused, catalogue=done.catalogue, may_pull=done.may_pull,
            problem=done.problem,
        )  # fmt: skip

    def _waiting(self) -> int:
        return int(self._queue.get("waiting", self._process.line.get("waiting", 0)))

    # ------------------------------------------------------------------ showing

    def _show(self) -> None:
        process = self._process
        if self._where == "pin":
            step: Any = PinStep(
                "staff:pin", None, True, self._asks, len(self._pad.digits), SHORTEST, LONGEST,
                "locked" if self._asks == "open" and self._pin.locked_for() > 0 else self._pad.problem,
                self._pin.locked_for(),
            )  # fmt: skip
        elif self._where == "restart":
            step = StaffAsk("staff:restart", None, True)
        elif self._where == "stick":
            step = self._stick()
        else:
            step = self._board()
        process.show_staff(step)

    def _board(self) -> StaffBoard:
        process = self._process
        now = datetime.now().astimezone()
        oldest = self._queue.get("oldest_since")
        return StaffBoard(
            "staff:board", None, False,
            devices=(*map(self._device, self._shown()), self._network(), self._disk(), *self._lost(),
                     *self._catalogue(), *self._clock()),
            waiting=self._waiting(),
            leaves_in_s=max(0.0, LEAVE_S - (process.clock() - self._touched)),
            oldest=datetime.fromtimestamp(oldest).astimezone() if oldest else None,
            last_error=str(self._queue.get("last_error", "")),
            hours=process.settings.place.hours,
            open_now=open_at(process.settings.place, now),
            now=now,
            drafts=process.performer.drafts_count() if process.performer is not None else 0,
            stick=self._place().wanted,
        )  # fmt: skip

    def _shown(self) -> tuple[str, ...]:
        """Not every terminal has every device; of those that few have, no line says that they are not there."""
        fitted = self._process.settings.devices
        return (*ALWAYS, *(name for name in FURTHER if getattr(fitted, name)))

    def _device(self, name: str) -> StaffDevice:
        devices = self._process.devices
        if not getattr(self._process.settings.devices, name) or devices is None:
            return StaffDevice(name, "absent", can_try=False)
        if name in self._trying:
            return StaffDevice(name, "trying")
        status = devices.statuses.get(name)
        tried = self._tried.get(name, "")
        can_try = name in self._can_try()
        if status is None or status.health in (Health.ONLINE, Health.BUSY, Health.UNKNOWN):
            state = "care" if status is not None and status.code else "good"
            return StaffDevice(name, state, status.code if status is not None else "", tried, can_try=can_try)
        return StaffDevice(name, "broken", status.code, tried, can_try=can_try)

    def _network(self) -> StaffDevice:
        if self._process.line.get("online"):
            return StaffDevice("network", "good", can_try=False)
        return StaffDevice("network", "broken", "county.offline", can_try=False)

    def _lost(self) -> tuple[StaffDevice, ...]:
        """A line only where a damaged outbox could not be saved whole, until the window has the list."""
        return (StaffDevice("outbox", "broken", "outbox.lost", can_try=False),) if self._queue.get("lost") else ()

    def _catalogue(self) -> tuple[StaffDevice, ...]:
        """A line only where the county sent a catalogue that is not used, or what is used could not be read."""
        from kiosk.catalogues import refusal

        version, _ = refusal(self._process.state, self._process.words)
        if not version and not self._process.catalogue_refused:
            return ()
        return (StaffDevice("catalogue", "care", "catalogue.refused", can_try=False),)

    def _disk(self) -> StaffDevice:
        free, least = shutil.disk_usage(self._process.state).free, self._process.settings.storage.free_bytes_least
        if free < least:
            return StaffDevice("disk", "broken", "storage.full", can_try=False)
        if free < LOW * least:
            return StaffDevice("disk", "care", "storage.low", can_try=False)
        return StaffDevice("disk", "good", can_try=False)

    def _clock(self) -> tuple[StaffDevice, ...]:
        """A line only where the clock cannot be right."""
        if clock_sure(datetime.now().astimezone()):
            return ()
        return (StaffDevice("clock", "care", "terminal.clock", can_try=False),)
