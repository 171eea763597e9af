"""What becomes of a material's pictures when they are handed in: cards on an A4 page, a watermark, one PDF.

Windows want the two sides of an identity card on one A4 page in true size, and a copy that says what it is for and when
it was made, so that it is good for nothing else. Pictures are JPEG; their size in mm follows from the resolution that
stands in them (hardware.document.saving writes it). Pillow is loaded when there is something to make; a PDF that
only binds JPEGs is a few lines of our own, so that no PDF library with its fonts has to be loaded or shipped for it.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from config import fonts

if TYPE_CHECKING:
    from PIL.Image import Image

JPEG, PDF = "image/jpeg", "application/pdf"
A4_MM = (210.0, 297.0)
MM = 25.4  # an inch
POINTS = 72.0  # an inch, as PDF counts
SHEET_DPI = 250  # a card's smallest print is 1.6 mm high: 16 px
PAGE_DPI = 200  # taken for a picture that does not say
MARGIN_MM = 12.0
CARDS_A_SHEET = 2
INK = (84, 96, 128)
STRENGTH = 64  # of 255: seen at a glance, read through without trouble
MARK_MM = 4.2  # height of the watermark's characters
MARK_APART_MM = 22.0  # between two of its lines
MARK_ANGLE = 24.0  # degrees
QUALITIES = (88, 82, 76, 70, 62, 54, 46)


@dataclass(frozen=True, repr=False)
class Copy:
    """One file to hand in. `kind`: a media type; sizes in px (of the first page), `pages`: how many it holds; `of`: the
    pictures it was made of, by their place."""

    data: bytes
    kind: str
    width: int
    height: int
    pages: int
    of: tuple[int, ...]

    def __repr__(self) -> str:
        return f"Copy({self.kind}, {len(self.data)} bytes)"


class CopyError(ValueError):
    """A picture that cannot be opened, or that does not fit: code copies.no_picture, copies.too_large."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def copies(
    pictures: Sequence[bytes], *, sheet: str, watermark: str, pdf: bool, bytes_most: int, made: datetime
) -> tuple[Copy, ...]:
    """The files that stand for the pictures of one material, in order. `sheet`: "a4" or "" (each as it is);
    `watermark`: the text, "" for none; `made`: goes into a PDF. `bytes_most` holds for each page. Raises CopyError."""
    groups = [tuple(range(len(pictures)))[n : n + (CARDS_A_SHEET if sheet else 1)] for n in range(
        0, len(pictures), CARDS_A_SHEET if sheet else 1
    )]  # fmt: skip
    files: list[Copy] = []
    for places in groups:
        if not sheet and not watermark:
            picture = _open(pictures[places[0]])
            files.append(Copy(pictures[places[0]], JPEG, picture.width, picture.height, 1, places))
            continue
        images = [_open(pictures[place]) for place in places]
        dots = SHEET_DPI if sheet else _dpi(images[0])
        page = _sheet(images) if sheet else images[0]
        if watermark:
            page = _marked(page, watermark, dots)
        files.append(_saved(page, dots, bytes_most, places))
    return (_bound(files, made),) if pdf and files else tuple(files)


def _open(picture: bytes) -> Image:
    """A picture in full, in colours; what stands in it about resolution is kept."""
    from PIL import Image, UnidentifiedImageError

    try:
        image: Image.Image = Image.open(io.BytesIO(picture))
        image.load()
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise CopyError("copies.no_picture") from error
    resolution = image.info.get("dpi", (0, 0))
    if image.mode not in ("RGB", "L"):
        image = image.convert("RGB")
    image.info["dpi"] = resolution
    return image


def _dpi(image: Image) -> float:
    """Dots per inch as the picture says, or as most do."""
    found = float(image.info.get("dpi", (0, 0))[0] or 0)
    return found if 50 <= found <= 1200 else PAGE_DPI


def _sheet(images: Sequence[Image]) -> Image:
    """Pictures in true size in the middle of the halves of an A4 page, smaller only where they would not fit."""
    from PIL import Image

    scale = SHEET_DPI / MM
    width, height = (round(side * scale) for side in A4_MM)
    page = Image.new("RGB", (width, height), "white")
    half = height // CARDS_A_SHEET
    room = (width - 2 * MARGIN_MM * scale, half - 2 * MARGIN_MM * scale)
    for n, image in enumerate(images):
        true = SHEET_DPI / _dpi(image)
        fit = min(true, room[0] / image.width, room[1] / image.height)
        size = (max(1, round(image.width * fit)), max(1, round(image.height * fit)))
        laid = image.resize(size, Image.Resampling.LANCZOS)
        page.paste(laid, ((width - size[0]) // 2, n * half + (half - size[1]) // 2))
    return page


def _marked(page: Image, text: str, dots: float) -> Image:
    """The text again and again across the page, slanting upwards, light enough to read through."""
    from PIL import Image, ImageDraw, ImageFont

    scale = dots / MM / 2  # drawn at half the size, which nobody sees of a light text, in a quarter of the time
    face = ImageFont.truetype(str(fonts.path(False)), max(10, round(MARK_MM * scale)))
    across, down = -(-page.width // 2), -(-page.height // 2)
    side = math.ceil(math.hypot(across, down))
    layer = Image.new("L", (side, side), 0)
    pen = ImageDraw.Draw(layer)
    step = face.getlength(text) + 3 * MARK_MM * scale
    apart = MARK_APART_MM * scale
    for row in range(math.ceil(side / apart) + 1):
        x = -(row % 2) * step / 2
        while x < side:
            pen.text((x, row * apart), text, STRENGTH, face)
            x += step
    layer = layer.rotate(MARK_ANGLE, Image.Resampling.BILINEAR)
    left, top = (side - across) // 2, (side - down) // 2
    layer = layer.crop((left, top, left + across, top + down)).resize(page.size, Image.Resampling.BILINEAR)
    marked = page.convert("RGB")
    marked.paste(INK, (0, 0), layer)
    return marked


def _saved(page: Image, dots: float, bytes_most: int, places: tuple[int, ...]) -> Copy:
    for quality in QUALITIES:
        out = io.BytesIO()
        page.save(out, "JPEG", quality=quality, optimize=True, dpi=(round(dots), round(dots)))
        if out.tell() <= bytes_most:
            return Copy(out.getvalue(), JPEG, page.width, page.height, 1, places)
    raise CopyError("copies.too_large")


def _bound(files: Sequence[Copy], made: datetime) -> Copy:
    """All pages in one PDF, each as large as its paper; the JPEGs go in as they are (ISO 32000-1, 7.4.8)."""
    kinds = {"L": "/DeviceGray", "RGB": "/DeviceRGB"}
    objects: list[bytes] = []
    kids = " ".join(f"{4 + 3 * n} 0 R" for n in range(len(files)))
    objects.append(b"<</Type/Catalog/Pages 2 0 R>>")
    objects.append(f"<</Type/Pages/Kids[{kids}]/Count {len(files)}>>".encode())
    objects.append(f"<</CreationDate(D:{made.astimezone(UTC):%Y%m%d%H%M%S}Z)>>".encode())
    for n, file in enumerate(files):
        picture = _open(file.data)
        wide, tall = (f"{side / _dpi(picture) * POINTS:.2f}" for side in (file.width, file.height))
        drawn = f"q {wide} 0 0 {tall} 0 0 cm /P Do Q".encode()
        page = f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {wide} {tall}]"
        objects.append(f"{page}/Resources<</XObject<</P {6 + 3 * n} 0 R>>>>/Contents {5 + 3 * n} 0 R>>".encode())
        objects.append(_stream("", drawn))
        look = f"/Type/XObject/Subtype/Image/Width {file.width}/Height {file.height}/BitsPerComponent 8"
        objects.append(_stream(f"{look}/ColorSpace{kinds[picture.mode]}/Filter/DCTDecode", file.data))
    places = tuple(place for file in files for place in file.of)
    return Copy(_document(objects), PDF, files[0].width, files[0].height, len(files), places)


def _stream(entries: str, data: bytes) -> bytes:
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (entries.encode(), len(data), data)


def _document(objects: Sequence[bytes]) -> bytes:
    """A PDF of numbered objects: the first is the catalogue, the third says about the document."""
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<</Size %d/Root 1 0 R/Info 3 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(out)
