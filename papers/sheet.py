"""A4 sheets that people take home: the guide, the notice, the filled form. Blocks in, PDF out (fpdf2, which embeds the
part of our type that is used; text stays text).

All sizes in millimetres and points. A table's row never breaks over a page; its head is repeated on the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, cast

from config import fonts
from papers.flow import Lane, boxes

if TYPE_CHECKING:
    from fpdf import FPDF

MARGIN_MM = 18.0
WIDTH_MM = 210.0 - 2 * MARGIN_MM
INK, SOFT, LINE, TINT = (20, 30, 40), (90, 98, 106), (150, 158, 166), (232, 238, 244)


@dataclass(frozen=True)
class Heading:
    text: str


@dataclass(frozen=True)
class Words:
    """A paragraph. `small`: a remark."""

    text: str
    small: bool = False
    bold: bool = False


@dataclass(frozen=True)
class Facts:
    """Names and what they are, a line each, in a frame as forms have it."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Table:
    """`widths`: shares of the whole width."""

    head: tuple[str, ...]
    widths: tuple[float, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Flow:
    """The flow chart: an item a lane, at most four steps each."""

    lanes: tuple[Lane, ...]


@dataclass(frozen=True)
class Signature:
    """A place to sign, with what was signed on the screen: strokes of points in 0..1 of the box."""

    label: str
    strokes: tuple[tuple[tuple[float, float], ...], ...] = ()
    remark: str = ""


Block = Heading | Words | Facts | Table | Flow | Signature


@dataclass(frozen=True)
class Sheet:
    """`foot` stands on every page, with its number; `language` is a BCP 47 tag, for who reads it aloud."""

    title: str
    blocks: tuple[Block, ...]
    foot: str = ""
    above: str = ""  # small, above the title: whose paper this is
    language: str = "zh-CN"
    scale: float = 1.0  # of its type: what a resident takes home is read without glasses, too


def pdf(sheet: Sheet) -> bytes:
    """The document. The same sheet gives the same bytes but for the time in it."""
    pages = _pages(sheet)
    vars(pages)[SCALE] = sheet.scale
    pages.set_title(sheet.title)
    pages.set_lang(sheet.language)
    pages.add_page()
    if sheet.above:
        _text(pages, sheet.above, 10, SOFT, align="C")
    _text(pages, sheet.title, 18, INK, bold=True, align="C")
    pages.ln(2)
    for block, following in zip(sheet.blocks, (*sheet.blocks[1:], None), strict=True):
        if isinstance(block, Words) and block.bold and isinstance(following, Facts):
            _keep_together(pages, following)
        _block(pages, block)
    return bytes(pages.output())


def _scale(pages: FPDF) -> float:
    return float(vars(pages).get(SCALE, 1.0))


def _keep_together(pages: FPDF, facts: Facts) -> None:
    """Facts and their name on one page, where a third of one is enough for them."""
    height = NAME_MM + sum(_height(pages, row, FACTS) for row in facts.rows)
    if height < pages.eph / 3 and pages.will_page_break(height):
        pages.add_page()


def _pages(sheet: Sheet) -> FPDF:
    from fpdf import FPDF

    class Pages(FPDF):
        def footer(self) -> None:
            self.set_y(-14)
            self.set_font("body", "", 8)
            self.set_text_color(*SOFT)
            self.cell(0, 6, f"{sheet.foot}　{self.page_no()} / {{nb}}", align="C")

    pages = Pages(format="A4")
    pages.set_margins(MARGIN_MM, MARGIN_MM, MARGIN_MM)
    pages.set_auto_page_break(True, 18)
    pages.add_font("body", "", str(fonts.path()))
    pages.add_font("body", "B", str(fonts.path(bold=True)))
    spare = [file for file in fonts.SPARE if file.is_file()]
    for number, file in enumerate(spare):
        pages.add_font(f"spare{number}", "", str(file))
    if spare:
        pages.set_fallback_fonts([f"spare{number}" for number in range(len(spare))], exact_match=False)
    return pages


def _text(
    pages: FPDF, text: str, size: float, ink: tuple[int, int, int], *, bold: bool = False, align: str = "L"
) -> None:
    size *= _scale(pages)
    pages.set_font("body", "B" if bold else "", size)
    pages.set_text_color(*ink)
    pages.multi_cell(0, size * 0.56, text, align=align, new_x="LMARGIN", new_y="NEXT")


def _block(pages: FPDF, block: Block) -> None:
    match block:
        case Heading():
            if pages.will_page_break(26):  # never alone at the foot of a page
                pages.add_page()
            pages.ln(3)
            _text(pages, block.text, 13, INK, bold=True)
            pages.ln(1)
        case Words():
            size = 9 if block.small else 11
            _text(pages, block.text, size, SOFT if block.small else INK, bold=block.bold)
            pages.ln(1)
        case Facts():
            _table(pages, (), FACTS, block.rows)
        case Table():
            _table(pages, block.head, block.widths, block.rows)
        case Flow():
            _flow(pages, block)
        case Signature():
            _signature(pages, block)


def _table(pages: FPDF, head: Sequence[str], widths: Sequence[float], rows: Sequence[Sequence[str]]) -> None:
    if head:
        _row(pages, head, widths, bold=True)
    for row in rows:
        if pages.will_page_break(_height(pages, row, widths)):
            pages.add_page()
            if head:
                _row(pages, head, widths, bold=True)
        _row(pages, row, widths, first_tinted=not head)
    pages.ln(2)


PAD_MM, LEADING_MM, SIZE = 1.6, 5.2, 10.0
SCALE = "type_scale"  # a document's own, among its values
FACTS = (0.26, 0.74)  # shares of the width: name, what is known
NAME_MM = 8.0  # a bold line above facts


def _lines(pages: FPDF, text: str, width: float) -> list[str]:
    high = LEADING_MM * _scale(pages)
    found = pages.multi_cell(width - 2 * PAD_MM, high, text or " ", dry_run=True, output="LINES", padding=0)
    return cast("list[str]", found)


def _height(pages: FPDF, row: Sequence[str], widths: Sequence[float]) -> float:
    pages.set_font("body", "", SIZE * _scale(pages))
    most = max(len(_lines(pages, text, WIDTH_MM * share)) for text, share in zip(row, widths, strict=True))
    return most * LEADING_MM * _scale(pages) + 2 * PAD_MM


def _row(
    pages: FPDF, row: Sequence[str], widths: Sequence[float], *, bold: bool = False, first_tinted: bool = False
) -> None:
    height = _height(pages, row, widths)
    top, left = pages.get_y(), MARGIN_MM
    pages.set_draw_color(*LINE)
    pages.set_fill_color(*TINT)
    pages.set_text_color(*INK)
    for number, (text, share) in enumerate(zip(row, widths, strict=True)):
        width = WIDTH_MM * share
        tinted = bold or (first_tinted and number == 0)
        pages.rect(left, top, width, height, style="DF" if tinted else "D")
        pages.set_font("body", "B" if bold else "", SIZE * _scale(pages))
        pages.set_xy(left + PAD_MM, top + PAD_MM)
        pages.multi_cell(width - 2 * PAD_MM, LEADING_MM * _scale(pages), text, padding=0, align="L")
        left += width
    pages.set_xy(MARGIN_MM, top + height)


def _flow(pages: FPDF, flow: Flow) -> None:
    for lane in flow.lanes:
        placed = boxes(lane, WIDTH_MM)
        height = max(box.top + box.height for box in placed)
        if pages.will_page_break(height + 2):
            pages.add_page()
        top = pages.get_y()
        pages.set_draw_color(*SOFT)
        pages.set_fill_color(*TINT)
        pages.set_text_color(*INK)
        for number, box in enumerate(placed):
            left = MARGIN_MM + box.left
            pages.set_line_width(0.3)
            if box.framed:
                pages.rect(
                    left, top + box.top, box.width, box.height, style="DF", round_corners=True, corner_radius=1.5
                )
            pages.set_font("body", "" if box.framed else "B", box.size_pt)
            leading = box.size_pt * 0.5
            begin = top + box.top + (box.height - leading * len(box.lines)) / 2
            for line, text in enumerate(box.lines):
                pages.set_xy(left, begin + line * leading)
                pages.cell(box.width, leading, text, align="C" if box.framed else "L")
            if box.arrow and number + 1 < len(placed):
                middle = top + box.top + box.height / 2
                begin_x, end_x = left + box.width, MARGIN_MM + placed[number + 1].left
                pages.line(begin_x + 0.6, middle, end_x - 1.8, middle)
                pages.set_fill_color(*SOFT)
                pages.polygon([(end_x - 0.6, middle), (end_x - 2.2, middle - 1), (end_x - 2.2, middle + 1)], style="F")
                pages.set_fill_color(*TINT)
        pages.set_xy(MARGIN_MM, top + height + 3)
    pages.set_line_width(0.2)


def _signature(pages: FPDF, block: Signature) -> None:
    width, height = 60.0, 22.0
    if pages.will_page_break(height + 8):
        pages.add_page()
    pages.ln(2)
    top = pages.get_y()
    pages.set_font("body", "", SIZE)
    pages.set_text_color(*INK)
    pages.cell(30, height, block.label)
    left = MARGIN_MM + 30
    pages.set_draw_color(*LINE)
    pages.rect(left, top, width, height)
    pages.set_draw_color(*INK)
    pages.set_line_width(0.5)
    for stroke in block.strokes:
        points = [(left + x * width, top + y * height) for x, y in stroke]
        for one, other in pairwise(points):
            pages.line(*one, *other)
    pages.set_line_width(0.2)
    pages.set_xy(left + width + 4, top)
    pages.set_font("body", "", 9)
    pages.multi_cell(0, 5, block.remark, new_x="LMARGIN", new_y="NEXT")
    pages.set_y(top + height + 2)
