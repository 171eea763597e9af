"""`kiosk run`, `kiosk visit`, `kiosk demo`."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import copy
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path
from typing import Any

from config.settings import Settings
from kiosk import build
from kiosk.cli.common import DONE, FINDING, complain, settings_of, state_of

COUNTY_S = 20.0  # how long to wait for the county to have what was handed in

ROOT = Path(__file__).parent.parent.parent
REHEARSAL = ROOT / "config" / "profiles" / "rehearsal.toml"
JOURNEYS = ROOT / "tests" / "journeys"


def run(arguments: argparse.Namespace) -> int:
    """The terminal, until SIGTERM."""
    from kiosk.logs import begin
    from kiosk.supervisor import Supervisor

    os.umask(0o077)  # nothing this terminal writes is for other users of the machine
    settings = settings_of(arguments)
    state = state_of(arguments)
    logs = arguments.log or state / "log"
    logs.mkdir(parents=True, exist_ok=True, mode=0o700)
    begin(logs / "supervisor.log")
    if not getattr(arguments, "dock", False):
        return asyncio.run(Supervisor(settings, state, logs, arguments.control).run())
    return asyncio.run(_with_dock(settings, state, logs))


async def _with_dock(settings: Settings, state: Path, logs: Path) -> int:
    """The terminal with the developer's dock beside it. Closing the dock ends the terminal."""
    import socket

    from kiosk.processes import command
    from kiosk.supervisor import Supervisor

    build.refuse_in_production("the dock")
    ours, theirs = socket.socketpair()
    supervisor = Supervisor(settings, state, logs, ours.detach())  # refuses a profile that is not for tests
    with (logs / "dock.log").open("ab") as log:
        dock = await asyncio.create_subprocess_exec(
            *command("dock", "--channel", str(theirs.fileno()), "--left", str(_dock_left(settings.screen.width_px))),
            pass_fds=(theirs.fileno(),), stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
    theirs.close()
    try:
        return await supervisor.run()
    finally:
        with contextlib.suppress(ProcessLookupError):
            dock.terminate()
        await dock.wait()


def visit(arguments: argparse.Namespace) -> int:
    """The real app, driven by a script; exit status 1 at the first step that cannot be done."""
    build.refuse_in_production("the visit runner")
    from kiosk.runner.play import CannotBeDone
    from kiosk.runner.script import ScriptError, load

    try:
        script = load(arguments.script)
        held = play_visit(
            script,
            arguments.out,
            base=arguments.script.parent,
            config=arguments.config,
            state=arguments.state,
            size=arguments.size,
            display=arguments.display,
            say=_say,
        )
    except (ScriptError, CannotBeDone) as error:
        return complain(str(error))
    return DONE if held else complain("the county does not hold exactly what was handed in")


def demo(arguments: argparse.Namespace) -> int:
    """With a display: the app and the dock of its simulated devices. Without: one whole visit on a virtual display."""
    build.refuse_in_production("the demonstration")
    if os.environ.get("DISPLAY") and not arguments.headless:
        arguments.control, arguments.log, arguments.dock = -1, None, True
        arguments.state = arguments.state or Path("build/demo/state")
        arguments.state.mkdir(parents=True, exist_ok=True)
        settings = arguments.state / "settings.toml"
        from kiosk.dock import simulated

        devices = {} if arguments.config else {"devices": simulated()}
        settings.write_text(_toml(profile(arguments.config or REHEARSAL, devices, _size_of_display())), "utf-8")
        arguments.config = settings
        print("· The terminal, and a dock to lay cards and papers down with. Ctrl+C ends both.", file=sys.stderr)
        return run(arguments)
    from kiosk.runner.play import CannotBeDone
    from kiosk.runner.script import load

    out: Path = arguments.out
    shutil.rmtree(out, ignore_errors=True)
    try:
        held = play_visit(load(JOURNEYS / "newborn.toml"), out, base=JOURNEYS, config=arguments.config, say=_say)
    except CannotBeDone as error:
        return complain(str(error))
    if not held:
        return complain("the county does not hold what was handed in")
    print(f"The county holds it: {out / 'case.json'}; the receipt: {out / 'receipt.png'}")
    return DONE


def _display() -> tuple[int, int]:
    """Width and height of the X display, in pixels."""
    from Xlib.display import Display

    display = Display()
    try:
        screen = display.screen()
        return screen.width_in_pixels, screen.height_in_pixels
    finally:
        display.close()


def _size_of_display() -> str:
    """The largest of our sizes that the display shows whole with the dock beside it, else without; portrait on an
    upright one."""
    from kiosk.dock import WIDTH

    width, height = _display()
    sizes = [(1080, 1920)] if height > width else [(1920, 1080), (1366, 768)]
    for beside in (WIDTH, 0):
        for wide, high in sizes:
            if wide + beside <= width and high <= height:
                return f"{wide}x{high}"
    return "{}x{}".format(*sizes[-1])


def _dock_left(app_width: int) -> int:
    """Where the dock stands, in pixels from the left: beside the app, or over its edge where there is no room."""
    from kiosk.dock import WIDTH

    return max(0, min(app_width, _display()[0] - WIDTH))


def _say(line: str) -> None:
    print(line, flush=True)


def play_visit(
    script: Any,
    out: Path,
    *,
    base: Path,
    config: Path | None = None,
    state: Path | None = None,
    size: str = "",
    display: str = "",
    say: Any = lambda _: None,
    pictures: bool = True,
) -> bool:
    """Play a script on a terminal of its own; leaves pictures, visit.json, case.json and receipt.png in `out`.

    Returns whether the county holds exactly what was handed in (True where nothing was to be handed in). Raises
    CannotBeDone, ScriptError.
    """
    from kiosk.runner.display import Finger, virtual_display
    from kiosk.runner.play import CannotBeDone, Player, load_strokes
    from kiosk.runner.terminal import Terminal

    out.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        folder = state or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kiosk-visit-")))
        folder.mkdir(parents=True, exist_ok=True)
        settings = profile(config or REHEARSAL, script.settings, size)
        settings.setdefault("storage", {}).setdefault("sticks", str((folder / "sticks").absolute()))
        settings_file = folder / "settings.toml"
        settings_file.write_text(_toml(settings), "utf-8")
        screen = settings.get("screen", {})
        width, height = int(screen.get("width_px", 1080)), int(screen.get("height_px", 1920))
        name = display or stack.enter_context(virtual_display(width, height))
        finger = Finger(name)
        stack.callback(finger.close)
        terminal = Terminal(settings_file, folder, name, out / "terminal.log")
        stack.callback(terminal.stop)
        terminal.start()
        try:
            terminal.ask("ready", timeout_s=60)
        except RuntimeError as error:
            said = (out / "terminal.log").read_text("utf-8").strip().splitlines()
            raise CannotBeDone(f"the terminal did not start: {said[-1] if said else error}") from error
        player = Player(
            terminal,
            finger,
            out,
            strokes=load_strokes(JOURNEYS / "strokes.toml"),
            base=base,
            say=say,
            pictures=pictures,
        )
        player.play(script)
        return _gather(terminal, folder, out, script.cases)


def profile(config: Path, over: dict[str, Any], size: str) -> dict[str, Any]:
    """The rehearsal's settings with a script's own laid over them."""
    settings = tomllib.loads(config.read_text("utf-8"))
    _lay(settings, copy.deepcopy(over))
    if size:
        width, _, height = size.partition("x")
        settings.setdefault("screen", {}).update(width_px=int(width), height_px=int(height))
    return settings


def _lay(under: dict[str, Any], over: dict[str, Any]) -> None:
    for key, value in over.items():
        if isinstance(value, dict) and isinstance(under.get(key), dict):
            _lay(under[key], value)
        else:
            under[key] = value


def _toml(table: dict[str, Any]) -> str:
    """Settings as TOML: plain values first, then one level of tables, which is all that settings have."""
    lines = [
        f"{key} = {json.dumps(value, ensure_ascii=False)}"
        for key, value in table.items()
        if not isinstance(value, dict)
    ]
    for key, value in table.items():
        if isinstance(value, dict):
            lines.append(f"\n[{key}]")
            lines += [f"{k} = {json.dumps(v, ensure_ascii=False)}" for k, v in value.items()]
    return "\n".join(lines) + "\n"


def _gather(terminal: Any, folder: Path, out: Path, cases: int | None = None) -> bool:
    """What the resident entered, what the county holds, and the receipt that was drawn; whether that is as it should
    be: exactly what was entered, and `cases` of them where that is said."""
    from kiosk.processes import gateway_command
    from kiosk.runner.play import write_json

    receipts = sorted((folder / "simulators").rglob("receipt-*.png"), key=lambda p: p.stat().st_mtime)
    for number, receipt in enumerate(receipts, 1):
        shutil.copy(receipt, out / ("receipt.png" if number == len(receipts) else f"receipt-{number}.png"))
    options = ["--config", str(folder / "gateway" / "gateway.toml"), "--state", str(folder / "gateway")]

    def county(*arguments: str) -> Any:
        done = subprocess.run(
            gateway_command(*arguments, *options, "--json"), capture_output=True, text=True, check=True
        )
        return json.loads(done.stdout)

    entered: list[dict[str, Any]] = terminal.ask("entered") if terminal.running else []
    deadline = time.monotonic() + COUNTY_S
    while True:
        held = {case["application"]: case for case in county("cases")}
        enough = set(held) >= {one["id"] for one in entered} and len(held) >= (cases or 0)
        if enough or time.monotonic() > deadline:
            break
        time.sleep(0.5)
    opened = [{**case, "opened": county("open", name)} for name, case in held.items()]
    if entered:
        write_json(out / "visit.json", entered[-1] if len(entered) == 1 else entered)
    if opened:
        write_json(out / "case.json", opened[-1] if len(opened) == 1 else opened)
    return len(opened) == (len(entered) if cases is None else cases) and all(
        any(one == case["opened"]["application"] for case in opened) for one in entered
    )


__all__ = ["DONE", "FINDING", "demo", "play_visit", "profile", "run", "visit"]
