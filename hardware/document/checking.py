"""`kiosk capture check`: what the terminal would say about a picture file, as one line of JSON a picture."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from hardware.document.finding import find
from hardware.document.judging import judge
from hardware.document.pictures import PictureError, read


def capture_check(paths: Iterable[Path]) -> Iterator[dict[str, Any]]:
    """For each picture {"corners", "quality", "verdict", "ms"}; where it cannot be read, verdict is its fault code and
    quality holds "error". Corners are in pixels of the upright picture (EXIF orientation applied); `ms` is finding and
    judging, without reading the file."""
    for path in paths:
        try:
            image = read(Path(path))
        except PictureError as error:
            yield {"corners": None, "quality": {"error": str(error)}, "verdict": error.code, "ms": 0.0}
            continue
        began = time.perf_counter()
        found = find(image)
        corners = found.corners if found is not None and found.sure else None
        cut, others = (found.cut, found.others) if found is not None else (0.0, 0)
        quality, verdict = judge(image, corners, cut=cut, others=others)
        quality["rating"] = round(found.rating, 3) if found is not None else 0.0
        yield {
            "corners": None if corners is None else [[round(float(x), 1), round(float(y), 1)] for x, y in corners],
            "quality": quality,
            "verdict": verdict,
            "ms": round((time.perf_counter() - began) * 1000, 1),
        }
