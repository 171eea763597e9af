"""The person beside a simulated device: does with the simulator what the kit asks of a hand and an eye.

What it says it sees it has looked at: the drawn receipts, their text, their codes as another program reads them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Command = Callable[[str, Mapping[str, Any]], Awaitable[dict[str, Any]]]


class CardHand:
    """Lays cards on a simulated reader."""

    ACTIONS: Mapping[str, tuple[str, dict[str, Any]]] = {
        "clear_reader": ("remove", {}),
        "lay_card": ("insert", {"card": "wang-xiaolan"}),
        "unplug": ("unplug", {}),
        "plug_in": ("replug", {}),
    }

    def __init__(self, command: Command) -> None:
        self._command = command

    async def do(self, action: str) -> bool:
        do, args = self.ACTIONS.get(action, ("", {}))
        if action.startswith("lay_") and action != "lay_card":
            from hardware.sample_cards import sample_cards

            kind = action.removeprefix("lay_")
            names = [name for name, card in sample_cards().items() if card.record.kind == kind]
            do, args = "insert", {"card": names[0] if names else ""}
        if not do:
            return False
        await self._command(do, args)
        return True

    async def sees(self, question: str) -> bool | None:
        del question
        return None


class PrinterHand:
    """Handles a simulated printer, and looks at what it drew. `slip`: the trial slip, `width` of the head."""

    ACTIONS: Mapping[str, tuple[str, dict[str, Any]]] = {
        "open_cover": ("fault", {"what": "cover_open"}),
        "close_cover": ("mend", {}),
        "take_paper": ("fault", {"what": "paper_out"}),
        "put_paper": ("mend", {}),
        "thin_roll": ("fault", {"what": "paper_low"}),
        "paper_ends_soon": ("fault", {"what": "paper_out", "after_lines": 8}),
        "unplug": ("fault", {"what": "unplug"}),
        "plug_in": ("mend", {}),
    }

    def __init__(self, command: Command, slip: Any = None, width: int = 576) -> None:
        self._command, self.slip, self.width = command, slip, width

    async def do(self, action: str) -> bool:
        do, args = self.ACTIONS.get(action, ("", {}))
        if not do:
            return False
        await self._command(do, args)
        return True

    async def sees(self, question: str) -> bool | None:
        told = await self._command("receipts", {})
        if not told["receipts"]:
            return False
        return bool(await asyncio.to_thread(self._look, question, told["receipts"][-1], told["texts"][-1]))

    def _look(self, question: str, path: str, text: str) -> bool:
        from PIL import Image

        from papers import draw

        paper = Image.open(path).convert("1")
        if question == "slip_whole":
            drawn = draw.picture(self.slip, self.width)
            return paper.size == drawn.size and paper.tobytes() == drawn.tobytes()
        if question in ("frame_whole", "slip_cut"):
            # The frame's own paper: a slip that was not cut has others hanging on it.
            edges = all(paper.getpixel((x, y)) == 0 for x in (0, self.width - 1) for y in range(160))
            bar = all(paper.getpixel((x, 80)) == 0 for x in range(self.width))
            return (edges and bar) if question == "frame_whole" else paper.height < 260
        if question == "code_read":
            import zxingcpp

            return bool(zxingcpp.read_barcodes(paper.convert("L")))
        if question == "characters_right":
            words = [row.value for row in self.slip.blocks if hasattr(row, "value")]
            return "?" not in text and words[1] in text and "试" in text
        return False


class CameraHand:
    """Lays papers under a simulated camera."""

    ACTIONS: Mapping[str, tuple[str, dict[str, Any]]] = {
        "clear_desk": ("remove", {}),
        "lay_page": ("place", {"picture": "birth-certificate"}),
        "lay_page_turned": ("place", {"picture": "birth-certificate", "turn": 14}),
        "lay_small_card": ("place", {"picture": "id-card"}),
        "unplug": ("vanish", {}),
        "plug_in": ("return", {}),
    }

    def __init__(self, command: Command) -> None:
        self._command = command

    async def do(self, action: str) -> bool:
        do, args = self.ACTIONS.get(action, ("", {}))
        if not do:
            return False
        await self._command(do, args)
        return True

    async def sees(self, question: str) -> bool | None:
        del question
        return None
