"""Reading printed text off a picture with a reader that knows nothing of this project: an outside judge."""

from __future__ import annotations

import logging
from functools import cache
from typing import Any

import numpy as np
from PIL import Image


@cache
def _engine() -> Any:
    from rapidocr import RapidOCR

    logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)
    return RapidOCR(params={"Global.log_level": "critical", "EngineConfig.onnxruntime.intra_op_num_threads": 1})


def lines(picture: Image.Image) -> dict[str, tuple[float, float]]:
    """Every line, blanks left out -> its middle, as shares of the picture's width and height."""
    found = _engine()(np.array(picture.convert("RGB")))
    if found.boxes is None:
        return {}
    return {
        text.replace(" ", ""): (float(box[:, 0].mean()) / picture.width, float(box[:, 1].mean()) / picture.height)
        for text, box in zip(found.txts, found.boxes, strict=True)
    }
