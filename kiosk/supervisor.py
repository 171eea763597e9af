"""The supervisor: starts the terminal's processes, brings a fresh visit for every person, ends the old one for good.

It holds nothing personal. What it knows of a visit is which of its few moments it is in; what it knows of the outbox
are ids and counts. It is kept small: it runs for months.

A visit process is one person's. When it says its visit has ended, the fresh one that was started ahead is shown and
the old one is killed: in Python nothing else truly forgets. A visit process that dies, or does not answer for
`HANGS_S` (`STARTS_S` before its first word), is replaced; so are sync and the simulators. The trail says what happened.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import logging
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from config import told
from config.settings import Settings
from kiosk import build
from kiosk.channel import Channel
from kiosk.journal import Journal
from kiosk.processes import Child, start, sweep_scratch

HANGS_S = 20.0  # a visit process that has not answered for so long is taken for hung
STARTS_S = 120.0  # the same before its first word: a cold disk on a slow machine must not end in starting for ever
CRASHES_CALM_S = 60.0  # a process that lived this long starts the waiting anew
FIRST_RESTART_S, LAST_RESTART_S = 0.2, 30.0
FIRST_PICTURE_S = 10.0  # longest that sync waits for the home screen to be drawn

TAKING_S = 300.0  # longest that looking at a catalogue may take

log = logging.getLogger("kiosk.supervisor")


def write_token(state: Path, token: str) -> None:
    """Leave the county's one-time token where sync looks for it, readable by its owner only."""
    fd = os.open(state / "enrolment-token", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(fd, "w") as file:
        file.write(token)


def _which(path: Path) -> bytes:
    """What in a file decides how a visit begins: of the county's catalogues which one is in use, nothing else."""
    raw = path.read_bytes()
    with contextlib.suppress(ValueError):
        found = json.loads(raw)
        if isinstance(found, dict) and "current" in found:
            return json.dumps(found["current"]).encode()
    return raw


class Supervisor:
    """Everything the terminal runs, from start to SIGTERM."""

    def __init__(self, settings: Settings, state: Path, logs: Path, control_fd: int = -1) -> None:
        build.refuse_test_parts(settings, control=control_fd >= 0)
        self.settings, self.state, self.logs = settings, state, logs
        self._control_fd = control_fd
        self._active: Child | None = None
        self._standby: Child | None = None
        self._sync: Child | None = None
        self._parts: Any = None  # kiosk.rehearsal.Rehearsal in a test profile
        self._tasks: set[asyncio.Task[None]] = set()
        self._ending = asyncio.Event()
        self._moment = "starting"  # of the active visit: starting | farewell | home | visit | ending
        self._heard = time.monotonic()
        self._spoke: set[int] = set()  # the visit processes that have said a word
        self._restart_s = FIRST_RESTART_S
        self._county: dict[str, Any] = {"online": None if settings.county.url or settings.county.embedded else False}
        self._ready = asyncio.Event()  # devices' real addresses are known
        self._home = asyncio.Event()
        self._serving = asyncio.Event()  # the process on the screen has found that a visit could be handed in
        self._visible = asyncio.Event()
        self._addresses: dict[str, str] = {}
        self._county_url = settings.county.url
        self._journal = Journal(state)
        self._answers: dict[int, tuple[Child, asyncio.Future[dict[str, Any]]]] = {}
        self._asked = 0
        self._languages: dict[int, tuple[str, ...]] = {}  # process id -> arguments, where it is not in ours
        self._begun: dict[int, str] = {}  # process id -> what the county had told when it was started (_told)
        self._known = self._told()  # the same, as it is now
        self._taking: asyncio.Task[None] | None = None
        self._entered: list[Any] = []  # applications handed in, under test only

    # ------------------------------------------------------------------ life

    async def run(self) -> int:
        """Run until SIGTERM or SIGINT; returns the exit status."""
        sweep_scratch()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._ending.set)
        self._active = await self._start_visit(hidden=False)  # first of all: a picture on the screen
        self._spawn(self._watch_visit(self._active))
        if self._control_fd >= 0:
            self._spawn(self._serve_control(self._control_fd))
        try:
            await self._prepare()
        except Exception as error:
            log.exception("could not start")
            print(f"kiosk: {error}", file=sys.stderr)
            await self._stop()
            return 1
        self._journal.note("terminal.started", version=version("village-terminal"))
        self._spawn(self._keep_sync())
        self._take_catalogue()  # one that came before the power went
        self._ready.set()
        self._activate(self._active, farewell=None)
        self._spawn(self._watch_pulse())
        await self._ending.wait()
        await self._stop()
        return 0

    async def _prepare(self) -> None:
        """A sound outbox, devices' addresses, in a rehearsal the simulators and the county."""
        await asyncio.to_thread(self._open_sound)
        self._addresses = asdict(self.settings.devices)
        if self.settings.county.embedded or any(a.startswith("sim:") for a in self._addresses.values()):
            from kiosk.rehearsal import Rehearsal  # only where settings ask for them; refused above in production

            self._parts = Rehearsal(self.settings, self.state, self.logs)
            self._addresses, url = await self._parts.start(self._addresses)
            self._county_url = url or self._county_url
            if self.settings.county.embedded and not (self.state / "terminal.json").exists():
                # The county's staff hand a token to whoever sets a terminal up; here both are us. Sync enrols with it.
                token = await self._parts.enrol_token(self.settings.terminal)
                write_token(self.state, token)

    def _open_sound(self) -> None:
        """Look the outbox through before anybody else opens it; save what can be saved of a damaged one."""
        from offline.rescue import open_sound

        outbox, rescued = open_sound(self.state, time.time, mirror=self.settings.storage.second)
        outbox.close()
        if rescued is not None:
            log.error(
                "the outbox was damaged or gone: %d saved, %d from the mirror, lost: %s",
                rescued.saved, rescued.mirrored, ", ".join(rescued.lost) or "none",
            )  # fmt: skip
            saved = rescued.saved + rescued.mirrored
            self._journal.note("outbox.rescued", saved=saved, lost=len(rescued.lost))

    async def _stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        for child in (self._active, self._standby, self._sync):
            if child is not None:
                await child.kill()
        if self._parts is not None:
            await self._parts.stop()
        self._journal.note("terminal.stopped", reason="asked")
        await asyncio.to_thread(self._journal.close)

    def _spawn(self, work: Any) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a task of the supervisor ended: %r", error)
            self._ending.set()

    # ------------------------------------------------------------------ visits

    def _arguments(self) -> list[str]:
        found = ["--state", str(self.state)]
        if self.settings.source:
            found += ["--config", self.settings.source]
        return found

    async def _start_visit(self, *, hidden: bool = True, language: tuple[str, ...] = ()) -> Child:
        """`language`: the arguments for another than the terminal's own."""
        tested = self._control_fd >= 0
        marks = [*(["--hidden"] if hidden else []), *(["--tested"] if tested else [])]
        arguments = [*self._arguments(), *marks, *language]
        # Where there is no graphics chip Mesa keeps what it compiled: a sixth of the time to the first picture. It
        # would do so in the home folder.
        kept = {"MESA_SHADER_CACHE_DIR": str(self.state / "shaders")}
        known = self._told()
        child = await start("visit", arguments, environment=kept, log=self.logs / "visit.log")
        self._begun[child.pid] = known
        if language:
            self._languages[child.pid] = language
        return child

    async def _start_standby(self, language: tuple[str, ...] = ()) -> Child:
        """One that waits, unseen, to take over."""
        self._standby = fresh = await self._start_visit(language=language)
        self._spawn(self._watch_visit(fresh))
        return fresh

    async def _drop_standby(self) -> None:
        """What it began with no longer holds, or is not what is wanted."""
        standby, self._standby = self._standby, None
        if standby is not None:
            await standby.kill()

    def _activate(self, child: Child, farewell: dict[str, Any] | None) -> None:
        child.channel.send({"do": "activate", "devices": self._addresses, "county": self._county_url,
                            "line": self._county, "farewell": farewell})  # fmt: skip
        self._heard = time.monotonic()

    async def _watch_visit(self, child: Child) -> None:
        """Hear one visit process out, from its start to its end."""
        began = time.monotonic()
        async for message in child.channel.messages():
            self._heard = time.monotonic() if child is self._active else self._heard
            self._spoke.add(child.pid)
            await self._hear(child, message)
        await child.over()
        await child.kill()
        self._begun.pop(child.pid, None)
        self._languages.pop(child.pid, None)
        self._spoke.discard(child.pid)
        for asked, waiting in self._answers.values():
            if asked is child and not waiting.done():
                waiting.set_exception(RuntimeError("the visit process ended before it answered"))
        if child is self._standby:
            self._standby = None
            return
        if child is not self._active or self._ending.is_set():
            return
        log.error("the visit process ended by itself (%s)", child.process.returncode)
        self._journal.note("process.ended", process="visit", status=abs(child.process.returncode or 0))
        if self._sync is not None:
            self._sync.channel.send({"wake": True})  # it may have committed something and died before it could say so
        if time.monotonic() - began > CRASHES_CALM_S:
            self._restart_s = FIRST_RESTART_S
        await asyncio.sleep(self._restart_s)
        self._restart_s = min(LAST_RESTART_S, self._restart_s * 2)
        self._home.clear()
        fresh = self._standby or await self._start_visit()
        new = fresh is not self._standby
        self._active, self._standby = fresh, None
        if new:
            self._spawn(self._watch_visit(fresh))
        await self._ready.wait()
        self._activate(fresh, farewell={"ending": "fault", "take": []} if self._moment == "visit" else None)

    async def _hear(self, child: Child, message: dict[str, Any]) -> None:
        said = message.get("say")
        if said == "moment" and child is self._active:
            self._moment = str(message.get("moment"))
            if self._moment == "home":
                self._home.set()
                self._visible.set()
                await self._renew()
            else:
                self._home.clear()
            if self._moment == "ending" and self._standby is not None and self._stale(self._standby):
                await self._drop_standby()
            if self._moment == "ending" and self._standby is None:  # it says goodbye in the same language
                await self._start_standby(self._languages.get(child.pid, ()))
        elif said == "ended" and child is self._active:
            self._journal.note("visit.ended", ending=str(message.get("ending", "done")))
            await self._replace(child, {"ending": message.get("ending", "done"), "take": message.get("take", [])})
        elif said == "shown":
            self._visible.set()
        elif said == "ready" and child is self._standby:
            await self._renew()
        elif said == "aside" and child is self._active:
            await self._replace(child, None)
        elif said == "language" and child is self._active:
            await self._change_language(child, str(message.get("language")), bool(message.get("elder")))
        elif said == "serving" and child is self._active and message.get("serving"):
            self._serving.set()
        elif said == "committed" and self._sync is not None:
            self._sync.channel.send({"wake": True})
        elif said == "entered" and self._control_fd >= 0:
            self._entered.append(message["application"])
        elif said == "send" and self._sync is not None:  # staff want everything tried now
            self._sync.channel.send({"send": True})
        elif said == "catalogue":  # a courier's stick brought one
            self._take_catalogue()
        elif said == "restart" and child is self._active:
            if self._sync is not None:
                await self._sync.kill()  # its keeper starts another
            await self._replace(child, None)
        elif said == "answer":
            asked = self._answers.get(int(message.get("n", 0)))
            if asked is not None and not asked[1].done():
                asked[1].set_result(message)

    # ------------------------------------------------------------------ what the county tells all terminals

    def _told(self) -> str:
        """What decides how a visit begins, beside the terminal's own settings: the county's, and its catalogue."""
        sums = hashlib.sha256()
        for path in (self.state / told.FILE, self.state / "catalogue" / "current.json"):
            with contextlib.suppress(OSError):
                sums.update(_which(path) + b"\0")
        return sums.hexdigest()

    def _stale(self, child: Child) -> bool:
        return self._begun.get(child.pid, "") != self._told()

    async def _renew(self) -> None:
        """Nobody is there, and the process on the screen began with what no longer holds: bring a fresh one ahead, and
        when that is there ask the old one to step aside. It does not, if somebody has touched it meanwhile: a visit
        stays on the catalogue and the settings it began with, and the fresh one waits for its end."""
        if self._active is None or self._moment != "home" or not self._stale(self._active) or self._ending.is_set():
            return
        if self._standby is not None and self._stale(self._standby):
            await self._drop_standby()
        if self._standby is None:
            await self._start_standby()  # it says when it is ready
        else:
            self._active.channel.send({"do": "aside"})

    def _take_catalogue(self) -> None:
        """Have what the county sent looked at, by a process of its own: it is large, and may be anything."""
        if self._taking is None or self._taking.done():
            incoming = self.state / "catalogue" / "incoming"
            if incoming.is_dir() and any(len(path.name) == 64 for path in incoming.iterdir()):
                self._taking = self._spawn(self._taken())

    async def _taken(self) -> None:
        child = await start("catalogue", self._arguments(), log=self.logs / "catalogue.log")
        try:
            await asyncio.wait_for(child.process.wait(), TAKING_S)
        except TimeoutError:
            log.error("looking at a catalogue took longer than %g s", TAKING_S)
        finally:
            await child.kill()
        await self._renew()

    async def _replace(self, old: Child, farewell: dict[str, Any] | None) -> None:
        """Show the fresh process, then kill the one that knew the person."""
        fresh = self._standby or await self._start_standby()
        self._visible.clear()
        self._home.clear()
        self._active, self._standby = fresh, None
        self._activate(self._active, farewell)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._until_visible(), HANGS_S)
        await old.kill()

    async def _change_language(self, old: Child, language: str, elder: bool) -> None:
        """Somebody chose another language on the home screen, or has gone and it is the terminal's own again."""
        screen = self.settings.screen
        if language not in (screen.language, *screen.also):
            return
        await self._drop_standby()
        asked = ("--language", language, *(["--elder"] if elder else [])) if language != screen.language else ()
        await self._start_standby(asked)
        await self._replace(old, None)

    async def _until_visible(self) -> None:
        await self._visible.wait()

    async def _watch_pulse(self) -> None:
        """Kill a visit process that has stopped answering; its watcher starts another."""
        while True:
            await asyncio.sleep(HANGS_S / 4)
            child = self._active
            if self._told() != self._known:  # by line, by stick, or by hand
                self._known = self._told()
                await self._renew()
            patience = HANGS_S if child is not None and child.pid in self._spoke else STARTS_S
            if child is not None and child.alive and time.monotonic() - self._heard > patience:
                log.error("the visit process has not answered for %g s: replaced", patience)
                self._heard = time.monotonic()
                with contextlib.suppress(ProcessLookupError):
                    child.process.kill()

    # ------------------------------------------------------------------ sync

    async def _keep_sync(self) -> None:
        """Keep the sync process running as long as the terminal does."""
        if not self._county_url:
            return
        with contextlib.suppress(TimeoutError):  # two cores are few: the first picture goes before the first letter
            await asyncio.wait_for(self._home.wait(), FIRST_PICTURE_S)
        pause = FIRST_RESTART_S
        while not self._ending.is_set():
            began = time.monotonic()
            arguments = [*self._arguments(), "--county", self._county_url]
            self._sync = await start("sync", arguments, log=self.logs / "sync.log")
            async for message in self._sync.channel.messages():
                self._hear_sync(message)
            await self._sync.over()
            await self._sync.kill()
            if self._sync.process.returncode == 0 and not self._ending.is_set():
                continue  # it was asked to, because the county has other settings for it
            self._tell_line({"online": False})
            log.error("the sync process ended by itself (%s)", self._sync.process.returncode)
            self._journal.note("process.ended", process="sync", status=abs(self._sync.process.returncode or 0))
            pause = FIRST_RESTART_S if time.monotonic() - began > CRASHES_CALM_S else min(LAST_RESTART_S, pause * 2)
            await asyncio.sleep(pause)

    def _hear_sync(self, message: dict[str, Any]) -> None:
        if "catalogue" in message:
            self._take_catalogue()
        if "settings" in message:
            self._spawn(self._renew())
            if self._sync is not None:
                self._sync.channel.send({"stop": True})  # its keeper starts one that has them
        if "acknowledged" in message and self._active is not None:
            self._active.channel.send({"do": "acknowledged", "id": message["acknowledged"]})
        told = ("online", "waiting", "oldest_since", "dead", "last_error", "mirror")
        known: dict[str, Any] = {key: message[key] for key in told if key in message}
        if known:
            self._tell_line(known)

    def _tell_line(self, change: dict[str, Any]) -> None:
        self._county = {**self._county, **change}
        for child in (self._active, self._standby):
            if child is not None:
                child.channel.send({"do": "line", **self._county})

    # ------------------------------------------------------------------ control, test profiles only

    async def _serve_control(self, fd: int) -> None:
        channel = await Channel.open(fd)
        asks: dict[str, Callable[[dict[str, Any]], Awaitable[Any]]] = {
            "first": self._ask_first,
            "ready": self._ask_ready,
            "simulate": self._ask_simulate,
            "kill": self._ask_kill,
            "county": self._ask_county,
            "entered": self._ask_entered,
        }
        async for message in channel.messages():
            asked = str(message.get("ask"))
            try:
                answer = await asks.get(asked, self._ask_visit)(message)
                channel.send({"n": message.get("n"), "answer": answer})
            except Exception as error:  # noqa: BLE001 - whatever went wrong is the tester's answer
                channel.send({"n": message.get("n"), "problem": f"{type(error).__name__}: {error}"})
        self._ending.set()

    async def _ask_ready(self, _: dict[str, Any]) -> bool:
        await self._ready.wait()
        await self._home.wait()
        await self._serving.wait()
        return True

    async def _ask_first(self, _: dict[str, Any]) -> bool:
        """The home screen is drawn and a touch is answered; devices may still be being opened."""
        await self._home.wait()
        return True

    async def _ask_simulate(self, message: dict[str, Any]) -> Any:
        await self._ready.wait()
        if self._parts is None:
            raise RuntimeError("no simulators in this profile")
        return await self._parts.simulate(
            str(message["device"]), str(message["do"]), dict(message.get("arguments", {}))
        )

    async def _ask_county(self, _: dict[str, Any]) -> Any:
        await self._ready.wait()
        return {"url": self._county_url, "state": str(self._parts.gateway_state) if self._parts else "", **self._county}

    async def _ask_entered(self, _: dict[str, Any]) -> list[Any]:
        return self._entered

    async def _ask_kill(self, message: dict[str, Any]) -> bool:
        name, _, point = str(message["what"]).partition("@")
        child = {"visit": self._active, "sync": self._sync}.get(name)
        if child is None:
            raise RuntimeError(f"no process {name!r}; there are visit and sync")
        if point:
            from offline.points import ALL

            if name != "visit" or point not in ALL:
                raise RuntimeError(f"only visit@POINT, with a POINT of {', '.join(ALL)}; not {name}@{point}")
            child.channel.send({"do": "die_at", "point": point})
        else:
            self._home.clear()
            child.process.kill()
        return True

    async def _ask_visit(self, message: dict[str, Any]) -> Any:
        """Anything else is for the process that is on the screen."""
        await self._ready.wait()
        if self._active is None or not self._active.alive:
            raise RuntimeError("no visit process at this moment")
        self._asked += 1
        number = self._asked
        waiting: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._answers[number] = (self._active, waiting)
        self._active.channel.send({"do": "control", **message, "n": number})
        try:
            answer = await asyncio.wait_for(waiting, HANGS_S)
        finally:
            self._answers.pop(number, None)
        if "problem" in answer:
            raise RuntimeError(answer["problem"])
        return answer.get("answer")
