"""The terminal under test: `kiosk run` in a process of its own, watched over a control socket it inherited."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CONTROL_S = 40.0  # longest wait for an answer on the control socket
FRESH_S = 0.2  # how long what a settled screen showed serves the next look


class Gone(RuntimeError):
    """The terminal does not answer any more: it ended, or it was killed."""


@dataclass(frozen=True)
class Element:
    """Something on the screen. The rectangle is in pixels of the display: left, top, width, height."""

    ident: str
    text: str
    left: float
    top: float
    width: float
    height: float

    @property
    def middle(self) -> tuple[float, float]:
        return self.left + self.width / 2, self.top + self.height / 2


def program() -> list[str]:
    """The program under test: KIOSK_PROGRAM (a frozen build), or this very environment."""
    named = os.environ.get("KIOSK_PROGRAM")
    if named or getattr(sys, "frozen", False):
        return [named or sys.executable]
    return [sys.executable, "-m", "kiosk"]


def _county_beside() -> dict[str, str]:
    """Where a frozen terminal finds the county's program: beside the runner that drives it, unless told otherwise."""
    return {} if getattr(sys, "frozen", False) else {"KIOSK_GATEWAY": str(Path(sys.executable).with_name("gateway"))}


class Terminal:
    """Start, ask, kill."""

    def __init__(
        self,
        config: Path,
        state: Path,
        display: str,
        log: Path,
        extra: Sequence[str] = (),
        *,
        discreet: bool = False,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """`discreet`: ask nothing whose answer would carry what a person entered through the supervisor."""
        self.discreet = discreet
        self._environment = {**(environment or {}), **({"KIOSK_DISCREET": "1"} if discreet else {})}
        self.config, self.state, self.display, self.log, self.extra = config, state, display, log, list(extra)
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._pending = b""
        self._number = 0
        self._seen: list[Element] = []  # what was on the screen when it had settled …
        self._seen_at = 0.0  # … good for one look, and not for long

    def start(self, environment: Mapping[str, str] | None = None) -> None:
        """Start the terminal; returns at once. Ask "ready" to wait for the home screen."""
        ours, theirs = socket.socketpair()
        ours.settimeout(CONTROL_S)
        arguments = ["run", "--config", str(self.config), "--state", str(self.state), *self.extra]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*program(), *arguments, "--control", str(theirs.fileno())],
                pass_fds=(theirs.fileno(),),
                env={
                    **_county_beside(),
                    **os.environ,
                    "DISPLAY": self.display,
                    **self._environment,
                    **(environment or {}),
                },
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        theirs.close()
        self._socket, self._pending = ours, b""

    @property
    def pid(self) -> int:
        if self._process is None:
            raise Gone("the terminal was not started")
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def ask(self, question: str, timeout_s: float = CONTROL_S, **values: Any) -> Any:
        """One question over the control socket. Raises Gone, or RuntimeError with the terminal's own reason."""
        if self._socket is None:
            raise Gone("the terminal was not started")
        self._number += 1
        number = self._number
        self._seen = []
        try:
            self._socket.settimeout(timeout_s)
            self._socket.sendall(json.dumps({"n": number, "ask": question, **values}).encode() + b"\n")
            deadline = time.monotonic() + timeout_s
            while time.monotonic() < deadline:
                answer = self._line()
                if answer.get("n") == number:
                    if "problem" in answer:
                        raise RuntimeError(str(answer["problem"]))
                    return answer.get("answer")
        except (OSError, TimeoutError) as error:
            raise Gone(f"no answer to {question!r}: {error}") from error
        raise Gone(f"no answer to {question!r} in {timeout_s:g} s")

    def _line(self) -> dict[str, Any]:
        if self._socket is None:
            raise Gone("the terminal was not started")
        while b"\n" not in self._pending:
            got = self._socket.recv(1 << 16)
            if not got:
                raise Gone("the control socket was closed")
            self._pending += got
        line, self._pending = self._pending.split(b"\n", 1)
        found: dict[str, Any] = json.loads(line)
        return found

    def elements(self) -> list[Element]:
        """What is on the screen now, in reading order."""
        return _elements(self.ask("visible"))

    def settle(self) -> None:
        """Wait until what the last touch led to is drawn; what is there then serves the next look."""
        self._seen = _elements(self.ask("settle"))
        self._seen_at = time.monotonic()

    def find(self, what: str) -> Element | None:
        """By #id, else by text: the whole text first, then the element whose text holds it and is shortest."""
        if self.discreet:
            return next(iter(_elements(self.ask("find", what=what))), None)
        seen, self._seen = self._seen, []
        found = pick(seen, what) if time.monotonic() - self._seen_at < FRESH_S else None
        return found or pick(self.elements(), what)

    def stop(self) -> None:
        """End everything it started. SIGTERM first, so that it ends its children itself."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def kill(self) -> None:
        """SIGKILL the supervisor; its children die with it (PR_SET_PDEATHSIG)."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGKILL)
            self._process.wait()
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def _elements(answer: Any) -> list[Element]:
    return [Element(e["ident"], e["text"], *e["rect"]) for e in answer]


def pick(elements: Sequence[Element], what: str) -> Element | None:
    """The element that a script means: see Terminal.find."""
    there = [e for e in elements if e.width > 0]
    if what.startswith("#"):
        return next((e for e in there if e.ident == what[1:]), None)
    holding = [e for e in there if what in e.text.replace("\n", "")]
    exact = [e for e in holding if e.text.replace("\n", "") == what]
    found = exact or sorted(holding, key=lambda e: len(e.text))
    pressable = [e for e in found if e.ident]
    return next(iter(pressable or found), None)
