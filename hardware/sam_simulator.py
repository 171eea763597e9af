"""A resident-card reader that is not there: answers the SAM protocol on a pty, at the line's pace.

The address is a symbolic link that stays the same when the reader is unplugged and comes back, as a udev name does.
A pty carries bytes at any speed, so answers are paced here: `baud / 10` bytes a second, after the reader's own delay.

Commands: insert card=NAME · remove · unplug · replug · fault what=… [times=1, 0: until mended] [on=COMMAND] … · mend
Faults (`on`: any | find | select | read | added_address | status | sam_number):
  late seconds=  the whole answer comes that much later     slow factor=   the line is so many times slower
  split pieces= pause_s=   the answer comes in pieces       doubled        the answer comes twice
  truncated keep=          only the first bytes come        silent         no answer
  corrupted at=            one byte is flipped              checksum       the check byte is wrong
  length by=               the length field is wrong        noise count=   junk bytes come before the answer
  word sw=                 this status instead              pulled         the card is taken away during the answer
  swapped card=            another card lies there afterwards
  reset after_s=           the reader drops off the line in the middle of the answer and returns after so long
Built wrong (option `defects=A+B`), for trying the conformance kit: see DEFECTS.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from hardware import sam
from hardware.cable_simulator import Cable
from hardware.sam import Answer, Command, FrameError, Word
from hardware.sam_card import encode_added_address, encode_text
from hardware.sample_cards import SampleCard, pick
from hardware.simulators import Setup, SimulatorError

DEFECTS = {
    "no_checksum": "carries out a command whose check byte is wrong",
    "no_resync": "takes what comes first for the beginning of a command",
    "impatient": "throws away a command that does not come at once",
    "accepts_all": "says yes to commands that it does not know",
    "finds_nothing": "never finds a card",
    "finds_always": "finds a card where none is",
    "finds_again": "finds a card again that was read and not lifted",
    "tires": "leaves every seventh find unanswered",
    "scrambles": "damages the text of a card",
    "varies": "gives another text each time",
    "no_photo": "leaves the photograph empty",
    "short_photo": "sends half of the photograph",
    "no_fingerprint": "cannot read fingerprints",
    "keeps": "gives the last card's data though it has gone",
    "no_return": "does not come back when it is plugged in",
    "old_cards": "does not know the foreigners' cards of 2023",
}
NAMES = {
    sam.FIND: "find",
    sam.SELECT: "select",
    sam.READ: "read",
    sam.READ_WITH_FINGERPRINT: "read",
    sam.READ_ADDED_ADDRESS: "added_address",
    sam.STATUS: "status",
    sam.SAM_NUMBER: "sam_number",
    sam.RESET: "reset",
}
FAULTS: dict[str, dict[str, Any]] = {
    # what -> its own arguments with their defaults
    "late": {"seconds": 3.0},
    "slow": {"factor": 20.0},
    "split": {"pieces": 7, "pause_s": 0.02},
    "doubled": {},
    "truncated": {"keep": 100},
    "silent": {},
    "corrupted": {"at": -2},
    "checksum": {},
    "length": {"by": 1},
    "noise": {"count": 11},
    "word": {"sw": int(Word.READ_FAILED)},
    "pulled": {},
    "swapped": {"card": ""},
    "reset": {"after_s": 1.0},
}
# Seconds a reader works before its answer begins; a read talks to the card for most of it.
DELAYS_S = {"find": 0.03, "select": 0.04, "read": 0.30, "added_address": 0.08}
# 05.03-20250101-0000000042-0000000000: no real module's
SAM_NUMBER = b"".join(part.to_bytes(size, "little") for part, size in ((5, 2), (3, 2), (20250101, 4), (42, 4), (0, 4)))
PACE_S = 0.004


@dataclass
class _Pending:
    what: str
    on: str
    left: int  # answers it still befalls; 0: until mended
    args: dict[str, Any] = field(default_factory=dict)


class SamSimulator:
    """The pretended reader. Options: baud (115200), pace (1; 0: as fast as the pty carries), delay (1; × its own),
    defects (none)."""

    BEFALLS: ClassVar[tuple[str, ...]] = (*(what for what in FAULTS if what != "swapped"), "unplug")
    CHECK_AT = -1  # where the check byte of an answer stands

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        try:
            self._baud = int(setup.options.get("baud", 115200))
            self._pace = float(setup.options.get("pace", 1))
            self._delay = float(setup.options.get("delay", 1))
        except (TypeError, ValueError):
            raise SimulatorError("baud, pace and delay want numbers") from None
        self._defects = frozenset(str(setup.options.get("defects", "")).replace("+", " ").split())
        if unknown := self._defects - DEFECTS.keys():
            raise SimulatorError(f"no defect {', '.join(sorted(unknown))}; there are {', '.join(DEFECTS)}")
        self._finds = self._reads = 0
        self._kept: SampleCard | None = None  # the last card read, for a reader that forgets nothing
        self._cable = Cable(setup.folder / "reader", self._arrived)
        self._in = bytearray()
        self._commands: asyncio.Queue[bytes] = asyncio.Queue()
        self._working: asyncio.Task[None] | None = None
        self._returning: asyncio.Task[None] | None = None
        self._faults: list[_Pending] = []
        self._card: SampleCard | None = None
        self._was_read = False  # a card that was read is found again only after it has left the field
        self._selected = False

    async def start(self) -> str:
        self._plug()
        return f"sam://{self._cable.link}?baud={self._baud}"

    async def stop(self) -> None:
        if self._returning is not None:
            self._returning.cancel()
        self._unplug()

    # ------------------------------------------------------------ commands of a script

    async def command(self, do: str, args: Mapping[str, Any]) -> dict[str, Any]:
        if do == "insert":
            try:
                self._lay(pick(args.get("card", "")))
            except ValueError as error:
                raise SimulatorError(str(error)) from None
        elif do == "remove":
            self._take_away()
        elif do == "unplug":
            self._unplug()
        elif do == "replug":
            if not self._cable.plugged and "no_return" not in self._defects:
                self._plug()
        elif do == "fault":
            self._add_fault(args)
        elif do == "mend":
            self._faults.clear()
            if not self._cable.plugged:
                self._plug()
        else:
            raise SimulatorError(f"an ID-card reader cannot {do!r}: insert, remove, unplug, replug, fault, mend")
        return {}

    def _add_fault(self, args: Mapping[str, Any]) -> None:
        what = str(args.get("what", ""))
        if what == "unplug":  # the words of a visit script: fault = "id_card", what = "unplug"
            self._unplug()
            return
        if what not in FAULTS:
            raise SimulatorError(f"no fault {what!r}; there are unplug, {', '.join(sorted(FAULTS))}")
        on = str(args.get("on", "read" if what in ("pulled", "swapped", "reset") else "any"))
        if on != "any" and on not in NAMES.values():
            raise SimulatorError(f"no command {on!r}; there are any, {', '.join(sorted(set(NAMES.values())))}")
        own = {key: args.get(key, default) for key, default in FAULTS[what].items()}
        for key, default in FAULTS[what].items():
            if isinstance(default, int | float) and not isinstance(own[key], int | float):
                raise SimulatorError(f"{key} wants a number")
        if what == "swapped":
            try:
                own["card"] = pick(own["card"])
            except ValueError as error:
                raise SimulatorError(str(error)) from None
        self._faults.append(_Pending(what, on, int(args.get("times", 1)), own))

    def _lay(self, card: SampleCard) -> None:
        self._card, self._was_read, self._selected = card, False, False

    def _take_away(self) -> None:
        self._card, self._was_read, self._selected = None, False, False

    # ------------------------------------------------------------ the cable

    def _plug(self) -> None:
        self._cable.plug()
        self._in.clear()
        self._commands = asyncio.Queue()
        self._working = asyncio.create_task(self._work(self._commands))

    def _unplug(self) -> None:
        if not self._cable.plugged:
            return
        self._cable.unplug()
        self._selected = False
        if self._working is not None and self._working is not asyncio.current_task():
            self._working.cancel()

    async def _come_back(self, after_s: float) -> None:
        await asyncio.sleep(after_s)
        if not self._cable.plugged:
            self._plug()

    # ------------------------------------------------------------ the line

    def _arrived(self) -> None:
        try:
            self._in += os.read(self._cable.master, 4096)
        except OSError:
            return
        self._take_frames()

    def _take_frames(self) -> None:
        """Puts every whole command that has come in on the queue."""
        if "impatient" in self._defects and (len(self._in) < 7 or len(self._in) < 7 + self._in[6]):
            self._in.clear()
        while True:
            start = self._in.find(sam.PREAMBLE)
            if "no_resync" in self._defects and len(self._in) >= 5 and start != 0:
                return  # stuck on what it holds
            if start < 0:
                del self._in[: max(0, len(self._in) - len(sam.PREAMBLE) + 1)]
                return
            del self._in[:start]
            if len(self._in) < 7:
                return
            whole = 7 + int.from_bytes(self._in[5:7], "big")
            if whole > 64:  # no command is longer
                del self._in[:5]
                continue
            if len(self._in) < whole:
                return
            self._commands.put_nowait(bytes(self._in[:whole]))
            del self._in[:whole]

    async def _work(self, commands: asyncio.Queue[bytes]) -> None:
        while self._cable.plugged:
            await self._serve(await commands.get())

    async def _serve(self, frame: bytes) -> None:
        """Answers one command."""
        try:
            command = sam.decode_command(frame)
        except FrameError as error:
            if error.reason == "checksum" and "no_checksum" in self._defects:
                await self._carry_out(Command(frame[7], frame[8], frame[9:-1]))
                return
            word = Word.CHECKSUM if error.reason == "checksum" else Word.LENGTH
            await self._send(sam.encode_answer(Answer(0, 0, word)), 1.0)
            return
        await self._carry_out(command)

    def _fault_for(self, name: str) -> _Pending | None:
        for fault in self._faults:
            if fault.on in ("any", name):
                if fault.left == 1:
                    self._faults.remove(fault)
                elif fault.left > 1:
                    fault.left -= 1
                return fault
        return None

    async def _carry_out(self, command: Command) -> None:
        name = NAMES.get(command, "baud" if command.code == 0x60 else "")
        if command == sam.FIND and "tires" in self._defects:
            self._finds += 1
            if self._finds % 7 == 0:
                return
        fault = self._fault_for(name)
        refused = fault is not None and fault.what == "word"

        def make() -> bytes:
            # A command that is refused was not carried out: the card can still be found.
            word = int(fault.args["sw"]) & 0xFF if fault is not None and refused else -1
            return sam.encode_answer(Answer(0, 0, word) if refused else self._answer(command))

        whole = await self._play(fault, name, make, length_at=5)
        if whole and command.code == 0x60 and command.parameter < len(sam.BAUDS) and not refused:
            self._baud = sam.BAUDS[command.parameter]

    async def _play(self, fault: _Pending | None, name: str, make: Callable[[], bytes], length_at: int) -> bool:
        """Sends an answer as the fault has it; `make` gives it once the reader has done its work. `length_at`: where
        its two bytes of length stand. Returns whether all of it was sent."""
        what = fault.what if fault else ""
        args = fault.args if fault else {}
        if what == "silent":
            return False
        await asyncio.sleep(DELAYS_S.get(name, 0.002) * self._delay + (args["seconds"] if what == "late" else 0.0))
        if what == "pulled":
            # The reader notices in the middle of its talk with the card and gives the read up.
            await asyncio.sleep(DELAYS_S.get(name, 0.0) * self._delay / 2)
            self._take_away()
        if what == "swapped":
            self._lay(args["card"])
        frame = make()
        match what:
            case "truncated":
                frame = frame[: int(args["keep"])]
            case "corrupted":
                at = int(args["at"]) % len(frame)
                frame = frame[:at] + bytes((frame[at] ^ 0x20,)) + frame[at + 1 :]
            case "checksum":
                at = self.CHECK_AT % len(frame)
                frame = frame[:at] + bytes((frame[at] ^ 0xFF,)) + frame[at + 1 :]
            case "length":
                stated = int.from_bytes(frame[length_at : length_at + 2], "big") + int(args["by"])
                frame = frame[:length_at] + (stated & 0xFFFF).to_bytes(2, "big") + frame[length_at + 2 :]
            case "noise":
                frame = bytes((37 * n + 11) & 0xFF for n in range(int(args["count"]))) + frame
            case "doubled":
                frame += frame
        if what == "reset":
            await self._send(frame[: len(frame) // 2], 1.0)
            self._unplug()
            self._returning = asyncio.create_task(self._come_back(float(args["after_s"])))
            return False
        pieces = max(1, int(args["pieces"])) if what == "split" else 1
        size = -(-len(frame) // pieces)
        for at in range(0, len(frame), size):
            if at:
                await asyncio.sleep(float(args["pause_s"]))
            await self._send(frame[at : at + size], float(args["factor"]) if what == "slow" else 1.0)
        return True

    async def _send(self, data: bytes, factor: float) -> None:
        """Puts bytes on the line no faster than it carries them (10 bits a byte: 8N1)."""
        loop = asyncio.get_running_loop()
        begun, sent = loop.time(), 0
        while sent < len(data) and self._cable.plugged:
            due = len(data)
            if self._pace > 0:
                due = min(due, int((loop.time() - begun) * self._baud / 10 / factor / self._pace))
            if due > sent:
                with contextlib.suppress(BlockingIOError):
                    sent += os.write(self._cable.master, data[sent:due])
            if sent < len(data):
                await asyncio.sleep(PACE_S)

    # ------------------------------------------------------------ what a reader answers

    def _answer(self, command: Command) -> Answer:
        has = self._defects.__contains__
        card = self._card or (self._kept if has("keeps") else None)
        selected = self._selected or has("keeps")
        if command == sam.FIND:
            there = self._card is not None and (not self._was_read or has("finds_again"))
            if has("finds_nothing") or not (there or has("finds_always")):
                return Answer(0, 0, Word.NO_CARD)
            return Answer(0, 0, Word.FOUND, bytes(4))
        if command == sam.SELECT:
            if card is None or self._was_read:
                return Answer(0, 0, Word.SELECT_FAILED)
            self._selected = True
            return Answer(0, 0, Word.OK, bytes(8))
        if command == sam.READ_WITH_FINGERPRINT and has("no_fingerprint"):
            return Answer(0, 0, Word.COMMAND)
        if command in (sam.READ, sam.READ_WITH_FINGERPRINT):
            if card is None or not selected:
                return Answer(0, 0, Word.READ_FAILED)
            if has("old_cards") and card.record.kind == "foreigner2023":
                return Answer(0, 0, Word.WRONG_CARD)
            self._was_read, self._kept = True, card
            return Answer(0, 0, Word.OK, self._blocks(card, command == sam.READ_WITH_FINGERPRINT))
        if command == sam.READ_ADDED_ADDRESS:
            if card is None or not selected:
                return Answer(0, 0, Word.READ_FAILED)
            if not card.record.added_address:
                return Answer(0, 0, Word.NO_CONTENT)
            return Answer(0, 0, Word.OK, encode_added_address(card.record.added_address))
        if command == sam.SAM_NUMBER:
            return Answer(0, 0, Word.OK, SAM_NUMBER)
        if command in (sam.STATUS, sam.RESET, sam.MOST_RADIO_BYTES):
            return Answer(0, 0, Word.OK)
        if (command.code == 0x60 and command.parameter < len(sam.BAUDS)) or has("accepts_all"):
            return Answer(0, 0, Word.OK)
        return Answer(0, 0, Word.COMMAND)

    def _blocks(self, card: SampleCard, with_fingerprint: bool) -> bytes:
        text = encode_text(card.record)
        photo = card.record.photo or bytes(sam.PHOTO_BYTES)
        self._reads += 1
        if "scrambles" in self._defects or ("varies" in self._defects and self._reads > 1):
            text = text[:130] + bytes((text[130] ^ 1,)) + text[131:]
        if "no_photo" in self._defects:
            photo = bytes(sam.PHOTO_BYTES)
        elif "short_photo" in self._defects:
            photo = photo[: sam.PHOTO_BYTES // 2]
        sizes = [len(text), len(photo), 0] if with_fingerprint else [len(text), len(photo)]
        return b"".join(size.to_bytes(2, "big") for size in sizes) + text + photo
