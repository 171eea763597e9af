"""A4 sheets: the guide, the notice and the filled form say what the catalogue says, on pages that can be read."""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import subprocess
import zlib
from pathlib import Path

import pytest
from PIL import Image

from config import locales
from config.catalogue import SHIPPED, load
from config.settings import Settings
from kiosk import guides
from kiosk.cli.parser import run
from matters.answers import longest
from matters.application import Answer, Application, GivenCommitment, GivenMaterial, Known
from matters.build import must_build
from matters.catalogue import Catalogue
from matters.limits import matter_limit
from matters.resolve import Given, resolve
from papers.flow import STEPS_MOST, Lane, boxes, picture
from papers.notice import Need, Notice
from papers.sheet import Facts, Flow, Sheet, Table, Words, pdf

ZH = locales.load("zh")


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return must_build(load(SHIPPED))


def text(data: bytes, folder: Path) -> str:
    file = folder / "sheet.pdf"
    file.write_bytes(data)
    said = subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, text=True, check=True).stdout
    return "".join(said.split())


def words_of(sheet: Sheet) -> str:
    found: list[str] = [sheet.title, sheet.foot]
    for block in sheet.blocks:
        match block:
            case Facts():
                found += [word for row in block.rows for word in row]
            case Table():
                found += [word for row in block.rows for word in row]
            case Words():
                found.append(block.text)
            case _:
                pass
    return "\n".join(found)


def test_every_matter_that_ships_has_a_guide_that_says_what_is_known_and_what_is_not(catalogue: Catalogue) -> None:
    for matter in catalogue.matters.values():
        sheet = guides.guide(catalogue, matter, Settings(), ZH)
        said = words_of(sheet)
        assert catalogue.label in said
        assert all(item.department in said and item.official in said for item in matter.items)
        assert "{" not in said.replace("{nb}", ""), matter.id
        for item in matter.items:
            assert item.code in said
        limit = matter_limit(matter, resolve(matter, Given(), open_ended=True).chosen, Settings().limit_profile)
        whole = next(
            row for block in sheet.blocks if isinstance(block, Facts) for row in block.rows if row[0] == "多久办好"
        )
        expected = (
            "还不知道，问窗口"
            if limit.days is None
            else f"受理以后 {limit.days} 个工作日内"
            if limit.days
            else "材料齐，当场办好"
        )
        assert whole[1] == expected
        for block in sheet.blocks:
            if isinstance(block, Flow):
                assert all(len(lane.steps) <= STEPS_MOST for lane in block.lanes)


def test_a_guide_says_who_decides_how_often_one_has_to_come_and_who_else_is_needed(catalogue: Catalogue) -> None:
    said = words_of(guides.guide(catalogue, catalogue.matters["restaurant"], Settings(), ZH))
    assert "谁来批\n县里\n" in said
    assert "要跑几趟\n0 趟\n" in said
    assert "要不要中介\n不要\n" in said
    bring = words_of(guides.guide(catalogue, catalogue.matters["pension"], Settings(), ZH))
    assert "有才带" in bring
    told = words_of(guides.guide(catalogue, catalogue.matters["marriage"], Settings(), ZH))
    assert "这里收不了" in told


def test_a_guide_is_a_document_whose_text_can_be_read_out_of_it(catalogue: Catalogue, tmp_path: Path) -> None:
    matter = catalogue.matters["newborn"]
    data = pdf(guides.guide(catalogue, matter, Settings(), ZH))
    said = text(data, tmp_path)
    for item in matter.items:
        assert item.official in said
    assert "受理以后" in said
    assert "示例目录，以当地公布清单为准" in said
    assert len(data) < 400_000  # the part of the type that is used, not the type


def test_items_stand_in_the_order_in_which_they_are_done(catalogue: Catalogue) -> None:
    for matter in catalogue.matters.values():
        found = resolve(matter, Given(), open_ended=True)
        order = [lane.title for lane in guides.lanes_of(found, ZH)]
        short = {item.id: item.short for item in matter.items}
        for item in matter.items:
            for parent in item.needs:
                if item.short in order and short[parent] in order:
                    assert order.index(short[parent]) < order.index(item.short), matter.id


def test_the_flow_chart_keeps_within_its_width_whatever_is_written(tmp_path: Path) -> None:
    lanes = (
        Lane("很长很长的事项名字" * 3, ("一步", "很长的一步" * 6, "三", "四"), "等别的办好"),
        Lane("短", ("收下",)),
    )
    for lane in lanes:
        placed = boxes(lane, 174.0)
        assert max(box.left + box.width for box in placed) <= 174.0 + 1e-6
        assert all(one.left + one.width <= other.left for one, other in itertools.pairwise(placed))
        assert "".join(line for box in placed for line in box.lines) == lane.title + lane.after + "".join(lane.steps)
    image = picture(lanes, 800)
    assert image.width == 800
    column = [image.getpixel((799, y)) for y in range(image.height)]
    assert set(column[:4]) == {(255, 255, 255)}


def test_the_notice_on_a4_says_what_the_slip_says(tmp_path: Path) -> None:
    paper = Notice(
        "示例县", "山背村便民服务中心", "养老保险参保", "满16岁就可以参加。", 0, 6, 3, "县里收下后办好",
        (Need("户口簿", "bring", "首页和本人页"), Need("低保证", "exempt", "民政那里查得到")), "0000-0000000",
        "示例-山背-01", "9:00–12:00", "2026-11-21", True,
    )  # fmt: skip
    said = text(pdf(guides.notice(paper, ZH)), tmp_path)
    for word in ("一次告知单", "养老保险参保", "受理以后3个工作日内", "户口簿", "不用带", "不要钱", "示例目录"):
        assert word in said


def type_sizes(data: bytes) -> set[float]:
    """Of all type in a document, points."""
    found: set[float] = set()
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", data, re.DOTALL):
        with contextlib.suppress(zlib.error):
            found |= {float(size) for size in re.findall(rb"/F\d+ ([\d.]+) Tf", zlib.decompress(stream))}
    return found


def test_the_notice_that_is_taken_home_is_in_larger_type_than_what_officials_look_up(catalogue: Catalogue) -> None:
    guide = pdf(guides.guide(catalogue, catalogue.matters["pension"], Settings(), ZH))
    notice = pdf(guides.notice(Notice("示例县", "村", "一件事", "话", 0, 6, 3, "后", (), "0", "t", "", "", False), ZH))
    foot = min(type_sizes(notice))
    assert min(type_sizes(notice) - {foot}) >= 13
    assert min(type_sizes(guide) - {foot}) < 11


def filled(catalogue: Catalogue, matter_id: str) -> Application:
    matter = catalogue.matters[matter_id]
    fields = {
        field.id: Answer(field.options[0].id if field.options else "x" * min(6, longest(field)), "typed")
        for field in matter.fields
    }
    promise = matter.promises[0].id if matter.promises else "none"
    return Application(
        matter_id, matter.title, catalogue.version, tuple(item.id for item in matter.items if item.offered),
        {s.id: s.options[0].id for s in matter.situations}, fields,
        (GivenMaterial("booklet", "户口簿", "photo"), GivenMaterial("card", "身份证", "exempt", "card_read")),
        (GivenCommitment(promise, ("我说的**都是真的**。",), (((0.1, 0.5), (0.4, 0.5)),)),),
        known=Known("card", "陈大山", "431199199305120134"),
    )  # fmt: skip


def test_the_filled_form_has_every_answer_once_under_its_item(catalogue: Catalogue, tmp_path: Path) -> None:
    matter = catalogue.matters["newborn"]
    application = filled(catalogue, "newborn")
    sheet = guides.form(catalogue, matter, application, Settings(), ZH)
    labels = [row[0] for block in sheet.blocks if isinstance(block, Facts) for row in block.rows]
    for field in matter.fields:
        assert labels.count(field.label) >= 1, field.id
    assert len([label for label in labels if label not in ("姓名", "身份证号", "办哪些")]) == len(matter.fields) + len(
        matter.situations
    )
    said = text(pdf(sheet), tmp_path)
    assert "陈大山" in said
    assert "431199199305120134" in said  # what is handed in is whole; only screens and receipts mask
    assert "我说的都是真的" in said


def test_the_commands_write_a_guide_a_chart_and_a_form_only_its_owner_reads(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    state = ("--state", str(tmp_path / "state"))
    assert run(["catalogue", "guide", "pension", str(tmp_path / "g.pdf"), *state]) == 0
    assert (tmp_path / "g.pdf").read_bytes().startswith(b"%PDF")
    assert run(["catalogue", "guide", "pension", str(tmp_path / "g.png"), *state]) == 0
    assert Image.open(tmp_path / "g.png").width == 1000
    from matters.application import to_json

    whole = {"application": json.loads(to_json(filled(catalogue, "pension")))}
    (tmp_path / "a.json").write_text(json.dumps(whole), "utf-8")
    assert run(["catalogue", "form", str(tmp_path / "a.json"), str(tmp_path / "f.pdf"), *state]) == 0
    assert (tmp_path / "f.pdf").stat().st_mode & 0o777 == 0o600
    assert run(["catalogue", "guide", "nothing", str(tmp_path / "x.pdf"), *state]) == 1
