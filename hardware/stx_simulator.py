"""A resident-card reader with STX framing that is not there. As hardware.sam_simulator, with another framing.

Faults: silent · late seconds= · truncated keep= · corrupted at= · checksum · length by= · doubled · noise count= ·
word sw= · split pieces= pause_s= · slow factor= · pulled · swapped card= · reset after_s=
Options as there, and status=first|last: where the status stands in an answer.
"""

from __future__ import annotations

from hardware import stx
from hardware.sam import PHOTO_BYTES
from hardware.sam_card import encode_text
from hardware.sam_simulator import SamSimulator
from hardware.simulators import Setup, SimulatorError

NO_CARD = 0x6A82
UNKNOWN = 0x6D00
PARTS = {0: "read", 1: "find", 2: "read", 3: "read"}


class StxSimulator(SamSimulator):
    """The pretended reader."""

    CHECK_AT = -2

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self._status = str(setup.options.get("status", "first"))
        if self._status not in ("first", "last"):
            raise SimulatorError("status is first or last")

    async def start(self) -> str:
        return (await super().start()).replace("sam://", "stx://", 1)

    def _take_frames(self) -> None:
        while len(self._in) >= 3:
            length = int.from_bytes(self._in[1:3], "big")
            if self._in[0] != stx.STX or length > 64:
                del self._in[:1]
                continue
            if len(self._in) < length + 5:
                return
            self._commands.put_nowait(bytes(self._in[: length + 5]))
            del self._in[: length + 5]

    async def _serve(self, frame: bytes) -> None:
        try:
            data = stx.decode(frame)
        except stx.StxError:
            return  # these readers keep silent to what they do not understand
        part = data[2] if len(data) == 3 and data[:2] == b"\xca\x01" else -1
        fault = self._fault_for(PARTS.get(part, ""))
        await self._play(fault, PARTS.get(part, ""), lambda: self._reply(part, fault), length_at=1)

    def _reply(self, part: int, fault: object) -> bytes:
        word = getattr(fault, "args", {}).get("sw") if getattr(fault, "what", "") == "word" else None
        content = b""
        if word is None:
            word, content = self._content(part)
        if not content:
            return stx.frame(int(word).to_bytes(2, "big"))
        status = int(word).to_bytes(2, "big")
        return stx.frame(status + content if self._status == "first" else content + status)

    def _content(self, part: int) -> tuple[int, bytes]:
        card = self._card
        if part not in PARTS:
            return UNKNOWN, b""
        if card is None:
            return NO_CARD, b""
        text = encode_text(card.record)
        number = card.record.id_number.encode("utf-16-le")
        contents = {
            stx.EVERYTHING.part: text + (card.record.photo or bytes(PHOTO_BYTES)),
            stx.NUMBER.part: number,
            stx.NAME_AND_NUMBER.part: text[:30] + number,
            stx.TEXT.part: text,
        }
        return stx.WELL, contents[part]
