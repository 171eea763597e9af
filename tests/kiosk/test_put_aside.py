"""Putting a visit aside and going on with it: the real slip from the real driver, the real file, the performers of two
processes one after the other."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import zxingcpp

from config import locales
from config.settings import Settings
from kiosk.journal import Journal
from kiosk.visiting.memory import Pictures
from kiosk.visiting.performing import Performer
from matters import effects, steps
from matters.outcomes import CodeScanned, Done, DraftOpened, Failed
from matters.visit import Setting
from offline.drafts import Drafts, code_of
from offline.trail import Trail
from tests.hardware.printers import Bench, bench
from tests.matters.drive import CARD, Drive

SETTING = Setting(aside_days=7.0, can_scan=True)


class Half:
    """A visit's process as far as its performer asks it."""

    def __init__(self, state: Path, drive: Drive, printer: Any) -> None:
        self.settings, self.state = Settings(), state
        self.words, self.pictures, self.journal = locales.load(), Pictures(), Journal(state)
        self.devices = SimpleNamespace(ports={"receipt_printer": printer})
        self.channel = SimpleNamespace(send=lambda _: None)
        self.tested = self.discreet = False
        self.drive = drive
        self.performer = Performer(self)  # type: ignore[arg-type]  # all that it is asked for

    def present(self) -> Any:
        return self.drive.visit

    def spawn(self, work: Any) -> None:
        work.close()

    async def perform(self, kind: type[effects.Effect]) -> Any:
        """What the visit wants of this kind, carried out; the visit is told."""
        wanted = self.drive.wants(kind)
        assert wanted is not None
        result = await self.performer.perform(wanted, lambda _: None)  # type: ignore[arg-type]  # one of the closed set
        self.drive.give(kind, result)
        return result


async def put_aside(state: Path, b: Bench) -> tuple[Drive, Any]:
    """A visit with two pages, put aside; and what came of it."""
    drive = Drive(SETTING)
    half = Half(state, drive, b.printer)
    drive.start("pension")
    while not isinstance(drive.step, steps.Check):
        before = drive.pictures
        drive.onward()
        if drive.pictures > before:  # a real picture under the handle the visit knows
            half.pictures._held[f"p{before + 1}"] = (f"{before + 1:064x}", f"page {before + 1}".encode() * 500)
    drive.press("help")
    drive.press("aside")
    result = await half.perform(effects.PutAside)
    half.journal.close()
    return drive, result


def slip_code(b: Bench) -> str:
    (paper,) = b.receipts()
    (code,) = zxingcpp.read_barcodes(paper.convert("L"))
    return str(code.text)


async def test_the_slip_and_the_card_bring_back_the_visit_with_its_pages(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    async with bench(tmp_path, {}) as b:
        first, result = await put_aside(state, b)
        assert result == Done()
        assert isinstance(first.step, steps.Goodbye)
        code = code_of(slip_code(b))
        assert len(code) == 20
        for path in (path for path in state.rglob("*") if path.is_file()):
            raw = path.read_bytes()
            assert CARD.id_number.encode() not in raw
            assert code[4:].encode() not in raw
        drive = Drive(SETTING)
        drive.around(drafts=True)
        half = Half(state, drive, b.printer)
        assert half.performer.drafts_lie_here()
        drive.press("resume")
        drive.give(effects.ScanCode, CodeScanned(code))
        drive.give(effects.ReadCard, CARD)
        opened = await half.perform(effects.OpenDraft)
        assert isinstance(opened, DraftOpened)
        assert isinstance(drive.step, steps.Check)
        pages = half.pictures.by_digest()
        assert sorted(pages.values()) == [b"page 1" * 500, b"page 2" * 500]
        shown = [shot for taken in drive.visit.answers.shots.values() for shot in taken if shot]
        assert {half.pictures.get(shot.taken.picture) for shot in shown} == set(pages.values())
        await half.performer.perform(effects.ForgetDraft("e", code, "handed_in"), lambda _: None)
        half.journal.close()
    assert Drafts(state, 7.0).count() == 0
    trail = Trail.open(state, lambda: 0.0)
    assert [(entry.event, dict(entry.fields)) for entry in trail.show()] == [
        ("draft.kept", {}), ("draft.opened", {}), ("draft.gone", {"reason": "handed_in", "count": 1}),
    ]  # fmt: skip
    assert trail.verify() is None
    trail.close()


async def test_a_slip_that_does_not_come_out_leaves_nothing_behind(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    async with bench(tmp_path, {}) as b:
        await b.fault("paper_out")
        drive, result = await put_aside(state, b)
    assert isinstance(result, Failed)
    assert isinstance(drive.step, steps.Trouble)
    assert Drafts(state, 7.0).count() == 0
    assert "draft.kept" not in [entry.event for entry in Trail.open(state, lambda: 0.0).show()]


async def test_another_card_opens_nothing(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    kept = await asyncio.to_thread(Drafts(state, 7.0).put, {"matter": "pension"}, {}, CARD.id_number)
    half = Half(state, Drive(SETTING), None)
    other = effects.OpenDraft("e1", kept.code, "431199199003072325")
    assert await half.performer.perform(other, lambda _: None) == Failed("draft.not_opened")
    elsewhere = effects.OpenDraft("e2", f"{(int(kept.code[:4]) + 1) % 10000:04d}{kept.code[4:]}", CARD.id_number)
    assert await half.performer.perform(elsewhere, lambda _: None) == Failed("draft.not_here")
    assert half.pictures.by_digest() == {}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_slip_says_what_it_is_and_until_when(language: str) -> None:
    from papers.aside import Aside, aside
    from papers.draw import picture
    from papers.slip import Banner, Row

    slip = aside(
        Aside("示例县", "山背村便民服务中心", "养老保险参保", "0047 1234 5678 9012 3456",
              "HTTPS://COUNTY.EXAMPLE/S#" + "A" * 32, "2026-03-18", "0000-0000000", "示例-山背-01"),
        locales.load(language),
    )  # fmt: skip
    assert any(isinstance(block, Banner) for block in slip.blocks)
    assert any(isinstance(block, Row) and "18" in block.value for block in slip.blocks)
    for width in (576, 384):
        (code,) = zxingcpp.read_barcodes(picture(slip, width).convert("L"))
        assert code.text == "HTTPS://COUNTY.EXAMPLE/S#" + "A" * 32
