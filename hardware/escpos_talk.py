"""One conversation with a receipt printer: questions, answers, and how far it has come. Blocking.

Two questions, because they answer different things. DLE EOT is answered at once, ahead of the buffer: how is the
printer now? GS r is answered in its turn: has it carried out what was sent before? Only the second can say that a slip
has come out, and only a printer that answers it is ever said to have confirmed one.

No more than the line's window is ever under way unconfirmed: what a printer has not yet taken it cannot throw away
when its paper ends, and a question cannot reach it past a full buffer.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from hardware import escpos_bytes as e
from hardware.escpos_lines import Line, LineError, Stuck
from hardware.ports import Health, Status


@dataclass(frozen=True)
class Timing:
    """All waits, in seconds."""

    answer_s: float = 0.8  # for one status byte; printers answer within 0.1, network adapters within 0.3
    probe_s: float = 2.0  # for the first GS r, when the printer has nothing else to do
    look_s: float = 1.0  # without progress, before its status is asked
    stuck_s: float = 15.0  # well by its own word and yet without progress: given up
    poll_s: float = 3.0  # between two looks at an idle printer while somebody watches
    linger_s: float = 3.5  # the line stays open so long after the last byte where no GS r is answered
    slice_s: float = 0.05


class Halted(Exception):  # not an error: nobody waits for the slip any more
    """The work was cancelled."""


class Hindered(Exception):  # an expected state of the device, named by its fault card
    """The printer says why it cannot go on. `code` is a fault card's."""

    def __init__(self, code: str, note: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.note = note


# What stops a slip, in the order in which staff would put it right. The first that is true is said.
HINDRANCES: tuple[tuple[str, Callable[[e.State], bool | None]], ...] = (
    ("printer.cover_open", lambda state: state.cover_open),
    ("printer.paper_out", lambda state: state.paper_out),
    ("printer.cutter", lambda state: state.cutter),
    ("printer.jam", lambda state: state.jam),
    ("printer.broken", lambda state: state.broken),
)


def hindrance(state: e.State) -> str:
    """The code of what keeps the printer from printing, "" if nothing does."""
    return next((code for code, holds in HINDRANCES if holds(state)), "")


def status_of(state: e.State) -> Status:
    """How a printer is, in the words of every device."""

    def word(value: bool | None, yes: str, no: str) -> str:
        return "unknown" if value is None else yes if value else no

    paper = "out" if state.paper_out else "low" if state.paper_low else word(state.paper_low, "low", "full")
    detail = {
        "paper": paper,
        "cover": word(state.cover_open, "open", "closed"),
        "cutter": word(state.cutter, "faulty", "well"),
    }
    if state.silent:
        return Status(Health.OFFLINE, "printer.offline", detail)
    code = hindrance(state)
    if code in {"printer.cover_open", "printer.paper_out", "printer.cutter", "printer.jam"}:
        return Status(Health.ATTENTION, code, detail)
    if code:
        return Status(Health.FAULTY, code, detail)
    if state.hot:
        return Status(Health.ATTENTION, "printer.hot", detail)
    if state.offline and not state.feeding:
        return Status(Health.OFFLINE, "printer.offline", detail)
    if state.paper_low:
        return Status(Health.ONLINE, "printer.paper_low", detail)  # it prints; staff see the code
    return Status(Health.BUSY if state.feeding else Health.ONLINE, "", detail)


class Talk:
    """An open line and what was said on it. Not for two threads."""

    def __init__(self, line: Line, timing: Timing, halt: threading.Event) -> None:
        self._line = line
        self._timing = timing
        self._halt = halt
        self._answers: deque[int] = deque()
        self._automatic = 0  # bytes of an automatic status still to come
        self._marks: deque[int] = deque()  # bytes that each GS r under way stands for
        self._unmarked = 0  # bytes sent after the last one
        self._strangers = 0  # answers to a GS r that was not asked in this conversation
        self.marks = False  # whether the printer answers GS r

    # ------------------------------------------------------------ what comes in

    def _listen(self, wait_s: float) -> None:
        for byte in self._line.read(wait_s):
            if self._automatic:
                self._automatic -= 1
            elif e.is_answer(byte):
                self._answers.append(byte)
            elif e.is_automatic(byte):
                self._automatic = 3
            elif e.is_mark(byte):
                if self._marks:
                    self._marks.popleft()
                else:
                    self._strangers += 1

    def _ask(self, n: int) -> int | None:
        self._answers.clear()
        self._line.write(e.ask(n), self._timing.answer_s)
        until = time.monotonic() + self._timing.answer_s
        while not self._answers and (left := until - time.monotonic()) > 0:
            self._listen(min(left, self._timing.slice_s))
        return self._answers.popleft() if self._answers else None

    def state(self) -> e.State:
        """How the printer is now. Two unanswered questions are enough: it does not answer. Raises LineError."""
        answers: dict[int, int] = {}
        missed = 0
        for n in (1, 2, 3, 4):
            answer = self._ask(n)
            if answer is not None:
                answers[n] = answer
            else:
                missed += 1
                if missed == 2 and not answers:
                    break
        return e.read_state(answers)

    # ------------------------------------------------------------ what goes out

    @property
    def owed(self) -> int:
        """How many GS r are unanswered."""
        return len(self._marks)

    def outlive(self, owed: int, *, scrap: bool) -> None:
        """A conversation that was broken off left so many questions with the printer. Their answers, should they still
        come, must not be taken for ours, or a slip would be called printed that is not: nothing is asked before it has
        been silent for a while. `scrap`: what it still holds is of no use, and is thrown away."""
        if not owed:
            return
        if scrap:
            self.throw_away()
        last = time.monotonic()
        until = last + self._timing.stuck_s
        while owed > self._strangers and (now := time.monotonic()) < min(until, last + self._timing.look_s):
            self._check_halt()
            before = self._strangers
            self._listen(self._timing.slice_s)
            if self._strangers > before:
                last = now

    def probe_marks(self) -> None:
        """Finds out whether GS r is answered; the printer must be idle. Raises LineError."""
        self._mark()
        until = time.monotonic() + self._timing.probe_s
        while self._marks and time.monotonic() < until:
            self._check_halt()
            self._listen(self._timing.slice_s)
        self.marks = not self._marks
        self._marks.clear()
        self._unmarked = 0

    def send(self, data: bytes) -> None:
        """Hands over one piece, waiting until the printer has carried out enough of the earlier ones.

        Raises Hindered with the printer's own reason, Halted, or LineError when it is gone.
        """
        self._check_halt()
        while self.marks and self._marks and sum(self._marks) + self._unmarked + len(data) > self._line.window:
            self._wait_for_mark()
        self._put(data)
        self._unmarked += len(data)
        if self.marks and self._unmarked >= self._line.window // 4:
            self._mark()

    def settle(self) -> None:
        """Waits until everything sent has been carried out, by the printer's word; only where marks are answered."""
        while self._marks:
            self._wait_for_mark()
        self._mark()
        while self._marks:
            self._wait_for_mark()

    def linger(self) -> None:
        """Gives a printer that confirms nothing the time to take and print what it was sent."""
        until = time.monotonic() + self._timing.stuck_s
        while self._line.waiting() and time.monotonic() < until:
            self._check_halt()
            self._listen(self._timing.slice_s)
        if self._line.answers:
            until = time.monotonic() + self._timing.linger_s
            while time.monotonic() < until:
                self._check_halt()
                self._listen(self._timing.slice_s)

    def throw_away(self) -> None:
        """Tells the printer to forget what it has not printed; what it makes of that cannot be known."""
        try:
            self._line.write(e.CLEAR, self._timing.answer_s)
        except LineError:
            return
        until = time.monotonic() + self._timing.answer_s
        while self._line.waiting() and time.monotonic() < until:
            time.sleep(self._timing.slice_s)

    def _mark(self) -> None:
        self._put(e.MARK)
        self._marks.append(self._unmarked)
        self._unmarked = 0

    def _put(self, data: bytes) -> None:
        until = time.monotonic() + self._timing.stuck_s
        while data:
            try:
                self._line.write(data, self._timing.look_s)
                return
            except Stuck as stuck:
                self._check_halt()
                # Full to the brim: a question could not get through either, but an earlier answer may be waiting.
                self._listen(0)
                if time.monotonic() > until:
                    raise Hindered("printer.offline", "takes no more bytes") from None
                data = stuck.left

    def _wait_for_mark(self) -> None:
        """Until one more GS r is answered, looking at the printer's state whenever it takes long."""
        before = len(self._marks)
        now = time.monotonic()
        look, until, silent = now + self._timing.look_s, now + self._timing.stuck_s, 0
        while len(self._marks) >= before:
            self._check_halt()
            self._listen(self._timing.slice_s)
            if len(self._marks) < before or time.monotonic() < look:
                continue
            state = self.state()
            if len(self._marks) < before:
                return
            silent = silent + 1 if state.silent else 0
            code = hindrance(state)
            if code:
                raise Hindered(code)
            if silent >= 2:
                raise LineError("printer.offline", "does not answer any more")
            if time.monotonic() > until:
                raise Hindered("printer.hot" if state.hot else "printer.offline", "makes no progress")
            look = time.monotonic() + self._timing.look_s

    def _check_halt(self) -> None:
        if self._halt.is_set():
            raise Halted
