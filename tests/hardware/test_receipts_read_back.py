"""What the pretended printer drew is read back by a reader of printed text that knows nothing of how it was made."""

import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from config.settings import Printer as PrinterSettings
from matters.outcomes import Printed
from papers.receipt import receipt
from tests.hardware.printers import bench
from tests.papers.samples import BIRTH, WORDS


@pytest.fixture(scope="module")
def read() -> Callable[[Image.Image], str]:
    """All lines of a picture, run together without blanks."""
    from rapidocr import RapidOCR

    logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)
    engine = RapidOCR(params={"Global.log_level": "critical", "EngineConfig.onnxruntime.intra_op_num_threads": 1})

    def lines(picture: Image.Image) -> str:
        return "".join(engine(np.array(picture.convert("RGB"))).txts).replace(" ", "")

    return lines


@pytest.mark.parametrize("mode", ["picture", "characters"])
async def test_a_receipt_can_be_read_word_by_word(
    tmp_path: Path, read: Callable[[Image.Image], str], mode: str
) -> None:
    slip = receipt(BIRTH, WORDS)
    async with bench(tmp_path, {"width": 576}, PrinterSettings(width_dots=576, mode=mode)) as b:
        assert await b.printer.print(slip) == Printed(confirmed=True)
        seen = read(b.receipts()[0])
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
