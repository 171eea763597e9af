"""A report for staff and vendors on A4 sheets: facts at the head, then numbered lines, each with its mark.

One layout for the conformance report and the readiness report. PDF by fpdf2, which embeds the part of our type that is
used; text stays text, so that a report can be searched and read out of the file again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from config import fonts

if TYPE_CHECKING:
    from fpdf import FPDF

Mark = Literal["good", "bad", "lacking", "open"]
# Fill and word colour of a mark; a word stands in every mark, so that a black and white print says the same.
INKS: dict[str, tuple[int, int, int]] = {
    "good": (22, 101, 52),
    "bad": (155, 28, 28),
    "lacking": (71, 85, 105),
    "open": (146, 84, 9),
}
MARGIN_MM = 18
MARK_MM, NUMBER_MM = 22, 12


@dataclass(frozen=True)
class Line:
    """`word` stands in the mark; `small`: bytes or details, in small type below."""

    mark: Mark
    word: str
    number: str
    title: str
    text: str = ""
    small: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """`verdict`: the one sentence that counts, with its mark."""

    title: str
    verdict: tuple[Mark, str]
    facts: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]
    foot: str
    pictures: tuple[tuple[str, bytes], ...] = ()  # at the end, side by side: (what it is, JPEG)


def pdf(report: Report, made: datetime | None = None) -> bytes:
    """The report's sheets. `made` is the time in the file's own notes; None leaves it out."""
    sheets = _sheets(report)
    if made is not None:
        sheets.set_creation_date(made)
    sheets.set_title(report.title)
    sheets.add_page()
    _head(sheets, report)
    for line in report.lines:
        _line(sheets, line)
    _pictures(sheets, report)
    return bytes(sheets.output())


def _sheets(report: Report) -> FPDF:
    from fpdf import FPDF

    class Sheets(FPDF):
        def footer(self) -> None:
            self.set_y(-14)
            self.set_font("body", "", 8)
            self.set_text_color(90, 90, 90)
            self.cell(0, 6, f"{report.foot}　{self.page_no()} / {{nb}}", align="C")

    sheets = Sheets(format="A4")
    sheets.set_margins(MARGIN_MM, MARGIN_MM, MARGIN_MM)
    sheets.set_auto_page_break(True, 18)
    sheets.add_font("body", "", str(fonts.path()))
    sheets.add_font("body", "B", str(fonts.path(bold=True)))
    return sheets


def _head(sheets: FPDF, report: Report) -> None:
    sheets.set_font("body", "B", 18)
    sheets.multi_cell(0, 10, report.title, new_x="LMARGIN", new_y="NEXT")
    mark, verdict = report.verdict
    sheets.ln(2)
    sheets.set_fill_color(*INKS[mark])
    sheets.set_text_color(255, 255, 255)
    sheets.set_font("body", "B", 12)
    sheets.multi_cell(0, 9, f" {verdict}", fill=True, new_x="LMARGIN", new_y="NEXT")
    sheets.set_text_color(0, 0, 0)
    sheets.ln(3)
    for label, value in report.facts:
        sheets.set_font("body", "", 9)
        sheets.cell(30, 5.5, label)
        sheets.multi_cell(0, 5.5, _breakable(value), new_x="LMARGIN", new_y="NEXT")
    sheets.ln(3)


def _line(sheets: FPDF, line: Line) -> None:
    if sheets.will_page_break(16):
        sheets.add_page()
    top = sheets.get_y()
    sheets.set_draw_color(200, 200, 200)
    sheets.line(MARGIN_MM, top, sheets.w - MARGIN_MM, top)
    sheets.set_y(top + 1.5)
    sheets.set_font("body", "B", 9)
    sheets.set_text_color(*INKS[line.mark])
    sheets.cell(MARK_MM, 5.5, line.word)
    sheets.set_text_color(0, 0, 0)
    sheets.set_font("body", "", 9)
    sheets.cell(NUMBER_MM, 5.5, line.number)
    sheets.set_font("body", "", 10)
    left = MARGIN_MM + MARK_MM + NUMBER_MM
    sheets.set_left_margin(left)
    sheets.multi_cell(0, 5.5, line.title, new_x="LMARGIN", new_y="NEXT")
    if line.text:
        sheets.set_font("body", "", 9)
        sheets.set_text_color(70, 70, 70)
        sheets.multi_cell(0, 5, _breakable(line.text), new_x="LMARGIN", new_y="NEXT")
    sheets.set_font("body", "", 7)
    for one in line.small:
        sheets.multi_cell(0, 3.6, _breakable(one), new_x="LMARGIN", new_y="NEXT")
    sheets.set_text_color(0, 0, 0)
    sheets.set_left_margin(MARGIN_MM)
    sheets.set_y(sheets.get_y() + 1.5)


def _pictures(sheets: FPDF, report: Report) -> None:
    """Two in a row, each in the same room, whole and in its own proportions."""
    import io

    wide, high, gap = (sheets.w - 2 * MARGIN_MM - 6) / 2, 62.0, 6.0
    for number, (title, jpeg) in enumerate(report.pictures):
        if number % 2 == 0:
            if sheets.will_page_break(high + 12):
                sheets.add_page()
            top = sheets.get_y() + 4
        left = MARGIN_MM + (number % 2) * (wide + gap)
        sheets.set_font("body", "", 9)
        sheets.set_xy(left, top)
        sheets.cell(wide, 5.5, title)
        sheets.image(io.BytesIO(jpeg), left, top + 6.5, wide, high, keep_aspect_ratio=True)
        sheets.set_xy(MARGIN_MM, top + 8 + high)


def _breakable(text: str) -> str:
    """Long addresses and paths may break after a slash or a question mark."""
    return text if len(text) < 60 else text.replace("/", "/​").replace("?", "?​").replace("&", "&​")
