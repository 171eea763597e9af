"""Checks of a resident-card reader: what the driver takes for granted of the line, the frames and the card's own ways.

Every frame is sent and judged here, byte by byte, apart from the driver; the driver itself is used where the promise is
the driver's and the device's together (unplugged and back). Sources: the makers' interface manuals, which agree.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import secrets
import termios
import time
from dataclasses import dataclass
from typing import Any

import serial

from hardware import sam
from hardware.addresses import open_id_card_reader, parse
from hardware.conformance.checking import Check, Failed, NotTried, Person, Unsupported, ask_for, until
from hardware.conformance.masking import hex_of, mask_answer
from hardware.ports import CardRecord, Fault, Health
from hardware.sam import Answer, Command, Word
from hardware.sam_card import CardTextError, parse_added_address, parse_text

UNKNOWN_COMMAND = Command(0x7F, 0x7E)
JUNK = bytes.fromhex("00FF5596AA69AAAA0D0A37")


@dataclass(frozen=True)
class Limits:
    """What a reader must keep to, in seconds."""

    answer_s: float = 0.8  # until an answer's first byte
    read_s: float = 3.0  # the same for a read
    gap_s: float = 0.3  # between two bytes of an answer
    poll_s: float = 0.3  # between two finds: the makers allow no less
    finds: int = 20
    card_s: float = 20.0  # until a card that was laid is found
    gone_s: float = 8.0  # until an unplugged reader is said to be gone
    back_s: float = 12.0  # until one that is back answers
    reads: int = 5


@dataclass(frozen=True)
class Heard:
    """What came after one command. Times are from the end of sending; `gap_s` is the longest pause inside."""

    data: bytes
    answer: Answer | None
    reason: str  # why there is no answer: silent | short | length | checksum | other
    first_s: float = 0.0
    whole_s: float = 0.0
    gap_s: float = 0.0


class ReaderBench:
    """The line to a reader, with what is said on it."""

    def __init__(self, address: str, person: Person, limits: Limits | None = None) -> None:
        parsed = parse(address)
        self.address = address
        self.person = person
        self.limits = limits or Limits()
        self.evidence: list[dict[str, Any]] = []
        self.baud = parsed.number("baud", sam.BAUDS[0], sam.BAUDS)
        self.text = b""  # keyed digest of the card's text that was read first
        self.blocks: sam.Blocks | None = None
        self._path = parsed.path
        self._line: serial.Serial | None = None
        self._sam = ""
        self._after_card = False
        self._key = secrets.token_bytes(16)

    def about(self) -> dict[str, str]:
        return {"sam": self._sam, "baud": str(self.baud)}

    async def calm(self) -> None:
        """Whatever is still on its way is over before the next check begins."""
        if self._line is not None:
            with contextlib.suppress(Failed):
                await asyncio.to_thread(self._drain)

    def open(self) -> None:
        """Raises Failed."""
        if self._line is None:
            try:
                self._line = serial.Serial(self._path, self.baud, timeout=0.02, write_timeout=1.0, exclusive=True)
            except (OSError, ValueError, termios.error) as error:
                raise Failed(f"cannot be opened: {type(error).__name__}") from None

    def close(self) -> None:
        if self._line is not None:
            with contextlib.suppress(OSError, termios.error):
                self._line.close()
            self._line = None

    def _drain(self) -> None:
        self.open()
        quiet = time.monotonic()
        end = quiet + 2.0
        while self._line is not None and time.monotonic() - quiet < 0.1 and time.monotonic() < end:
            try:
                if self._line.read(4096):
                    quiet = time.monotonic()
            except (OSError, termios.error):
                self.close()
                return

    def put(self, data: bytes) -> None:
        """Sends bytes and hears nothing. Raises Failed."""
        self.open()
        try:
            if self._line is not None:
                self._line.write(data)
                self._line.flush()
        except (OSError, termios.error):
            self.close()
            raise Failed("the line broke off") from None

    async def say(self, data: bytes, wait_s: float | None = None, command: Command | None = None) -> Heard:
        """Sends bytes and hears the answer out. Raises Failed when the line breaks."""
        return await asyncio.to_thread(self._say, data, wait_s or self.limits.answer_s, command)

    def _say(self, data: bytes, wait_s: float, command: Command | None) -> Heard:
        self.open()
        line = self._line
        if line is None:
            raise Failed("the line is closed")
        try:
            line.reset_input_buffer()
            line.write(data)
            line.flush()
            heard = _hear(line, wait_s, self.limits.gap_s)
        except (OSError, termios.error):
            self.close()
            raise Failed("the line broke off") from None
        self.evidence.append(
            {
                "sent": hex_of(data),
                "received": mask_answer(command, heard.data, self._after_card),
                "first_ms": round(heard.first_s * 1000),
                "whole_ms": round(heard.whole_s * 1000),
            }
        )
        if command is not None and command.code == sam.SELECT.code and command.parameter == sam.SELECT.parameter:
            self._after_card = True
        return heard

    async def ask(self, command: Command) -> Answer:
        """One command's answer. Raises Failed for none, or one that is not whole or not this command's."""
        reading = command.code == sam.READ.code
        heard = await self.say(sam.encode(command), self.limits.read_s if reading else None, command)
        if heard.answer is None:
            raise Failed(f"no intact answer: {heard.reason}")
        if not sam.fits(command, heard.answer):
            raise Failed(f"answer {word_of(heard.answer)} with {len(heard.answer.data)} bytes is not this command's")
        if len(heard.data) != 7 + int.from_bytes(heard.data[5:7], "big"):
            raise Failed("more bytes than one answer")
        return heard.answer

    async def well(self, tries: int = 3) -> bool:
        """Whether the reader answers a status command again."""
        for _ in range(tries):
            heard = await self.say(sam.encode(sam.STATUS), None, sam.STATUS)
            if heard.answer is not None and heard.answer.word == Word.OK:
                return True
        return False

    async def card_there(self) -> bool:
        await asyncio.sleep(self.limits.poll_s)
        return (await self.ask(sam.FIND)).word == Word.FOUND

    def learn(self, sam_number: str) -> None:
        self._sam = sam_number

    def digest(self, text: bytes) -> bytes:
        return hashlib.blake2b(text, key=self._key).digest()


def _hear(line: serial.Serial, wait_s: float, gap_s: float) -> Heard:
    begun = last = time.monotonic()
    data = bytearray()
    first = longest = 0.0
    while True:
        piece = line.read(4096)
        now = time.monotonic()
        if piece:
            if data:
                longest = max(longest, now - last)
            else:
                first = now - begun
            data += piece
            last = now
        # An answer that is whole may be followed by what does not belong there: a moment's silence ends it.
        if now - last >= (min(gap_s, 0.06) if _whole(data) else gap_s * 3 if data else wait_s):
            break
        if now - begun > 15.0:
            break
    answer, reason = _judge(bytes(data))
    return Heard(bytes(data), answer, reason, first, max(0.0, last - begun), longest)


def _whole(data: bytes | bytearray) -> bool:
    return len(data) >= 7 and len(data) >= 7 + int.from_bytes(data[5:7], "big")


def _judge(data: bytes) -> tuple[Answer | None, str]:
    if not data:
        return None, "silent"
    if not data.startswith(sam.PREAMBLE):
        return None, "does not begin with AA AA AA 96 69"
    if len(data) < 7:
        return None, "cut short"
    length = int.from_bytes(data[5:7], "big")
    if not sam.LEAST_LENGTH <= length <= sam.MOST_LENGTH:
        return None, f"impossible length {length:04X}"
    if len(data) < 7 + length:
        return None, f"{len(data)} bytes of {7 + length}"
    try:
        return sam.decode_answer(data[: 7 + length]), ""
    except sam.FrameError as error:
        return None, error.reason


def word_of(answer: Answer) -> str:
    return f"{answer.sw1:02X} {answer.sw2:02X} {answer.word:02X}"


def _expect(answer: Answer, *words: Word) -> None:
    if answer.word not in words:
        raise Failed(f"answered {word_of(answer)}, not {' or '.join(f'{word:02X}' for word in words)}")


async def _empty(bench: ReaderBench) -> None:
    await ask_for(bench, "clear_reader")


async def _laid(bench: ReaderBench) -> None:
    """A card lies there and is found."""
    await ask_for(bench, "lay_card")
    if not await until(bench.card_there, bench.limits.card_s, 0.0):
        raise Failed("a card that lies there is not found")


# ---------------------------------------------------------------- the checks


async def opens(bench: ReaderBench) -> str:
    await asyncio.to_thread(bench.open)
    return ""


async def status(bench: ReaderBench) -> str:
    _expect(await bench.ask(sam.STATUS), Word.OK)
    return ""


async def sam_number(bench: ReaderBench) -> str:
    answer = await bench.ask(sam.SAM_NUMBER)
    _expect(answer, Word.OK)
    number = sam.decode_sam_number(answer.data)
    if not set(answer.data) - {0, 0xFF}:
        raise Failed("the module's number is empty")
    bench.learn(number)
    return number


async def reset(bench: ReaderBench) -> str:
    _expect(await bench.ask(sam.RESET), Word.OK)
    if not await until(bench.well, 5.0):
        raise Failed("does not answer after a reset")
    return ""


async def no_card(bench: ReaderBench) -> str:
    await _empty(bench)
    _expect(await bench.ask(sam.FIND), Word.NO_CARD)
    return ""


async def pace(bench: ReaderBench) -> str:
    """Asked as often as the makers allow, it answers every time."""
    missed, slowest = 0, 0.0
    for _ in range(bench.limits.finds):
        heard = await bench.say(sam.encode(sam.FIND), None, sam.FIND)
        missed += heard.answer is None
        slowest = max(slowest, heard.first_s)
        await asyncio.sleep(bench.limits.poll_s)
    if missed:
        raise Failed(f"{missed} of {bench.limits.finds} finds without an intact answer")
    return f"slowest {slowest * 1000:.0f} ms"


async def wrong_checksum(bench: ReaderBench) -> str:
    frame = sam.encode(sam.STATUS)
    heard = await bench.say(frame[:-1] + bytes((frame[-1] ^ 0xFF,)), None, sam.STATUS)
    if heard.answer is None:
        raise Failed("a damaged command is not answered")
    _expect(heard.answer, Word.CHECKSUM)
    return ""


async def wrong_length(bench: ReaderBench) -> str:
    """A command that says it is longer than it is is not carried out, and does not deafen the reader."""
    frame = sam.encode(sam.STATUS)
    longer = frame[:6] + bytes((frame[6] + 2,)) + frame[7:]
    heard = await bench.say(longer, None, sam.STATUS)
    if heard.answer is not None and heard.answer.ok:
        raise Failed("carried out")
    await asyncio.sleep(bench.limits.answer_s)
    if not await bench.well():
        raise Failed("deaf afterwards")
    return word_of(heard.answer) if heard.answer else "not answered"


async def unknown_command(bench: ReaderBench) -> str:
    heard = await bench.say(sam.encode(UNKNOWN_COMMAND))
    if heard.answer is None:
        raise Failed("not answered")
    _expect(heard.answer, Word.COMMAND, Word.UNKNOWN, Word.LENGTH)
    return word_of(heard.answer)


async def noise_before(bench: ReaderBench) -> str:
    heard = await bench.say(JUNK + sam.encode(sam.STATUS), None, sam.STATUS)
    if heard.answer is None or not heard.answer.ok:
        raise Failed("a command behind noise is not answered")
    return ""


async def cut_command(bench: ReaderBench) -> str:
    """After a command that broke off, the next one is understood, at the latest when it is repeated."""
    await bench.say(sam.encode(sam.STATUS)[:4], bench.limits.answer_s)
    if not await bench.well(2):
        raise Failed("deaf after a command that broke off")
    return ""


async def split_command(bench: ReaderBench) -> str:
    """The bytes of a command may come one by one, as USB adapters hand them on."""
    frame = sam.encode(sam.STATUS)
    for at in range(len(frame) - 1):
        await asyncio.to_thread(bench.put, frame[at : at + 1])
        await asyncio.sleep(0.005)
    heard = await bench.say(frame[-1:], None, sam.STATUS)
    if heard.answer is None or not heard.answer.ok:
        raise Failed("a command in single bytes is not answered")
    return ""


async def read_without_card(bench: ReaderBench) -> str:
    """Without a card nothing of a card comes, not even of the last one."""
    await _empty(bench)
    heard = await bench.say(sam.encode(sam.READ), bench.limits.read_s, sam.READ)
    if heard.answer is None:
        raise Failed(f"no intact answer: {heard.reason}")
    if heard.answer.ok or heard.answer.data:
        raise Failed("gives a card's data though none lies there")
    return word_of(heard.answer)


async def find(bench: ReaderBench) -> str:
    await _laid(bench)
    return ""


async def select(bench: ReaderBench) -> str:
    _expect(await bench.ask(sam.SELECT), Word.OK)
    return ""


async def read(bench: ReaderBench) -> str:
    answer = await bench.ask(sam.READ)
    _expect(answer, Word.OK)
    try:
        bench.blocks = sam.decode_blocks(answer.data)
    except sam.ContentError as error:
        raise Failed(str(error)) from None
    if len(bench.blocks.photo) != sam.PHOTO_BYTES:
        raise Failed(f"a photograph of {len(bench.blocks.photo)} bytes")
    return ""


def _blocks(bench: ReaderBench) -> sam.Blocks:
    if bench.blocks is None:
        raise NotTried("no card was read")
    return bench.blocks


async def text(bench: ReaderBench) -> str:
    """Layout, number, dates; the note says which layout and which field, never what stands there."""
    try:
        record = parse_text(_blocks(bench).text)
    except CardTextError as error:
        raise Failed(f"{error.field}: {error.code}") from None
    bench.text = bench.digest(_blocks(bench).text)
    return record.kind


async def photo(bench: ReaderBench) -> str:
    if not _blocks(bench).photo.startswith(b"WLf\0"):
        raise Failed("does not begin with 57 4C 66 00")
    return "WLT, 1024 bytes; not decoded"


async def added_address(bench: ReaderBench) -> str:
    """Read while the card stays, without selecting again."""
    answer = await bench.ask(sam.READ_ADDED_ADDRESS)
    _expect(answer, Word.OK, Word.NO_CONTENT)
    if answer.word == Word.NO_CONTENT:
        return "this card has none"
    try:
        parse_added_address(answer.data)
    except CardTextError as error:
        raise Failed(f"{error.field}: {error.code}") from None
    return "there is one"


async def found_once(bench: ReaderBench) -> str:
    """A card that was read is found again only when it has been lifted."""
    if await bench.card_there():
        raise Failed("found again without having been lifted")
    return ""


async def found_again(bench: ReaderBench) -> str:
    await _empty(bench)
    await _laid(bench)
    _expect(await bench.ask(sam.SELECT), Word.OK)
    answer = await bench.ask(sam.READ)
    _expect(answer, Word.OK)
    if bench.digest(sam.decode_blocks(answer.data).text) != bench.text:
        raise Failed("the same card gives another text")
    return ""


async def line_speed(bench: ReaderBench) -> str:
    """A long answer comes at the line's rate, without pauses that look like its end."""
    await _empty(bench)
    await _laid(bench)
    _expect(await bench.ask(sam.SELECT), Word.OK)
    heard = await bench.say(sam.encode(sam.READ), bench.limits.read_s, sam.READ)
    if heard.answer is None or not heard.answer.ok:
        raise Failed(f"no read: {heard.reason or 'refused'}")
    carried = len(heard.data) * 10 / bench.baud
    spent = heard.whole_s - heard.first_s
    if heard.gap_s > bench.limits.gap_s:
        raise Failed(f"pauses {heard.gap_s * 1000:.0f} ms inside an answer")
    if spent > carried * 2 + 0.25:
        raise Failed(f"{spent * 1000:.0f} ms for what the line carries in {carried * 1000:.0f} ms")
    return f"{heard.first_s * 1000:.0f} ms to the first byte, {spent * 1000:.0f} ms for {len(heard.data)} bytes"


async def fingerprint(bench: ReaderBench) -> str:
    await _empty(bench)
    await _laid(bench)
    _expect(await bench.ask(sam.SELECT), Word.OK)
    heard = await bench.say(sam.encode(sam.READ_WITH_FINGERPRINT), bench.limits.read_s, sam.READ_WITH_FINGERPRINT)
    if heard.answer is None:
        raise Failed(f"no intact answer: {heard.reason}")
    if not heard.answer.ok:
        raise Unsupported(word_of(heard.answer))
    try:
        blocks = sam.decode_blocks(heard.answer.data, with_fingerprint=True)
    except sam.ContentError as error:
        raise Failed(str(error)) from None
    return f"{len(blocks.fingerprint)} bytes"


async def lifted_early(bench: ReaderBench) -> str:
    """A card that is taken away before it was read gives nothing, and the reader goes on."""
    await _empty(bench)
    await _laid(bench)
    _expect(await bench.ask(sam.SELECT), Word.OK)
    await ask_for(bench, "clear_reader")
    heard = await bench.say(sam.encode(sam.READ), bench.limits.read_s, sam.READ)
    if heard.answer is not None and heard.answer.ok:
        raise Failed("gives a card's data though it was taken away")
    if not await bench.well() or await bench.card_there():
        raise Failed("not itself afterwards")
    return word_of(heard.answer) if heard.answer else heard.reason


async def driver_reads(bench: ReaderBench) -> str:
    """The terminal's own driver, card after card."""
    bench.close()
    reader = open_id_card_reader(bench.address)
    spans: list[float] = []
    try:
        for _ in range(bench.limits.reads):
            await _empty(bench)
            waiting = asyncio.create_task(reader.read(lambda: spans.append(time.monotonic())))
            await asyncio.sleep(bench.limits.poll_s)
            await ask_for(bench, "lay_card")
            try:
                outcome = await asyncio.wait_for(waiting, bench.limits.card_s)
            except TimeoutError:
                raise Failed("no card was read") from None
            if isinstance(outcome, Fault):
                raise Failed(f"{outcome.code} {outcome.note}")
            spans[-1] = time.monotonic() - spans[-1]
            # The same card within three seconds is a bounce, by design.
            await asyncio.sleep(3.0)
    finally:
        await reader.close()
    return f"{len(spans)} reads, slowest {max(spans):.2f} s"


async def unplugged(bench: ReaderBench) -> str:
    """Gone, and said to be; back under the same name, and it reads."""
    bench.close()
    reader = open_id_card_reader(bench.address)
    try:
        if (await reader.status()).health is not Health.ONLINE:
            raise Failed("not online before it is unplugged")
        await ask_for(bench, "unplug")
        began = time.monotonic()

        async def gone() -> bool:
            return (await reader.status()).health in (Health.ABSENT, Health.OFFLINE)

        if not await until(gone, bench.limits.gone_s):
            raise Failed("unplugged, and still said to be there")
        noticed = time.monotonic() - began
        await ask_for(bench, "plug_in")

        async def back() -> bool:
            return (await reader.status()).health is Health.ONLINE

        if not await until(back, bench.limits.back_s):
            raise Failed("does not come back under the same name")
        await _empty(bench)
        await ask_for(bench, "lay_card")
        try:
            outcome = await asyncio.wait_for(reader.read(), bench.limits.card_s)
        except TimeoutError:
            raise Failed("no card was read after it came back") from None
        if not isinstance(outcome, CardRecord):
            raise Failed(f"after it came back: {outcome.code}")
    finally:
        await reader.close()
    return f"noticed after {noticed:.1f} s"


def _layout(kind: str) -> Check[ReaderBench]:
    async def run(bench: ReaderBench) -> str:
        await ask_for(bench, f"lay_{kind}")
        if not await until(bench.card_there, bench.limits.card_s, 0.0):
            raise Failed("a card that lies there is not found")
        _expect(await bench.ask(sam.SELECT), Word.OK)
        answer = await bench.ask(sam.READ)
        _expect(answer, Word.OK)
        try:
            record = parse_text(sam.decode_blocks(answer.data).text)
        except CardTextError as error:
            raise Failed(f"{error.field}: {error.code}") from None
        if record.kind != kind:
            raise NotTried(f"a {record.kind} card was laid")
        return ""

    numbers = {"foreigner2017": "R23", "foreigner2023": "R24", "hmt": "R25"}
    return Check(numbers[kind], f"layout_{kind}", run, ("read",), optional=True)


CHECKS: tuple[Check[ReaderBench], ...] = (
    Check("R01", "opens", opens),
    Check("R02", "status", status, ("opens",)),
    Check("R03", "sam_number", sam_number, ("opens",)),
    Check("R04", "reset", reset, ("status",), optional=True),
    Check("R05", "no_card", no_card, ("opens",)),
    Check("R06", "pace", pace, ("opens",)),
    Check("R07", "wrong_checksum", wrong_checksum, ("status",)),
    Check("R08", "wrong_length", wrong_length, ("status",)),
    Check("R09", "unknown_command", unknown_command, ("status",)),
    Check("R10", "noise_before", noise_before, ("status",)),
    Check("R11", "cut_command", cut_command, ("status",)),
    Check("R12", "split_command", split_command, ("status",)),
    Check("R13", "find", find, ("opens",)),
    Check("R14", "select", select, ("find",)),
    Check("R15", "read", read, ("select",)),
    Check("R16", "text", text, ("read",)),
    Check("R17", "photo", photo, ("read",)),
    Check("R18", "added_address", added_address, ("read",)),
    Check("R19", "found_once", found_once, ("read",)),
    Check("R20", "found_again", found_again, ("text",)),
    Check("R21", "line_speed", line_speed, ("read",)),
    Check("R22", "fingerprint", fingerprint, ("read",), optional=True),
    _layout("foreigner2017"),
    _layout("foreigner2023"),
    _layout("hmt"),
    Check("R26", "read_without_card", read_without_card, ("read",)),
    Check("R27", "lifted_early", lifted_early, ("read",)),
    Check("R28", "driver_reads", driver_reads, ("read",)),
    Check("R29", "unplugged", unplugged, ("status",)),
)


async def online(bench: ReaderBench) -> str:
    """It answers, whatever it says of a card."""
    reader = open_id_card_reader(bench.address)
    try:
        status = await reader.status()
    finally:
        await reader.close()
    if status.health is not Health.ONLINE:
        raise Failed(status.code)
    return ""


# Of readers with the other framing the terminal's own driver is the only judge: their manual does not say enough.
DRIVER_CHECKS: tuple[Check[ReaderBench], ...] = (
    Check("R01", "opens", online),
    Check("R28", "driver_reads", driver_reads, ("opens",)),
    Check("R29", "unplugged", unplugged, ("opens",)),
)


def checks_for(address: str) -> tuple[Check[ReaderBench], ...]:
    return CHECKS if parse(address).scheme == "sam" else DRIVER_CHECKS
