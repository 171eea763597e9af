"""Copies as windows want them: two sides of a card on A4 in true size, a watermark, one PDF, within the size."""

from __future__ import annotations

import io
import re
from datetime import datetime

import pytest
from PIL import Image, ImageChops, ImageDraw

from papers.copies import JPEG, PDF, SHEET_DPI, Copy, CopyError, copies

MADE = datetime(2026, 3, 12).astimezone()
CARD_PX, CARD_DPI = (1011, 638), 300  # ID-1 (85.6 mm by 54 mm) as a camera gives it


def picture(size: tuple[int, int] = CARD_PX, dpi: int = CARD_DPI, colour: str = "#8899cc", mode: str = "RGB") -> bytes:
    kept = io.BytesIO()
    image = Image.new("RGB", size, colour)
    ImageDraw.Draw(image).rectangle([size[0] // 4, size[1] // 4, size[0] // 2, size[1] // 2], "#303030")
    image.convert(mode).save(kept, "JPEG", quality=90, dpi=(dpi, dpi))
    return kept.getvalue()


def made(
    pictures: list[bytes], *, sheet: str = "", mark: str = "", pdf: bool = False, most: int = 500_000
) -> tuple[Copy, ...]:
    return copies(pictures, sheet=sheet, watermark=mark, pdf=pdf, bytes_most=most, made=MADE)


def opened(copy: Copy) -> Image.Image:
    return Image.open(io.BytesIO(copy.data)).convert("RGB")


def spots(page: Image.Image) -> list[tuple[int, int, int, int]]:
    """Where something lies on each half of a white page."""
    half = page.height // 2
    found = []
    for top in (0, half):
        part = page.crop((0, top, page.width, top + half))
        box = (
            ImageChops.difference(part, Image.new("RGB", part.size, "white"))
            .point(lambda v: 255 if v > 40 else 0)
            .getbbox()
        )
        assert box is not None
        found.append(box)
    return found


def test_both_sides_of_a_card_lie_on_one_a4_page_in_true_size() -> None:
    (sheet,) = made([picture(), picture(colour="#cc9988")], sheet="a4")
    page = opened(sheet)
    assert (sheet.kind, sheet.of, sheet.pages) == (JPEG, (0, 1), 1)
    assert Image.open(io.BytesIO(sheet.data)).info["dpi"] == (SHEET_DPI, SHEET_DPI)
    assert page.size == (round(210 * SHEET_DPI / 25.4), round(297 * SHEET_DPI / 25.4))
    for left, top, right, bottom in spots(page):
        assert (right - left) * 25.4 / SHEET_DPI == pytest.approx(85.6, abs=0.5)
        assert (bottom - top) * 25.4 / SHEET_DPI == pytest.approx(54.0, abs=0.5)
        assert abs((left + right) / 2 - page.width / 2) <= 3


def test_what_is_larger_than_half_a_page_is_made_to_fit_and_three_sides_take_two_pages() -> None:
    large = picture((2000, 2800), dpi=100)
    first, second = made([large, picture(), picture()], sheet="a4")
    assert (first.of, second.of) == ((0, 1), (2,))
    left, top, right, bottom = spots(opened(first))[0]
    assert left > 0
    assert top > 0
    assert right < first.width
    assert bottom < first.height // 2


def test_a_watermark_lies_everywhere_and_leaves_what_is_below_to_be_read() -> None:
    plain = opened(made([picture((1240, 1754), 150, "#f4f4f0")])[0])
    marked = opened(made([picture((1240, 1754), 150, "#f4f4f0")], mark="仅供办理新生儿出生使用 2026年3月12日")[0])
    changed = ImageChops.difference(plain, marked).convert("L").point(lambda v: 255 if v > 12 else 0)
    for across in range(4):
        for down in range(4):
            part = changed.crop((across * 310, down * 438, across * 310 + 310, down * 438 + 438))
            assert part.getbbox() is not None or (across, down) == (1, 1), (across, down)  # that one is nearly black
    levels = marked.convert("L").crop((0, 0, 1240, 400)).histogram()
    darkest = next(level for level, count in enumerate(levels) if count)
    assert darkest > 150  # print is darker than that: the mark cannot be taken for it, nor hide it
    assert changed.histogram()[255] < 0.2 * 1240 * 1754


def test_several_pages_are_one_pdf_whose_pages_are_as_large_as_what_was_photographed() -> None:
    pages = [picture((1240, 1689), 300), picture((1654, 2339), 200, mode="L")]
    (book,) = made(pages, pdf=True)
    assert (book.kind, book.pages, book.of) == (PDF, 2, (0, 1))
    assert book.data.startswith(b"%PDF")
    boxes = re.findall(rb"/MediaBox ?\[0 0 ([0-9.]+) ([0-9.]+)\]", book.data)
    sizes = [tuple(float(side) * 25.4 / 72 for side in box) for box in boxes]
    assert any(size == pytest.approx((105, 143), abs=0.2) for size in sizes)
    assert any(size == pytest.approx((210, 297), abs=0.3) for size in sizes)
    for page in pages:
        assert page[-400:] in book.data  # the pictures go in as they are


def test_every_object_of_the_pdf_is_where_its_table_says() -> None:
    (book,) = made([picture(), picture(mode="L")], pdf=True)
    start = int(re.findall(rb"startxref\n(\d+)\n%%EOF", book.data)[0])
    assert book.data[start:].startswith(b"xref\n0 10\n")
    places = [int(place) for place in re.findall(rb"\n(\d{10}) 00000 n ", book.data[start:])]
    assert [book.data[place : place + 8].split(b" obj")[0] for place in places] == [b"%d 0" % n for n in range(1, 10)]
    for head, length in re.findall(rb"<<([^\n]*)/Length (\d+)>>\nstream\n", book.data):
        at = book.data.index(head) + len(head)
        body = book.data.index(b"stream\n", at) + len(b"stream\n")
        assert book.data[body + int(length) :].startswith(b"\nendstream")
    assert book.data.count(b"/DeviceGray") == 1
    assert book.data.count(b"/DeviceRGB") == 1


def test_copies_are_the_same_every_time() -> None:
    pages = [picture(), picture()]
    assert made(pages, sheet="a4", mark="仅供", pdf=True) == made(pages, sheet="a4", mark="仅供", pdf=True)


def test_without_a_wish_a_picture_goes_on_as_it_is() -> None:
    page = picture()
    assert [copy.data for copy in made([page, page])] == [page, page]


def test_a_page_keeps_to_the_size_and_one_that_cannot_is_refused() -> None:
    noisy = Image.effect_noise((800, 1100), 90).convert("RGB")
    kept = io.BytesIO()
    noisy.save(kept, "JPEG", quality=70)
    assert len(made([kept.getvalue()], mark="仅供", most=400_000)[0].data) <= 400_000
    with pytest.raises(CopyError) as refused:
        made([kept.getvalue()], mark="仅供", most=20_000)
    assert refused.value.code == "copies.too_large"


@pytest.mark.parametrize("data", [b"", b"no picture", picture()[:700]])
def test_what_is_no_picture_is_refused_with_a_code(data: bytes) -> None:
    with pytest.raises(CopyError) as refused:
        made([data], mark="仅供")
    assert refused.value.code == "copies.no_picture"
