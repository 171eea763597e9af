"""A reader's bytes for a report: the protocol's own are shown, a person's are counted.

Shown are frames whose data cannot be a person's. Of every other frame: preamble, length, status, the lengths of its
blocks and the check byte. Bytes outside an intact frame are shown only as long as no card has been read in this run:
a reader that repeats or cuts an answer may send a person's data anywhere.
"""

from __future__ import annotations

from hardware import sam

SHOWN_MOST = 64
HARMLESS = {(0x10, 0xFF), (0x11, 0xFF), (0x12, 0xFF), (0x20, 0x01)}  # reset, status, module number, find


def hex_of(data: bytes) -> str:
    return data.hex(" ").upper()


def withheld(count: int) -> str:
    return f"[{count} bytes withheld]"


def mask_answer(command: sam.Command | None, received: bytes, after_card: bool) -> str:
    """What came back for a command (None: for bytes that were no command), fit for a report."""
    out: list[str] = []
    rest = received
    while rest:
        start = rest.find(sam.PREAMBLE)
        stray = rest if start < 0 else rest[:start]
        if stray:
            out.append(withheld(len(stray)) if after_card else _cut(stray))
        if start < 0:
            break
        rest = rest[start:]
        length = int.from_bytes(rest[5:7], "big") if len(rest) >= 7 else 0
        frame, whole = rest[: 7 + length], 7 + length <= len(rest) and length >= sam.LEAST_LENGTH
        if not whole:
            out.append(_cut(rest) if not after_card else f"{hex_of(rest[:10])} {withheld(max(0, len(rest) - 10))}")
            break
        out.append(_frame(command, frame))
        rest = rest[len(frame) :]
    return " | ".join(out)


def _frame(command: sam.Command | None, frame: bytes) -> str:
    if len(frame) == 11 or _harmless(command, frame):
        return hex_of(frame)
    head = 14 if _is_read(frame) else 10  # with the lengths of text and photograph
    return f"{hex_of(frame[:head])} {withheld(len(frame) - 1 - head)} {hex_of(frame[-1:])}"


def _harmless(command: sam.Command | None, frame: bytes) -> bool:
    """Whether it is this command's own, intact answer, and the command one that gives nothing of a card. A length that
    lies makes a short frame of a long one: the check byte tells."""
    if command is None or (command.code, command.parameter) not in HARMLESS:
        return False
    try:
        return sam.fits(command, sam.decode_answer(frame))
    except sam.FrameError:
        return False


def _is_read(frame: bytes) -> bool:
    try:
        return sam.fits(sam.READ, sam.decode_answer(frame))
    except sam.FrameError:
        return False


def _cut(data: bytes) -> str:
    return hex_of(data) if len(data) <= SHOWN_MOST else f"{hex_of(data[:SHOWN_MOST])} … {len(data)} bytes"
