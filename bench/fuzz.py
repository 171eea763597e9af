"""Mutated bytes against everything that reads a device's bytes: nothing raised but the declared errors, memory flat.

`python -m bench.fuzz [--frames N] [--replies N] [--seed N]`; a small part of it runs in the tests. The parsers are fed
directly: a million frames cross no serial line in a day. Mutations: bits flipped, bytes changed, cut, doubled, spliced,
lengths that lie with the check byte made right again.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from hardware import escpos_bytes, ipp, sam, sam_card, social_card, stx
from hardware.escpos_head import Head
from hardware.escpos_talk import Talk, Timing
from hardware.sample_cards import sample_cards
from hardware.scanner import Code
from hardware.scanner_driver import Lines
from hardware.scanner_keys import Keys, typed


@dataclass(frozen=True)
class Figure:
    """What came of one target. `kept_bytes`: memory that was taken during the last tenth of the cases and is still held
    at the end; a parser that leaks a byte a case keeps a tenth of the cases."""

    target: str
    cases: int
    accepted: int  # read as whole and right
    refused: int  # by a declared error or as damaged
    seconds: float
    slowest_ms: float
    kept_bytes: int


def mutate(dice: random.Random, data: bytes) -> bytes:
    """The bytes with one to four things done to them."""
    out = bytearray(data)
    for _ in range(dice.randrange(1, 5)):
        at = dice.randrange(len(out)) if out else 0
        match dice.randrange(8):
            case 0 if out:
                out[at] ^= 1 << dice.randrange(8)
            case 1 if out:
                out[at] = dice.randrange(256)
            case 2:
                del out[at:]
            case 3:
                del out[at : at + dice.randrange(1, 9)]
            case 4:
                out[at:at] = dice.randbytes(dice.randrange(1, 9))
            case 5:
                out += out[at : at + 64]
            case 6:
                other = dice.randrange(len(out)) if out else 0
                out[at : at + 16], out[other : other + 16] = out[other : other + 16], out[at : at + 16]
            case _:
                out[at : at + 4] = dice.choice((b"\x00\x00\x00\x00", b"\xff\xff\xff\xff", b"\xaa\xaa\xaa\x96"))
    return bytes(out)


def _answers() -> list[bytes]:
    """One whole answer of every kind, and every status word."""
    made = []
    for card in sample_cards().values():
        text, photo = sam_card.encode_text(card.record), card.record.photo or b""
        made.append(sam.encode_answer(sam.Answer(0, 0, sam.Word.OK, b"\x01\x00\x04\x00" + text + photo)))
    address = sam_card.encode_added_address("示例省示例县山背乡山背村8组1号")
    made.append(sam.encode_answer(sam.Answer(0, 0, sam.Word.OK, address)))
    made += [sam.encode_answer(sam.Answer(0, 0, word)) for word in sam.Word]
    return made


def _right_again(frame: bytes) -> bytes:
    """Length and check byte made to fit, so that what is inside is reached."""
    if len(frame) < 11:
        return frame
    covered = (len(frame) - 7).to_bytes(2, "big") + frame[7:-1]
    return sam.PREAMBLE + covered + bytes((sam.check_byte(covered),))


def sam_target(dice: random.Random) -> Callable[[], bool]:
    seeds = _answers()
    parser = sam.Parser()

    def once() -> bool:
        frame = mutate(dice, dice.choice(seeds))
        if dice.random() < 0.5:
            frame = _right_again(frame)
        got = False
        for answer in parser.feed(frame):
            if isinstance(answer, sam.Answer):
                for command in (sam.READ, sam.FIND, sam.SELECT, sam.READ_ADDED_ADDRESS, sam.SAM_NUMBER):
                    sam.fits(command, answer)
                try:
                    sam_card.parse_text(sam.decode_blocks(answer.data).text)
                    got = True
                except (sam.SamError, sam_card.CardTextError):
                    pass
        if dice.random() < 0.02:
            parser.reset()
        return got

    return once


def stx_target(dice: random.Random) -> Callable[[], bool]:
    texts = [sam_card.encode_text(card.record) for card in sample_cards().values()]
    seeds = [stx.frame(b"\x90\x00" + text + bytes(1024)) for text in texts]
    seeds += [stx.frame(b"\x90\x00" + text) for text in texts] + [stx.frame(b"\x6a\x82")]
    parser = stx.Parser()

    def once() -> bool:
        got = False
        for answer in parser.feed(mutate(dice, dice.choice(seeds))):
            if isinstance(answer, stx.Answer):
                try:
                    sam_card.parse_text(stx.blocks(answer.data)[0])
                    got = True
                except (stx.StxError, sam_card.CardTextError):
                    pass
        return got

    return once


def tlv_target(dice: random.Random) -> Callable[[], bool]:
    """Records of social-security cards, from tag to value to the whole record."""
    values = {"card_id": b"\x43\x11\x99" + bytes(13), "version": b"2.00", "issued": bytes.fromhex("20200101"),
              "valid_to": bytes.fromhex("20300101"), "card_number": b"A12345678", "id_number": b"431199199604090027",
              "name": "王小兰".encode("gb18030").ljust(30), "name_rest": b" " * 20, "sex": b"2",
              "nation": b"\x01", "birth": bytes.fromhex("19960409")}  # fmt: skip
    records = {f.name: bytes((f.tag, len(values[f.name]))) + values[f.name] for f in social_card.FIELDS}

    def once() -> bool:
        spoiled = dice.choice(social_card.FIELDS)
        read: dict[str, str] = {}
        try:
            for field in social_card.FIELDS:
                data = records[field.name]
                if field is spoiled:
                    data = mutate(dice, data)
                read[field.name] = social_card.decode_field(field, social_card.parse_record(data, field))
            social_card.make_record(read, dice.randbytes(dice.randrange(12)))
        except social_card.SocialCardError:
            return False
        return True

    return once


def text_target(dice: random.Random) -> Callable[[], bool]:
    """The text block of a card, all four layouts."""
    seeds = [sam_card.encode_text(card.record) for card in sample_cards().values()]

    def once() -> bool:
        text = mutate(dice, dice.choice(seeds))
        if dice.random() < 0.7:
            text = text[:256].ljust(256, b" \0"[:1])
        try:
            sam_card.parse_text(text)
        except sam_card.CardTextError:
            return False
        return True

    return once


class _Replies:
    """A line whose answers are given beforehand; time stands still, so that a silence costs nothing."""

    answers = True
    window = 4096

    def __init__(self) -> None:
        self.left = b""

    def open(self) -> None: ...

    def write(self, data: bytes, patience_s: float) -> None: ...

    def read(self, wait_s: float) -> bytes:
        del wait_s
        data, self.left = self.left, b""
        return data

    def waiting(self) -> int:
        return 0

    def close(self) -> None: ...


def printer_target(dice: random.Random) -> Callable[[], bool]:
    """Status bytes, marks, automatic status, in every mixture."""
    line = _Replies()
    timing = Timing(answer_s=0.0001, probe_s=0.0001, slice_s=0.0)
    seeds = [bytes((0x12,)), bytes((0x12, 0x1A)), bytes((0x10, 0x00, 0x00, 0x0F)), bytes((0x00,)), bytes((0x16, 0x72))]

    def once() -> bool:
        talk = Talk(line, timing, threading.Event())
        line.left = mutate(dice, dice.choice(seeds) * dice.randrange(1, 5))
        state = talk.state()
        talk.probe_marks()
        known = escpos_bytes.read_state({n: dice.randrange(256) for n in range(1, 5)})
        return not state.silent and known.offline is not None

    return once


def ipp_target(dice: random.Random) -> Callable[[], bool]:
    """What a print service answers."""
    reasons = ipp._one(ipp.KEYWORD, "printer-state-reasons", b"media-empty-error") + ipp._one(
        ipp.KEYWORD, "", b"paused"
    )
    seed = (
        b"\x02\x00\x00\x00\x00\x00\x00\x01\x04" + ipp._one(ipp.ENUM, "printer-state", b"\0\0\0\5") + reasons + b"\x03"
    )

    def once() -> bool:
        try:
            reply = ipp.read(mutate(dice, seed))
        except ipp.IppError:
            return False
        reply.number("printer-state")
        reply.words("printer-state-reasons")
        return True

    return once


def camera_target(dice: random.Random) -> Callable[[], bool]:
    """What a camera sends as a picture."""
    import cv2
    import numpy as np

    from hardware.document.pictures import PictureError, decode

    seed = cv2.imencode(".jpg", np.random.default_rng(1).integers(0, 255, (48, 64, 3), np.uint8))[1].tobytes()

    def once() -> bool:
        try:
            decode(mutate(dice, seed))
        except PictureError:
            return False
        return True

    return once


def scanner_target(dice: random.Random) -> Callable[[], bool]:
    lines, keys = Lines(), Keys()
    code = "HTTPS://XIAN.EXAMPLE/R#" + "ABCDEFGH234567" * 12

    def once() -> bool:
        if dice.random() < 0.5:
            data = mutate(dice, code.encode() + b"\r")
        else:
            data = keys.feed(mutate(dice, typed("R#AB2\n"))).encode()
        return any(isinstance(one, Code) for one in lines.feed(data))

    return once


def talk_target(dice: random.Random) -> Callable[[], bool]:
    """A social-security card's answers, one of a talk spoilt: status words, lengths that chain, tags, the record."""
    from hardware.pcsc_reader import SocialReader, _Card, _Trouble
    from hardware.pcsc_simulator import VirtualCard

    samples = [card for card in sample_cards().values() if card.social is not None]
    reader = SocialReader.__new__(SocialReader)  # only what it makes of answers is asked: no daemon, no thread

    class Card(_Card):
        def __init__(self) -> None:
            shape = dice.choice(((True, False), (False, False), (False, True)))
            self._card = VirtualCard(dice.choice(samples), strict=shape[0], chained=shape[1])
            self.answer_to_reset = self._card.answer_to_reset
            self._spoilt, self._turn = dice.randrange(24), 0

        def _transmit(self, command: bytes) -> tuple[bytes, int]:
            answer = self._card.answer(command)
            if self._turn == self._spoilt:
                answer = mutate(dice, answer)
            self._turn += 1
            if len(answer) < 2:
                raise _Trouble("social.unreadable", "no status word")
            return answer[:-2], int.from_bytes(answer[-2:], "big")

    def once() -> bool:
        try:
            reader._read_card(Card())
        except (_Trouble, social_card.SocialCardError):
            return False
        return True

    return once


def stream_target(dice: random.Random) -> Callable[[], bool]:
    """What a camera's stream is cut into pictures by: boundaries and lengths."""
    import io

    from hardware.camera_sources import HttpStream, SourceError

    part = b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: 40\r\n\r\n" + bytes(range(40)) + b"\r\n"
    bare = b"--frame\r\n\r\n" + bytes(range(60)) + b"\r\n--frame\r\n\r\n"

    def once() -> bool:
        stream = HttpStream.__new__(HttpStream)
        stream._answer = io.BytesIO(mutate(dice, dice.choice((part, bare)) * 3))  # type: ignore[assignment]
        stream._parts = stream._split(b"frame")
        got = 0
        try:
            while True:
                got += bool(stream.read())
        except SourceError:
            return got >= 3

    return once


def hid_target(dice: random.Random) -> Callable[[], bool]:
    """Reports of a card reader that speaks USB HID, put together again and searched for frames."""
    import os
    import socket

    from hardware.hid_reader import HidPort

    seeds = _answers()
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    port = HidPort(os.dup(theirs.fileno()), 64, 0.0, numbered=True)
    parser = sam.Parser()

    def once() -> bool:
        frame = dice.choice(seeds)[:400]
        reports = [frame[at : at + 64].ljust(64, b"\0") for at in range(0, len(frame), 64)]
        spoilt = dice.randrange(len(reports))
        reports[spoilt] = mutate(dice, reports[spoilt])[:512]
        for report in filter(None, reports):
            ours.send(report)
        found = False
        while data := port.read(1024):
            found |= any(isinstance(answer, sam.Answer) for answer in parser.feed(data))
        if dice.random() < 0.02:
            parser.reset()
        return found

    return once


def emptied(got: asyncio.Queue[Any]) -> bool:
    """Whether anything was in it; now nothing is."""
    found = not got.empty()
    while not got.empty():
        got.get_nowait()
    return found


def keypad_target(dice: random.Random) -> Callable[[], bool]:
    from hardware.keypad import InputKeypad

    pad = InputKeypad("keypad:///dev/null", lambda: -1)
    got: asyncio.Queue[str] = asyncio.Queue()
    pad._watchers.add(got)

    def once() -> bool:
        pad._heard(mutate(dice, typed("431199\n")))
        return emptied(got)

    return once


def presence_target(dice: random.Random) -> Callable[[], bool]:
    from hardware.presence import SerialPresence

    sensor = SerialPresence("presence+serial:///dev/null", lambda: -1)
    got: asyncio.Queue[bool] = asyncio.Queue()
    sensor._seen._watchers.add(got)

    def once() -> bool:
        sensor._heard(mutate(dice, dice.choice((b"ON\r\nOFF\r\n", b"1\n0\n", b"OFF\r\nON\r\n"))))
        return emptied(got)

    return once


def head_target(dice: random.Random) -> Callable[[], bool]:
    """The simulated printer's own interpreter: a simulator that falls over on bytes is no judge of a driver."""
    characters = b"\x1b@\x1c&" + "试打䶮".encode("gb18030") + b"\n\x1dV\x42\x00"
    raster = b"\x1dv0\x00\x02\x00\x02\x00\xff\x00\xff\x00"
    seeds = [characters, raster, characters + raster, escpos_bytes.native_qr("R#AB2", 4)]

    def once() -> bool:
        data = mutate(dice, dice.choice(seeds))
        head = Head(384, "gb18030")
        at = 0

        async def take(count: int) -> bytes:
            nonlocal at
            if at + count > len(data):
                raise EOFError
            at += count
            return data[at - count : at]

        async def run() -> bool:
            try:
                async for _ in head.run(take):
                    pass
            except EOFError:
                return True
            return False

        return _stepped(run())

    return once


def _stepped(work: Any) -> bool:
    """Runs a coroutine that never really waits, without a loop of its own."""
    try:
        work.send(None)
    except StopIteration as done:
        return bool(done.value)
    raise RuntimeError("it waited")


TARGETS: dict[str, tuple[Callable[[random.Random], Callable[[], bool]], str]] = {
    # name -> (maker, which count it takes: frames for card parsers, replies for other devices)
    "sam": (sam_target, "frames"),
    "card text": (text_target, "frames"),
    "social-card records": (tlv_target, "frames"),
    "stx": (stx_target, "replies"),
    "HID reports": (hid_target, "replies"),
    "social-card talk": (talk_target, "replies"),
    "printer status": (printer_target, "replies"),
    "scanner": (scanner_target, "replies"),
    "document printer (IPP)": (ipp_target, "replies"),
    "camera pictures": (camera_target, "replies"),
    "camera stream": (stream_target, "replies"),
    "keypad": (keypad_target, "replies"),
    "presence": (presence_target, "replies"),
    "printer simulator": (head_target, "replies"),
}


def run(target: str, cases: int, seed: int) -> Figure:
    """Raises whatever a parser raises that it has not declared; the seed and the case then say where."""
    dice = random.Random(f"{seed} {target}")
    once = TARGETS[target][0](dice)
    accepted, slowest = 0, 0.0
    began = time.monotonic()
    try:
        for case in range(cases):
            if case == cases - cases // 10:
                tracemalloc.start()  # from here on only: tracing makes everything many times slower
            at = time.perf_counter()
            try:
                accepted += once()
            except Exception as error:
                raise AssertionError(f"{target}, seed {seed}, case {case}: {type(error).__name__}") from error
            slowest = max(slowest, time.perf_counter() - at)
        kept = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    spent = time.monotonic() - began
    return Figure(target, cases, accepted, cases - accepted, round(spent, 1), round(slowest * 1000, 2), kept)


def figures(frames: int, replies: int, seed: int) -> Iterator[Figure]:
    for name, (_, count) in TARGETS.items():
        yield run(name, frames if count == "frames" else replies, seed)


def table(found: list[Figure], seed: int) -> str:
    """docs/fuzz.md."""
    rows = [
        "# Mutated bytes against everything that reads a device's bytes",
        "",
        "Made by `make fuzz`. Nothing but declared errors was raised, nothing hung. Memory kept is what was taken",
        "during the last tenth of the cases and still held at the end. A case that is accepted is one whose mutation",
        "hurt nothing. Seconds and the slowest case are no measure of speed: the machine may have had other work.",
        "",
        f"Seed {seed}, Python {sys.version.split()[0]}.",
        "",
        "| target | cases | accepted | refused | seconds | slowest case (ms) | memory kept (bytes) |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    rows += [
        f"| {f.target} | {f.cases:,} | {f.accepted:,} | {f.refused:,} "
        f"| {f.seconds} | {f.slowest_ms} | {f.kept_bytes:,} |"
        for f in found
    ]
    return "\n".join(rows) + "\n"


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.fuzz", description=__doc__)
    parser.add_argument("--frames", type=int, default=1_000_000)
    parser.add_argument("--replies", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--table", default="", metavar="FILE")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(argv)
    found = []
    for figure in figures(given.frames, given.replies, given.seed):
        found.append(figure)
        print(json.dumps(asdict(figure)) if given.json else f"{figure.target}: {figure.cases:,} cases, "
              f"{figure.seconds} s, {figure.kept_bytes:,} bytes kept", flush=True)  # fmt: skip
    if given.table:
        from pathlib import Path

        Path(given.table).write_text(table(found, given.seed), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
