"""Papers found, judged and straightened, as one page to look through: `python -m bench.gallery OUT [--count N]`.

Every row: the picture with the corners that were found (green: sure; red: not sure enough to be used), what is said
about it and its measures, and the page as it would be saved. Pictures with known defects first, then sheets on every
kind of ground, then real photographs where KIOSK_PHOTOS names a folder of them (not copied anywhere else).
"""

from __future__ import annotations

import argparse
import html
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from bench.papers.defects import DEFECTS, case
from bench.papers.scenes import scene
from bench.papers.sheets import Image
from hardware.document import enhance, find, judge, read, rectify, turn_of, turned
from hardware.document.upright import load

FIRST_DEFECT, FIRST_SCENE = 5005, 78_000_000  # of neither training nor measuring; 5005 is the first "ok" of a turn
LOOK = 460  # px, longer side of what the page shows
STYLE = """<!doctype html><meta charset=utf-8><title>Papers</title><style>
body{font:16px sans-serif;margin:24px;background:#f4f2ec;color:#18212b}td{padding:8px;vertical-align:top}
img{max-width:460px;max-height:460px;border:1px solid #99a}b.bad{color:#a00}code{white-space:pre-line;font-size:13px}
</style>"""


def pictures(count: int) -> Iterator[tuple[str, str, Image, str]]:
    """(name, what was done to it: "" where that is not known, BGR, shape asked for)."""
    for number in range(FIRST_DEFECT, FIRST_DEFECT + count * len(DEFECTS)):
        one = case("held", number)
        yield f"defect-{number}", one.expected.removeprefix("capture."), one.image, one.shape
    for seed in range(FIRST_SCENE, FIRST_SCENE + count * 10):
        made = scene(seed, 1280)
        tags = " ".join(f"{name}={value}" for name, value in made.tags.items())
        yield f"scene-{seed - FIRST_SCENE}", tags, made.image, "any"
    folder = os.environ.get("KIOSK_PHOTOS")
    if folder:
        for path in sorted((Path(folder) / "photos").iterdir()):
            yield path.stem, "", read(path), "any"


def row(out: Path, name: str, made: str, image: Image, shape: str) -> str:
    """Draws one picture's row; writes its two pictures beside the page."""
    found = find(image)
    sure = found is not None and found.sure
    corners = found.corners if found is not None and sure else None
    cut, others = (found.cut, found.others) if found is not None else (0.0, 0)
    quality, verdict = judge(image, corners, shape=shape, cut=cut, others=others)
    shown = image.copy()
    if found is not None:
        thick = max(2, max(image.shape[:2]) // 250)
        cv2.polylines(shown, [found.corners.astype(np.int32)], True, (60, 170, 40) if sure else (40, 40, 220), thick)
    _save(out / f"{name}-seen.jpg", shown)
    cell = ""
    if corners is not None:
        page = rectify(image, corners)
        page = enhance(turned(page, turn_of(page, load())), even=shape not in ("card", "any"))
        _save(out / f"{name}-page.jpg", page)
        cell = f'<img loading=lazy src="{name}-page.jpg">'
    said = verdict.removeprefix("capture.")
    known = made in {"ok", *DEFECTS}
    mark = ' class="bad"' if known and said != made else ""
    measures = "\n".join(f"{key} {value}" for key, value in quality.items())
    return (
        f'<tr><td><img loading=lazy src="{name}-seen.jpg"><br>{html.escape(name)}<td><b{mark}>{html.escape(said)}</b>'
        f"<br>{html.escape(made)}<br>sure {found.rating if found is not None else 0:.2f}<br><code>{measures}</code>"
        f"<td>{cell}</tr>\n"
    )


def _save(path: Path, image: Image) -> None:
    scale = min(1.0, 2 * LOOK / max(image.shape[:2]))
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else image
    path.write_bytes(cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 82])[1].tobytes())


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.gallery", description=__doc__)
    parser.add_argument("out", type=Path, help="folder for papers.html and its pictures")
    parser.add_argument("--count", type=int, default=2, help="pictures of every defect, and a tenth of the scenes")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    given.out.mkdir(parents=True, exist_ok=True)
    rows = []
    for one in pictures(max(1, given.count)):
        rows.append(row(given.out, *one))
        if sys.stderr.isatty():
            print(f"\r· {len(rows)}", end="", file=sys.stderr, flush=True)
    (given.out / "papers.html").write_text(STYLE + "<h1>Papers</h1><table>" + "".join(rows) + "</table>", "utf-8")
    print(f"{given.out / 'papers.html'}: {len(rows)} pictures")
    return 0


if __name__ == "__main__":
    sys.exit(main())
