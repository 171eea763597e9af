"""The other framing of resident-card readers (多合一 readers): STX, length, data, LRC, ETX. Bytes in, values out.

    02 | length of the data (2, big-endian) | data | XOR of the data | 03

The data of a question is CA 01 P (P: 00 everything, 01 the number, 02 name and number, 03 the text). The data of an
answer is a status, 9000 when well, and what was asked for. Source: one maker's manual, which does not show whether the
status comes before or behind the content; both are taken, told apart by the content's known lengths. There is no
question for the address added after a move. Nothing here has met a real device: see `unverified` in hardware.addresses.
"""

from __future__ import annotations

from dataclasses import dataclass

from hardware.sam import PHOTO_BYTES, TEXT_BYTES, Damaged, SamError, check_byte

STX, ETX = 0x02, 0x03
WELL = 0x9000
CONTENTS = (0, TEXT_BYTES, TEXT_BYTES + PHOTO_BYTES, 4 + TEXT_BYTES + PHOTO_BYTES)


class StxError(SamError):
    """Not an intact frame, or not an answer. `reason`: short | start | length | checksum | end | content."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Question:
    part: int

    @property
    def data(self) -> bytes:
        return bytes((0xCA, 0x01, self.part))


EVERYTHING, NUMBER, NAME_AND_NUMBER, TEXT = (Question(part) for part in range(4))


@dataclass(frozen=True, repr=False)
class Answer:
    """`word` 9000 when well. The repr leaves the data out: it is a person's."""

    word: int
    data: bytes = b""

    @property
    def ok(self) -> bool:
        return self.word == WELL

    def __repr__(self) -> str:
        return f"Answer({self.word:04X}, {len(self.data)} bytes)"


def frame(data: bytes) -> bytes:
    return bytes((STX,)) + len(data).to_bytes(2, "big") + data + bytes((check_byte(data), ETX))


def encode(question: Question) -> bytes:
    return frame(question.data)


def decode(whole: bytes) -> bytes:
    """The data of one whole frame. Raises StxError."""
    if len(whole) < 6:
        raise StxError("short")
    if whole[0] != STX:
        raise StxError("start")
    if int.from_bytes(whole[1:3], "big") != len(whole) - 5:
        raise StxError("length")
    if whole[-1] != ETX:
        raise StxError("end")
    if check_byte(whole[3:-2]) != whole[-2]:
        raise StxError("checksum")
    return whole[3:-2]


def decode_answer(data: bytes) -> Answer:
    """Status and content, whichever comes first. Raises StxError."""
    if len(data) < 2:
        raise StxError("content")
    first, last = int.from_bytes(data[:2], "big"), int.from_bytes(data[-2:], "big")
    if len(data) == 2:
        return Answer(first)
    if first == WELL:
        return Answer(WELL, data[2:])
    if last == WELL:
        return Answer(WELL, data[:-2])
    return Answer(first)  # why it does not give anything; what comes with a refusal is nobody's business


def fits(question: Question, answer: Answer) -> bool:
    """Whether an answer can be this question's: answers carry no number."""
    if not answer.ok:
        return True
    size = len(answer.data)
    if question == EVERYTHING:
        return size in CONTENTS[2:]
    if question == TEXT:
        return size == TEXT_BYTES
    return 0 < size < TEXT_BYTES


def blocks(data: bytes) -> tuple[bytes, bytes]:
    """Text and photograph of an answer to EVERYTHING. Raises StxError."""
    if len(data) == CONTENTS[3]:
        if data[:4] != TEXT_BYTES.to_bytes(2, "big") + PHOTO_BYTES.to_bytes(2, "big"):
            raise StxError("content")
        data = data[4:]
    if len(data) != CONTENTS[2]:
        raise StxError("content")
    return data[:TEXT_BYTES], data[TEXT_BYTES:]


class Parser:
    """Answers out of a stream of bytes, however it is cut. Searching goes on one byte behind a start that was none."""

    def __init__(self) -> None:
        self._held = bytearray()

    @property
    def pending(self) -> bool:
        return len(self._held) >= 3

    def reset(self) -> None:
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
        start = held.find(STX)
        if start < 0:
            held.clear()
            return None
        del held[:start]
        if len(held) < 3:
            return None
        length = int.from_bytes(held[1:3], "big")
        if not (2 <= length <= 2 + TEXT_BYTES or length - 2 in CONTENTS):  # no answer is of another length
            del held[:1]
            return Damaged("length")
        if len(held) < length + 5:
            return None
        try:
            answer = decode_answer(decode(bytes(held[: length + 5])))
        except StxError as error:
            del held[:1]
            return Damaged(error.reason)
        del held[: length + 5]
        return answer
