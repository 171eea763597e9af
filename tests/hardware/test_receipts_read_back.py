"""What the pretended printer drew is read back by a reader of printed text that knows nothing of how it was made."""

from pathlib import Path

import pytest

from config.settings import Printer as PrinterSettings
from matters.outcomes import Printed
from papers.receipt import receipt
from tests.hardware.printers import bench
from tests.papers.samples import BIRTH, WORDS
from tests.seeing import lines


@pytest.mark.parametrize("mode", ["picture", "characters"])
async def test_a_receipt_can_be_read_word_by_word(tmp_path: Path, mode: str) -> None:
    slip = receipt(BIRTH, WORDS)
    async with bench(tmp_path, {"width": 576}, PrinterSettings(width_dots=576, mode=mode)) as b:
        assert await b.printer.print(slip) == Printed(confirmed=True)
        seen = "".join(lines(b.receipts()[0]))
    wanted = [
        BIRTH.matter,
        BIRTH.name,
        "31210047",
        "2026年3月12日10:41",
        *BIRTH.items,
        *(m.title for m in BIRTH.materials),
    ]
    wanted += ["5个工作日办好", BIRTH.phone, BIRTH.check]
    assert [text for text in wanted if text not in seen] == [], seen
