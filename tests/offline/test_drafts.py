"""A draft that was put aside opens with its slip and the card it was put aside with, and with nothing else."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from hardware.scanner import CodeKind, kind_of
from offline.drafts import DAY_S, Drafts, NotHere, NotOpened, code_of, grouped, qr_of
from offline.errors import OfflineError

CARD, OTHER = "431199199305120134", "431199199604090027"
ANSWERS = {"matter": "newborn", "name": "王小兰", "fields": {"phone": "13800000000"}}
PAGES = {"a" * 64: b"\xff\xd8" + bytes(range(256)) * 40, "b" * 64: b""}


class Clock:
    now = 1_773_283_260.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def drafts(tmp_path: Path, clock: Clock) -> Drafts:
    return Drafts(tmp_path, 7.0, clock)


@pytest.mark.parametrize("suite", ["", "age-x25519", "sm2-sm4gcm"])
def test_slip_and_card_bring_back_what_was_put_aside(tmp_path: Path, clock: Clock, suite: str) -> None:
    kept = Drafts(tmp_path, 7.0, clock, suite=suite).put(ANSWERS, PAGES, CARD)
    assert kept.until == clock.now + 7 * DAY_S
    opened = Drafts(tmp_path, 7.0, clock).open(kept.code, CARD)  # whatever the suite is by then
    assert (opened.answers, opened.pages) == (ANSWERS, PAGES)


def test_neither_slip_nor_card_alone_opens_it(drafts: Drafts) -> None:
    kept = drafts.put(ANSWERS, PAGES, CARD)
    for code, card in (
        (kept.code, OTHER),
        (kept.code, ""),
        (kept.code[:4] + "0" * 16, CARD),
        (kept.code[:-1] + str((int(kept.code[-1]) + 1) % 10), CARD),
    ):
        with pytest.raises(NotOpened):
            drafts.open(code, card)


def test_what_lies_on_the_disk_holds_neither_the_code_nor_the_person(drafts: Drafts, tmp_path: Path) -> None:
    kept = drafts.put(ANSWERS, PAGES, CARD)
    (file,) = (path for path in tmp_path.rglob("*") if path.is_file())
    raw = file.read_bytes()
    assert file.name == kept.code[:4]
    assert file.stat().st_mode & 0o077 == 0
    for word in (kept.code[4:], CARD, "王小兰", "13800000000"):
        assert word.encode() not in raw
    assert bytes(range(256)) not in raw
    assert kept.code not in repr(kept)
    assert "王小兰" not in repr(drafts.open(kept.code, CARD))


def test_every_changed_byte_is_noticed(drafts: Drafts, tmp_path: Path) -> None:
    kept = drafts.put({"a": 1}, {}, CARD)
    path = tmp_path / "drafts" / kept.code[:4]
    raw = path.read_bytes()
    for at in (0, 4, 12, 20, 35, 41, len(raw) - 1):
        path.write_bytes(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :])
        with pytest.raises(OfflineError):
            drafts.open(kept.code, CARD)
    path.write_bytes(raw[:30])
    with pytest.raises(NotOpened):
        drafts.open(kept.code, CARD)


def test_its_days_over_it_is_gone_and_counted(drafts: Drafts, clock: Clock, tmp_path: Path) -> None:
    first = drafts.put(ANSWERS, PAGES, CARD)
    clock.now += 3 * DAY_S
    second = drafts.put(ANSWERS, {}, CARD)
    (tmp_path / "drafts" / ".0001.1234.part").write_bytes(b"cut short")
    assert drafts.expire() == 1
    clock.now += 4 * DAY_S
    with pytest.raises(NotHere):  # not served a second too long, whether it has been swept or not
        drafts.open(first.code, CARD)
    assert drafts.expire() == 1
    assert drafts.open(second.code, CARD).answers == ANSWERS
    assert drafts.count() == 1


@pytest.mark.parametrize("years", [-10, 10])
def test_a_clock_that_jumps_by_years_forgets_drafts_and_never_keeps_them_too_long(
    drafts: Drafts, clock: Clock, years: int
) -> None:
    drafts.put(ANSWERS, {}, CARD)
    clock.now += years * 365 * DAY_S
    assert drafts.expire() == 1
    assert drafts.count() == 0


def test_a_draft_stays_until_it_is_removed(drafts: Drafts) -> None:
    kept = drafts.put(ANSWERS, {}, CARD)
    assert drafts.open(kept.code, CARD).answers == drafts.open(kept.code, CARD).answers
    assert drafts.remove(kept.code)
    assert not drafts.remove(kept.code)
    with pytest.raises(NotHere):
        drafts.open(kept.code, CARD)


def test_the_code_is_read_from_the_qr_code_and_as_it_is_typed(drafts: Drafts) -> None:
    code = drafts.put(ANSWERS, {}, CARD).code
    for public in ("https://county.example", "http://127.0.0.1:8080/"):
        text = qr_of(code, public)
        assert kind_of(text) is CodeKind.SLIP
        assert code_of(text) == code_of(text.lower()) == code
    assert code_of(qr_of(code, "")) == code_of(grouped(code)) == code
    assert re.fullmatch(r"(\d{4} ){4}\d{4}", grouped(code))
    for text in ("", code[:-1], code + "0", "https://county.example/R#" + "A" * 32, "https://x.example/S#" + "A" * 32):
        assert code_of(text) == ""


def test_two_drafts_never_share_a_place(drafts: Drafts, tmp_path: Path) -> None:
    given = iter([b"\0" * 16, b"\1" * 16, b"\2" * 12, b"\0" * 16])

    def random(count: int) -> bytes:
        return next(given, b"")[:count] or bytes([7]) * count

    again = Drafts(tmp_path, 7.0, Clock(), random)
    first, second = again.put({}, {}, CARD), again.put({}, {}, CARD)
    assert first.code[:4] != second.code[:4]
    assert {field.name for field in dataclasses.fields(first)} == {"code", "until"}


def test_a_full_disk_says_so(drafts: Drafts, monkeypatch: pytest.MonkeyPatch) -> None:
    import errno

    from offline.errors import DiskFull

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("offline.drafts.write_durably", full)
    with pytest.raises(DiskFull):
        drafts.put(ANSWERS, {}, CARD)
