"""The resident-card reader's wire protocol: frames, commands, status words. Bytes in, values out; no transport here.

host -> reader: AA AA AA 96 69 | length (2, big-endian) | command | parameter | data … | check
reader -> host: AA AA AA 96 69 | length (2, big-endian) | SW1 SW2 SW3        | data … | check
The length counts everything after itself, the check byte included; the check byte is the XOR of all bytes from the
length's first to the one before it. Source: the SAM_V interface manuals of the readers' makers, which agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

PREAMBLE = b"\xaa\xaa\xaa\x96\x69"
LEAST_LENGTH = 4  # an answer's three status bytes and its check byte
MOST_LENGTH = 0x090A  # text, photograph and two fingerprints
BAUDS = (115200, 57600, 38400, 19200, 9600)  # in the order of command 60's parameter

TEXT_BYTES = 256
PHOTO_BYTES = 1024
ADDED_ADDRESS_BYTES = 70


class SamError(Exception):
    """What this module raises, and nothing else, whatever bytes it is given."""


class FrameError(SamError):
    """Not an intact frame. `reason`: short | preamble | length | checksum."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ContentError(SamError):
    """An intact frame whose data is not what the command answers with."""


@dataclass(frozen=True)
class Command:
    """A command's two bytes and data; its frame by `encode`."""

    code: int
    parameter: int
    data: bytes = b""


RESET = Command(0x10, 0xFF)
STATUS = Command(0x11, 0xFF)
SAM_NUMBER = Command(0x12, 0xFF)
FIND = Command(0x20, 0x01)
SELECT = Command(0x20, 0x02)
READ = Command(0x30, 0x01)
READ_WITH_FINGERPRINT = Command(0x30, 0x10)
READ_ADDED_ADDRESS = Command(0x30, 0x03)
MOST_RADIO_BYTES = Command(0x61, 0xFF, b"\x50")


def set_baud(baud: int) -> Command:
    """Changes the line's speed. Raises ValueError for one the readers do not have."""
    if baud not in BAUDS:
        raise ValueError(f"{baud} baud is none of {', '.join(map(str, BAUDS))}")
    return Command(0x60, BAUDS.index(baud))


class Word(IntEnum):
    """SW3. SW1 and SW2 are 00, or for 31, 41, 47 and 81 may hold the card's own status."""

    CHECKSUM = 0x10  # of our command
    LENGTH = 0x11  # of our command
    COMMAND = 0x21
    UNKNOWN = 0x24
    CARD_REFUSED_READER = 0x31
    READER_REFUSED_CARD = 0x32
    INFORMATION_CHECK = 0x33
    WRONG_CARD = 0x40
    READ_FAILED = 0x41
    RANDOM_FAILED = 0x47
    SELF_TEST_FAILED = 0x60
    NOT_AUTHORISED = 0x66
    NO_CARD = 0x80
    SELECT_FAILED = 0x81
    OK = 0x90
    NO_CONTENT = 0x91
    FOUND = 0x9F


@dataclass(frozen=True, repr=False)
class Answer:
    """An intact answer. `word` may be one that Word does not know. The repr leaves the data out: it is a person's."""

    sw1: int
    sw2: int
    word: int
    data: bytes = b""

    @property
    def ok(self) -> bool:
        return self.word in (Word.OK, Word.FOUND)

    def __repr__(self) -> str:
        return f"Answer({self.sw1:02X}{self.sw2:02X}{self.word:02X}, {len(self.data)} bytes)"


@dataclass(frozen=True)
class Damaged:
    """Bytes that looked like an answer and were none. `reason`: length | checksum."""

    reason: str


def check_byte(covered: bytes) -> int:
    """XOR of all bytes."""
    check = 0
    for byte in covered:
        check ^= byte
    return check


def _frame(body: bytes) -> bytes:
    covered = (len(body) + 1).to_bytes(2, "big") + body
    return PREAMBLE + covered + bytes((check_byte(covered),))


def encode(command: Command) -> bytes:
    """The bytes of a command."""
    return _frame(bytes((command.code, command.parameter)) + command.data)


def encode_answer(answer: Answer) -> bytes:
    """The bytes of an answer (a reader's side: simulators and tests)."""
    return _frame(bytes((answer.sw1, answer.sw2, answer.word)) + answer.data)


def decode_body(frame: bytes) -> bytes:
    """What one whole frame carries between length and check byte. Raises FrameError."""
    if len(frame) < len(PREAMBLE) + 3:
        raise FrameError("short")
    if not frame.startswith(PREAMBLE):
        raise FrameError("preamble")
    if int.from_bytes(frame[5:7], "big") != len(frame) - 7:
        raise FrameError("length")
    if check_byte(frame[5:-1]) != frame[-1]:
        raise FrameError("checksum")
    return frame[7:-1]


def decode_command(frame: bytes) -> Command:
    """The command in one whole frame (a reader's side). Raises FrameError."""
    body = decode_body(frame)
    if len(body) < 2:
        raise FrameError("length")
    return Command(body[0], body[1], body[2:])


def decode_answer(frame: bytes) -> Answer:
    """The answer in one whole frame. Raises FrameError."""
    body = decode_body(frame)
    if len(body) < 3:
        raise FrameError("length")
    return Answer(body[0], body[1], body[2], body[3:])


class Parser:
    """Answers out of a stream of bytes, however it is cut.

    What lies before a preamble is skipped. A frame with an impossible length or a wrong check byte is reported as
    Damaged and searching goes on right behind its preamble, so that an intact frame which began inside a cut one is
    still found. Holds at most one frame's worth of bytes.
    """

    def __init__(self) -> None:
        self._held = bytearray()

    @property
    def pending(self) -> bool:
        """Whether a frame has begun and not ended."""
        return len(self._held) >= len(PREAMBLE)

    def reset(self) -> None:
        """Forgets a frame that has begun."""
        self._held.clear()

    def feed(self, data: bytes) -> list[Answer | Damaged]:
        """What these bytes complete, in order. Raises nothing."""
        self._held += data
        out: list[Answer | Damaged] = []
        while (one := self._take()) is not None:
            out.append(one)
        return out

    def _take(self) -> Answer | Damaged | None:
        held = self._held
        start = held.find(PREAMBLE)
        if start < 0:
            # Keep what may be a preamble's beginning.
            del held[: max(0, len(held) - len(PREAMBLE) + 1)]
            return None
        del held[:start]
        if len(held) < 7:
            return None
        length = int.from_bytes(held[5:7], "big")
        if not LEAST_LENGTH <= length <= MOST_LENGTH:
            del held[: len(PREAMBLE)]
            return Damaged("length")
        if len(held) < 7 + length:
            return None
        try:
            answer = decode_answer(bytes(held[: 7 + length]))
        except FrameError as error:
            del held[: len(PREAMBLE)]
            return Damaged(error.reason)
        del held[: 7 + length]
        return answer


def fits(command: Command, answer: Answer) -> bool:
    """Whether an answer can be this command's. Answers carry no number, and a late or doubled one must not be taken
    for the next command's; their shapes tell them apart."""
    if not answer.ok:
        return not answer.data
    size = len(answer.data)
    if command == FIND:
        return answer.word == Word.FOUND and size == 4
    if answer.word != Word.OK:
        return False
    if command == SELECT:
        return size == 8
    if command == SAM_NUMBER:
        return size == 16
    if command == READ:
        return size == 4 + TEXT_BYTES + PHOTO_BYTES
    if command == READ_WITH_FINGERPRINT:
        return size in (6 + TEXT_BYTES + PHOTO_BYTES + fingerprint for fingerprint in (0x400, 0x200, 0))
    if command == READ_ADDED_ADDRESS:
        return size == ADDED_ADDRESS_BYTES
    return size == 0


@dataclass(frozen=True, repr=False)
class Blocks:
    """What a card read gives: 256 bytes of text, 1,024 of photograph (WLT), 0 to 1,024 of fingerprints."""

    text: bytes
    photo: bytes
    fingerprint: bytes = b""


def decode_blocks(data: bytes, with_fingerprint: bool = False) -> Blocks:
    """The blocks in the data of a READ or READ_WITH_FINGERPRINT answer. Raises ContentError."""
    count = 3 if with_fingerprint else 2
    if len(data) < 2 * count:
        raise ContentError("no block lengths")
    sizes = [int.from_bytes(data[2 * n : 2 * n + 2], "big") for n in range(count)]
    if sum(sizes) != len(data) - 2 * count:
        raise ContentError("blocks do not fill the answer")
    if sizes[0] != TEXT_BYTES:
        raise ContentError("the text block has another length")
    rest = data[2 * count :]
    photo_end = sizes[0] + sizes[1]
    return Blocks(rest[: sizes[0]], rest[sizes[0] : photo_end], rest[photo_end:])


def decode_sam_number(data: bytes) -> str:
    """The security module's number as it is printed, "05.03-20190823-0000000042-…": two little-endian 16-bit numbers,
    three 32-bit ones. Raises ContentError."""
    if len(data) != 16:
        raise ContentError("a module's number has 16 bytes")
    kind, revision = (int.from_bytes(data[n : n + 2], "little") for n in (0, 2))
    day, serial, extra = (int.from_bytes(data[n : n + 4], "little") for n in (4, 8, 12))
    return f"{kind:02d}.{revision:02d}-{day:08d}-{serial:010d}-{extra:010d}"
