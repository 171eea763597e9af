"""The visit process: window, devices, one person's visit. Started ahead, shown when its turn comes, killed at the end.

First a picture on the screen, then everything else: devices, voice, sealing and the camera's worker are loaded once the
home screen is drawn, while nobody has had time to need them.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import math
import os
import shutil
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from config import locales, told
from config import settings as settings_module
from config.settings import Screen, Settings
from kiosk import build
from kiosk.channel import Channel
from kiosk.journal import Journal
from kiosk.processes import command, scratch
from kiosk.visiting.memory import Pictures
from kiosk.visiting.services import VisitServices
from matters import search
from matters import visit as visits
from matters.events import CodeHeld, Event, Pressed, Surroundings, Tick
from matters.steps import Check, Goodbye, HandedIn, Home, Rate, Review, Step, StillThere, Trouble, Working
from screens.app import ScreenApp
from screens.attract import MOVES_S, attract
from screens.status import StatusView

if TYPE_CHECKING:
    from hardware.lights import Meaning
    from hardware.reading.reader import PaperReader
    from kiosk.visiting.conductor import Conductor
    from kiosk.visiting.joining import ClerkJoins, Marks
    from kiosk.visiting.staffing import StaffMode

TICK_S = 0.5
FINISH_S = 20.0  # longest wait for a printer or the outbox once the person has gone
WARM_AFTER_S = 0.3
LOOK_S = 5.0  # how often the disk and the enrolment are looked at while nobody is there …
LOOK_AGAIN_S = 0.5  # … and while nobody can be served
PULSE_S = 2.0  # how often the supervisor hears that this process is alive

log = logging.getLogger("kiosk.visit")

# The number pad's keys that are not called so on the screen.
PAD_KEYS = {"point": ("key:.",), "clear": ("delete", "erase"), "back": ("back",), "main": ("main",)}


class VisitProcess:
    """Everything of one visit on one loop."""

    def __init__(
        self, settings: Settings, state: Path, channel: Channel, *, hidden: bool, tested: bool, usual: str = ""
    ) -> None:
        """`usual`: the terminal's own language, where somebody has chosen another one for this visit."""
        self.settings, self.state, self.channel = settings, state, channel
        self.usual = usual or settings.screen.language
        self.other_language = other_language(settings.screen, self.usual)  # (folder, own name)
        self.hidden, self.tested = hidden, tested
        # Under a test that searches the other processes for a person, nothing a person entered goes to them.
        self.discreet = tested and os.environ.get("KIOSK_DISCREET") == "1"
        self.words = locales.chosen(settings.screen.language, settings.screen.languages)
        self.pictures = Pictures()
        self.journal = Journal(state)
        self.services = VisitServices(self.pictures)
        self.folder = scratch(os.getpid())
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(mode=0o700)
        self.clock = time.monotonic
        self.conductor: Conductor | None = None
        self.staff: StaffMode | ClerkJoins | None = None
        self._marks: Marks | None = None  # made when a clerk first joins
        self.line: dict[str, Any] = {"online": None, "waiting": 0}  # None: nobody has tried yet
        self.devices: Any = None
        self.performer: Any = None
        self.reader: PaperReader | None = None
        self._hinted: set[tuple[str, str]] = set()
        self.county_url = ""
        self.catalogue_refused = ""  # file, line and what is wrong with a catalogue that was not taken
        self.farewell: Goodbye | None = None
        self.farewell_until = 0.0
        self._status = StatusView()
        self._spoken: list[str] = []
        self._said: Sequence[str] = ()  # what was spoken last
        self.heard: list[str] = []  # in a test: everything the speaker was given
        self._keys: dict[str, str] | None = None  # of the locale, by text: what recorded prompts are named by
        self._moment = ""
        self._lit: Meaning | None = None  # what the status light was told last
        self._ending = False
        self._touched = self.clock()  # when anybody last touched, or came near
        self._resting: int = -1  # how often the picture that nobody looks at has moved; -1: somebody does
        self._day = datetime.now().astimezone().date()
        self.drafts = False  # something lies put aside on this terminal
        self._unready = ""  # code of what would keep a visit from being handed in
        self._refusing = False
        self._aside = False  # a fresh process takes over: nobody begins here any more
        self._proved = False
        self._stopping = asyncio.Event()
        self._opened = asyncio.Event()
        self._tasks: set[asyncio.Task[Any]] = set()
        self.app = ScreenApp(
            settings.screen, self.words, self.services, self.on_event, self.clock, self.folder, hidden=hidden
        )
        self.stage = self.app.stage
        self.stage.keypad.on_focus = lambda words: self._speak([words])
        if settings.voice.read_on_touch or settings.screen.keypad:
            self.stage.on_words = lambda words: self._speak([words])
        if settings.voice.read_on_arrival:
            self.stage.remarks.on_remark = self._remark

    # ------------------------------------------------------------------ life

    async def run(self) -> None:
        """Until the supervisor kills us or its channel closes."""
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self._stopping.set)
        self.spawn(self._listen())
        window = asyncio.create_task(self.app.run())
        if not self.hidden:
            self._begin()
        self.spawn(self._tick())
        self.spawn(self._pulse())
        self.spawn(self._warm())
        stopping = asyncio.create_task(self._stopping.wait())
        await asyncio.wait((window, stopping), return_when=asyncio.FIRST_COMPLETED)
        if window.done() and not window.cancelled() and (error := window.exception()) is not None:
            self._complain("the window ended", error)
        shutil.rmtree(self.folder, ignore_errors=True)
        os._exit(0)  # no clean-up that could write anything: the kernel takes the memory back

    def spawn(self, work: Any) -> None:
        task: asyncio.Task[Any] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._complain("a task of the visit broke", error)
            self._stopping.set()  # unexpected: end safely, the supervisor brings the home screen back

    def _complain(self, what: str, error: BaseException) -> None:
        """Kind and place only: an exception's text and a traceback's lines may hold what a person entered."""
        from kiosk.visiting.conductor import where

        log.error("%s: %s at %s", what, type(error).__name__, where(error), exc_info=error if self.tested else None)

    async def _warm(self) -> None:
        """Make ahead what screens will need, once the first picture is there and nobody has had time to touch it."""
        await asyncio.sleep(0.0 if self.hidden else WARM_AFTER_S)
        await self.stage.warm()
        self.channel.send({"say": "ready"})

    async def _pulse(self) -> None:
        while True:
            self.channel.send({"say": "alive"})
            await asyncio.sleep(PULSE_S)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            if self.farewell is not None and self.clock() >= self.farewell_until:
                self._end_farewell()
            if self.conductor is not None and self.farewell is None and self.staff is None:
                self.conductor.handle(Tick(self.clock()))
            if self.staff is not None:
                self.staff.tick()
            if self._left_in_another():
                self._change_language(self.usual)
            self._rest()

    # ------------------------------------------------------------------ while nobody is there

    def _free(self) -> bool:
        """The home screen waits for whoever comes."""
        return self._moment == "home" and self.farewell is None and self.staff is None and not self._aside

    def _rest(self) -> None:
        """After a while on the home screen: a dark picture that moves, so that nothing burns in."""
        after, idle = self.settings.screen.attract_s, self.clock() - self._touched
        if self.hidden or not self._free() or self._refusing or after <= 0 or idle < after:
            self._wake()
            return
        turn = int((idle - after) / MOVES_S)
        if turn != self._resting:
            from kiosk.visiting.looking import status_view

            self._resting = turn
            pictures = tuple(event.picture for event in self.present().catalogue.events)
            self.stage.show(attract(turn, pictures), status_view(self))

    def _wake(self) -> bool:
        """Back to the home screen, if it was resting."""
        if self._resting < 0:
            return False
        self._resting, self._spoken = -1, []
        self.stage.show(visits.step(self.present()), self._status)
        self.stage.on_drawn(self._drawn)
        return True

    async def _look_out(self, sensor: Any) -> None:
        """Somebody comes near: the screen is there for them."""
        async for there in sensor.somebody():
            if there:
                self._touched = self.clock()
                self._wake()

    async def _hear_pad(self, pad: Any) -> None:
        """A key of the number pad presses the key of that name on the screen; one that is not there does nothing."""
        async for key in pad.pressed():
            if not self.hidden and not self._wake():
                for ident in PAD_KEYS.get(key, (f"key:{key}", f"digit:{key}")):
                    self.stage.keypad.press(ident)

    async def _hear_scanner(self, scanner: Any) -> None:
        """A code that nobody asked for: where it belongs is said, wherever the person is."""
        from hardware.scanner import CodeKind

        async for kind in scanner.unasked():
            if self.hidden or self.conductor is None or self.staff or self.farewell or self._refusing or self._aside:
                continue
            self._touched = self.clock()
            self._wake()
            self._hush()
            self.conductor.handle(CodeHeld(self.clock(), "phone" if kind is CodeKind.OTHER else kind.value))

    # ------------------------------------------------------------------ from the supervisor

    async def _listen(self) -> None:
        async for message in self.channel.messages():
            await self._told(message)
        self._stopping.set()

    async def _told(self, message: dict[str, Any]) -> None:
        do = message.get("do")
        if do == "activate":
            await self._activate(message)
        elif do == "line":
            self._line(message)
        elif do == "acknowledged" and self.performer is not None:
            self.performer.acknowledged(str(message["id"]))
        elif do == "aside":
            self._step_aside()
        elif do == "control" and self.tested:
            from kiosk.visiting.control import answer

            self.spawn(answer(self, message))
        elif do == "die_at" and self.tested:
            from kiosk.visiting.control import die_at

            die_at(str(message["point"]))

    async def _activate(self, message: dict[str, Any]) -> None:
        self.county_url = str(message.get("county", ""))
        self._line(message.get("line", {}))
        farewell = message.get("farewell")
        if farewell:
            take = tuple((str(icon), str(title)) for icon, title in farewell.get("take", []))
            seconds = self.settings.visits.goodbye_s
            self.farewell = Goodbye("goodbye", None, False, take, str(farewell.get("ending", "done")), seconds)
            self.farewell_until = math.inf  # until it is drawn: only then has anybody seen it
            self._show(self.farewell)
        elif self.conductor is None:
            self._begin()
        if self.hidden:
            self.hidden = False
            self._touched = self.clock()
            self.app.reveal()
        self.stage.on_drawn(self._shown)
        self.spawn(self._open_devices(message.get("devices", {})))

    def _step_aside(self) -> None:
        """Another process has what the county tells now. Whoever has begun here stays here; nobody begins any more."""
        if self._moment == "home" and self.staff is None and not self._refusing and not self._aside:
            self._aside = True
            self.channel.send({"say": "aside"})

    def _shown(self) -> None:
        self.farewell_until = self.clock() + self.settings.visits.goodbye_s
        self.channel.send({"say": "shown"})

    def _end_farewell(self) -> None:
        if self._aside:
            return
        if self.settings.screen.language != self.usual:  # whoever comes next is met in the terminal's own
            self._change_language(self.usual)
            return
        self.farewell = None
        self._begin()

    def _change_language(self, language: str) -> None:
        """A process of that language takes over: nothing of this one's has to be told anew."""
        elder = self.conductor is not None and self.conductor.visit.elder and language != self.usual
        self._aside = True
        self.channel.send({"say": "language", "language": language, "elder": elder})

    def _left_in_another(self) -> bool:
        """Nobody has begun anything in the language that somebody chose."""
        idle = self.clock() - self._touched
        return self.settings.screen.language != self.usual and self._free() and idle > self.settings.visits.idle_s

    def _line(self, message: dict[str, Any]) -> None:
        self.line.update({k: v for k, v in message.items() if k != "do"})
        self._surroundings_changed()

    # ------------------------------------------------------------------ the visit

    def _begin(self) -> None:
        from kiosk.catalogues import load
        from kiosk.visiting.conductor import Conductor
        from kiosk.visiting.setting import setting_of

        loaded = load(self.settings.catalogue, self.state, begins=True)
        self.catalogue_refused = loaded.refused
        if self.words.phrases:
            search.know(loaded.catalogue, self.words.phrase)
        setting = setting_of(self.settings, datetime.now().astimezone())
        visit = visits.begin(loaded.catalogue, setting, self.clock())
        self.conductor = Conductor(visit, self._show, self._perform, self.clock)
        self.conductor.begin()
        self._surroundings_changed()

    async def _perform(self, effect: Any, tell: Any) -> Any:
        await self._opened.wait()  # devices are being opened; nobody has had time to need them
        return await self.performer.perform(effect, tell)

    def present(self) -> visits.Visit:
        """The visit as it stands. Raises LookupError while there is none."""
        if self.conductor is None:
            raise LookupError("no visit has begun")
        return self.conductor.visit

    def pass_point(self, point: str) -> None:
        """Called at every named durable step; only a test profile does anything there."""
        if self.tested:
            from kiosk.visiting.control import pass_point

            pass_point(point)

    def on_event(self, event: Event) -> None:
        """From the screens, at the touch: the next step is handed to the stage before this returns."""
        self._hush()
        if self._aside:
            return
        self._touched = self.clock()
        if self._wake():
            return
        if self.staff is not None:
            self.staff.handle(event)
            return
        if self.farewell is not None:
            if isinstance(event, Pressed):
                self._end_farewell()
            return
        if self.conductor is None:
            return
        if isinstance(event, Pressed) and (self._refused(event.id) or self._handled_here(event.id)):
            return
        self.conductor.handle(event)

    def _refused(self, key: str) -> bool:
        """Nobody begins what could not be handed in at the end: no room on the disk, not known to the county."""
        if self._refusing:  # the fault is on the screen: any key goes back to the home screen and looks again
            self._refusing = False
            self.spawn(self._look_whether_ready())
            self.stage.show(visits.step(self.present()), self._status)
            return True
        if self._moment == "home" and key.startswith("tile:") and self._unready:
            self._refusing = True
            self.stage.show(Trouble("trouble:unready", None, True, self._unready, True), self._status)
            return True
        return False

    async def _look_whether_ready(self) -> None:
        failed = await self.performer.ready() if self.performer is not None else None
        self._unready = failed.code if failed is not None else ""
        self.channel.send({"say": "serving", "serving": not self._unready})
        drafts = self.performer is not None and self.performer.drafts_lie_here()
        day = datetime.now().astimezone().date()  # a terminal waits on its home screen over midnight
        if drafts != self.drafts or day != self._day:
            self.drafts, self._day = drafts, day
            self._surroundings_changed()

    async def _keep_looking_whether_ready(self) -> None:
        while True:
            if self._moment == "home":
                await self._look_whether_ready()
            await asyncio.sleep(LOOK_AGAIN_S if self._unready else LOOK_S)

    def _handled_here(self, key: str) -> bool:
        """Keys that concern how the terminal shows itself, not the visit."""
        if key == "repeat":
            self._speak(self.stage.reading())
            return True
        if key == "staff":
            self._open_staff()
            return True
        if key == "clerk":
            self._let_join()
            return True
        if key == "language":
            self.stage.show(Working("working:language", None, False, "language"), self._status)
            self._change_language(self.other_language[0])
            return True
        return False

    def _show(self, step: Step) -> None:
        if isinstance(step, Goodbye) and self.farewell is None:
            if not self._ending:
                self._ending = True
                self.stage.show(Working("working:forget", None, False, "forget"), self._status)
                self._say_moment(step)
                self.spawn(self._end(step))
            return
        visit = self.conductor.visit if self.conductor is not None else None
        if visit is not None:
            self.stage.set_modes(elder=visit.elder)
            if self._marks is not None:
                self._marks.follow(visit)
        self._say_moment(step)
        if self.staff is not None or (self._resting >= 0 and isinstance(step, Home)):  # shown when they have gone
            return
        self._resting = -1
        self.stage.show(step, self._status)
        self.stage.on_drawn(self._drawn)
        self._say_hints()

    def _say_hints(self) -> None:
        """A photographed paper was read and seems not to be what was asked for: said once, wherever the person is."""
        from screens.paper_hints import hint_words

        if self.conductor is None:
            return
        step = visits.step(self.conductor.visit)
        for hint in visits.hints(self.conductor.visit):
            if (hint.key, hint.code) not in self._hinted:
                self._hinted.add((hint.key, hint.code))
                if self.settings.voice.read_on_arrival:
                    beside = isinstance(step, Review) and step.picture == hint.key
                    self._speak(list(hint_words(hint, self.words, "title" if beside else "before")))

    def _drawn(self) -> None:
        if self._moment == "home" and not self.hidden:
            self.channel.send({"say": "moment", "moment": "home"})
            if not self._proved:
                self._proved = True
                self.spawn(asyncio.to_thread(self._prove))
        reading = self.stage.reading(("sheet",))
        if self.settings.voice.read_on_arrival and reading and reading[:1] != self._spoken[:1]:
            self._speak(reading)
        self._spoken = reading

    def _prove(self) -> None:
        """What this visit begins with came up: a catalogue just switched to stays."""
        from kiosk.catalogues import prove

        try:
            prove(self.state)
        except OSError as error:
            log.warning("the catalogue could not be marked as proved: %s", error.strerror)

    def _light(self) -> None:
        """The status light outside: free, somebody is being served, or staff are needed before the next one."""
        lights = self.devices.ports.get("lights") if self.devices is not None else None
        if lights is not None and not self.hidden and self._moment:
            from hardware.lights import Meaning

            meaning = Meaning.READY if not self._staff_needed() else Meaning.TROUBLE
            meaning = meaning if self._moment == "home" else Meaning.BUSY
            if meaning != self._lit:  # a call that blinks is not switched off by a device that comes and goes
                self._lit = meaning
                self.spawn(lights.show(meaning))

    def _staff_needed(self) -> bool:
        """Whether a device that is fitted wants a hand of the staff's."""
        from config.faults import fault_card

        fitted, devices = self.settings.devices, self.devices
        codes = [devices.code(name) for name in devices.statuses if getattr(fitted, name, "")] if devices else []
        cards = [fault_card(code) for code in codes if code]
        return any(card.who == "staff" and card.severity != "quiet" for card in cards)

    def _say_moment(self, step: Step) -> None:
        moment = (
            "home"
            if isinstance(step, Home)
            else "farewell"  # somebody else's end: the next process is needed when this one's own visit ends
            if self.farewell is not None
            else "ending"
            if isinstance(step, Check | HandedIn | Rate | StillThere | Goodbye)
            else "visit"
        )
        if moment != self._moment:
            self._moment = moment
            self._light()
            if moment != "home":  # home is said when it is drawn
                self.channel.send({"say": "moment", "moment": moment})

    async def _end(self, goodbye: Goodbye) -> None:
        """The person has gone: what is half done is finished (half a receipt in the hand is worse than a wait), then
        whoever takes over says goodbye and this process is killed."""
        self._hush()
        if self.conductor is not None:
            await self.conductor.finish(FINISH_S)
        self.channel.send({"say": "ended", "ending": goodbye.ending, "take": [list(pair) for pair in goodbye.take]})

    # ------------------------------------------------------------------ devices

    async def _open_devices(self, addresses: dict[str, str]) -> None:
        from kiosk.visiting.devices import Devices, openers, paper_reader
        from kiosk.visiting.performing import Performer
        from screens.input import InputMethods

        if self.devices is not None:
            return
        self.devices = Devices(self._surroundings_changed)
        self.devices.open(addresses, openers(self.settings, addresses))
        self.services.camera = self.devices.ports.get("camera")
        self.services.face_camera = self.devices.ports.get("face_camera")
        self.services.input = InputMethods(command("input"), self.state / "input")
        self.reader = paper_reader(self.settings)
        self.performer = Performer(self)
        if (sensor := self.devices.ports.get("presence")) is not None:
            self.spawn(self._look_out(sensor))
        if (pad := self.devices.ports.get("keypad")) is not None:
            self.spawn(self._hear_pad(pad))
        if (scanner := self.devices.ports.get("scanner")) is not None:
            self.spawn(self._hear_scanner(scanner))
        self._light()
        self._opened.set()
        self.spawn(self._keep_looking_whether_ready())
        self._surroundings_changed()

    def _surroundings_changed(self) -> None:
        from kiosk.visiting.looking import status_view, surroundings

        self._status = status_view(self)
        self._light()
        if self.conductor is not None:
            seen: Surroundings = surroundings(self)
            if self.farewell is None:
                self.conductor.handle(seen)
                if self.staff is None and self._resting < 0:
                    self.stage.show(visits.step(self.conductor.visit), self._status)

    # ------------------------------------------------------------------ voice

    def _remark(self, texts: Sequence[str]) -> None:
        """Something new on a screen that stays; what was just said is not said again."""
        new = [text for text in texts if text not in self._said]
        if new:
            self._speak(new)

    def _speak(self, texts: Sequence[str]) -> None:
        speaker = self.devices.ports.get("speaker") if self.devices is not None else None
        if speaker is not None and texts:
            self._hush()
            self._said = texts
            if self.tested:
                self.heard += texts
            if self._keys is None:
                self._keys = {self.words(key): key for key in self.words.keys()}  # noqa: SIM118 - a Locale is no dict
            self.spawn(speaker.say_all(texts, [self._keys.get(text, "") for text in texts]))

    def _hush(self) -> None:
        speaker = self.devices.ports.get("speaker") if self.devices is not None else None
        if speaker is not None:
            with contextlib.suppress(OSError):
                speaker.stop()

    # ------------------------------------------------------------------ staff

    def _open_staff(self) -> None:
        from kiosk.visiting.staffing import StaffMode

        if self.staff is None and self._moment == "home":
            self.staff = StaffMode(self)
            self.staff.open()

    def _let_join(self) -> None:
        """A clerk beside the person shows who they are, and fills in with them."""
        from kiosk.visiting.joining import ClerkJoins, Marks
        from kiosk.visiting.setting import may_join

        if self.staff is None and self.conductor is not None and may_join(visits.step(self.conductor.visit)):
            self._marks = self._marks or Marks(self)
            self.staff = ClerkJoins(self)
            self.staff.open()

    def show_staff(self, step: Step) -> None:
        self.stage.show(step, self._status)

    def leave_staff(self) -> None:
        """Back to the home screen."""
        self.staff = None
        if self.conductor is not None:
            self.stage.show(visits.step(self.conductor.visit), self._status)


def other_language(screen: Screen, usual: str) -> tuple[str, str]:
    """The language that a key on the home screen changes to, the next of those this terminal offers, and its own name;
    ("", "") where there is no other."""
    offered = [usual, *(each for each in screen.also if each != usual)]
    at = offered.index(screen.language) if screen.language in offered else 0
    for language in (*offered[at + 1 :], *offered[:at]):
        if name := locales.name_of(language, screen.languages):
            return language, name
        log.error("no words for the language %r that screen.also names", language)
    return "", ""


async def _run(arguments: argparse.Namespace) -> None:
    laid = told.lay(settings_module.load(arguments.config), arguments.state)
    settings = laid.settings
    if laid.refused:
        log.warning("settings of the county that are not its to set: %s", ", ".join(laid.refused))
    channel = await Channel.open(arguments.channel)
    tested = arguments.tested and build.allows_tests(settings)
    usual = settings.screen.language
    if arguments.language:
        screen = replace(settings.screen, language=arguments.language, elder=settings.screen.elder or arguments.elder)
        settings = replace(settings, screen=screen)
    process = VisitProcess(settings, arguments.state, channel, hidden=arguments.hidden, tested=tested, usual=usual)
    await process.run()


def main(rest: Sequence[str]) -> int:
    """The process's entry."""
    parser = argparse.ArgumentParser(prog="kiosk role visit")
    parser.add_argument("--channel", type=int, required=True)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--config", type=Path)
    parser.add_argument("--hidden", action="store_true")
    parser.add_argument("--tested", action="store_true")
    parser.add_argument("--language", default="", help="another than the terminal's own, for this visit")
    parser.add_argument("--elder", action="store_true", help="with it: as large as it was when it was chosen")
    # Libraries speak only when something is wrong: one of them writes two lines whenever the printer is looked at.
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s"
    )
    logging.getLogger("kiosk").setLevel(logging.INFO)
    asyncio.run(_run(parser.parse_args(rest)))
    return 0
