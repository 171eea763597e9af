"""What a scanner types that pretends to be a keyboard: Linux input events to text.

Such scanners are set to the US layout by their makers. Events are those of linux/input.h (struct input_event, 64-bit
time); codes those of linux/input-event-codes.h.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

EVENT = struct.Struct("@qqHHi")  # seconds, microseconds, type, code, value
EV_KEY = 1
RELEASED, PRESSED = 0, 1
LEFT_SHIFT, RIGHT_SHIFT, CAPS_LOCK = 42, 54, 58
ENDS = {28: "\n", 96: "\n", 15: "\t"}  # enter, the keypad's enter, tab
EVIOCGRAB = 0x40044590  # _IOW('E', 0x90, int): nobody else gets what the device types

_ROWS = (
    (2, "1234567890-=", "!@#$%^&*()_+"),
    (16, "qwertyuiop[]", "QWERTYUIOP{}"),
    (30, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
    (57, " ", " "),
)
PLAIN: dict[int, str] = {at + n: c for at, plain, _ in _ROWS for n, c in enumerate(plain)}
SHIFTED: dict[int, str] = {at + n: c for at, _, shifted in _ROWS for n, c in enumerate(shifted)}
KEYPAD = {71: "7", 72: "8", 73: "9", 74: "-", 75: "4", 76: "5", 77: "6", 78: "+", 79: "1", 80: "2", 81: "3", 82: "0",
          83: ".", 55: "*", 98: "/"}  # fmt: skip
CODES = {**{c: (code, False) for code, c in PLAIN.items()}}
CODES.update({c: (code, True) for code, c in SHIFTED.items() if c not in CODES})


class Keys:
    """Key events to characters, with the shift keys held in mind."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._down: set[int] = set()
        self._caps = False

    def feed(self, data: bytes) -> str:
        """What these bytes typed; ends of line as "\\n". Raises nothing."""
        return "".join(self._characters(data))

    def _characters(self, data: bytes) -> Iterator[str]:
        for code, value in self.strokes(data):
            if code in (LEFT_SHIFT, RIGHT_SHIFT):
                (self._down.discard if value == RELEASED else self._down.add)(code)
            elif value != PRESSED:
                continue
            elif code == CAPS_LOCK:
                self._caps = not self._caps
            elif code in ENDS:
                yield ENDS[code]
            elif code in KEYPAD:
                yield KEYPAD[code]
            elif code in PLAIN:
                shifted = bool(self._down) != (self._caps and PLAIN[code].isalpha())
                yield SHIFTED[code] if shifted else PLAIN[code]

    def strokes(self, data: bytes) -> Iterator[tuple[int, int]]:
        """(code, value) of every key event in these bytes; a cut one waits for its rest."""
        self._held += data
        whole = len(self._held) // EVENT.size * EVENT.size
        events, self._held = bytes(self._held[:whole]), self._held[whole:]
        for _, _, kind, code, value in EVENT.iter_unpack(events):
            if kind == EV_KEY:
                yield code, value


def typed(text: str) -> bytes:
    """The events of somebody typing a text (a keyboard's side: simulators and tests). Raises KeyError for a character
    that the layout lacks."""
    out = bytearray()

    def stroke(code: int, value: int) -> None:
        out.extend(EVENT.pack(0, 0, EV_KEY, code, value) + EVENT.pack(0, 0, 0, 0, 0))

    for character in text:
        code, shift = (28, False) if character in "\r\n" else CODES[character]
        if shift:
            stroke(LEFT_SHIFT, PRESSED)
        stroke(code, PRESSED)
        stroke(code, RELEASED)
        if shift:
            stroke(LEFT_SHIFT, RELEASED)
    return bytes(out)
