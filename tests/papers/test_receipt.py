from dataclasses import replace

import pytest
import zxingcpp
from PIL import Image

from papers import slip as s
from papers.notice import notice
from papers.receipt import Handed, mask, materials, receipt, render, yuan
from papers.trial import trial
from tests.papers.pictures import assert_like_golden
from tests.papers.samples import BIRTH, BIRTH_NOTICE, LONG_QR, WORDS

KEPT = replace(BIRTH, at_county=False, qr=LONG_QR, matter="城乡居民养老保险参保登记", example=True, copy=2)


def everything(slip: s.Slip) -> str:
    return "\n".join(str(value) for block in slip.blocks for value in vars(block).values())


def read(picture: Image.Image) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(picture.convert("L"))]


@pytest.mark.parametrize(
    ("name", "given", "width"),
    [
        ("receipt-80mm", BIRTH, 576),
        ("receipt-58mm", BIRTH, 384),
        ("receipt-kept-80mm", KEPT, 576),
        ("receipt-kept-58mm", KEPT, 384),
    ],
)
def test_a_receipt_looks_as_it_was_approved(name: str, given: object, width: int) -> None:
    assert_like_golden(render(given, WORDS, width), name)


@pytest.mark.parametrize(("name", "width"), [("notice-80mm", 576), ("notice-58mm", 384)])
def test_a_notice_looks_as_it_was_approved(name: str, width: int) -> None:
    from papers.draw import picture

    assert_like_golden(picture(notice(BIRTH_NOTICE, WORDS), width), name)


def test_the_trial_slip_looks_as_it_was_approved() -> None:
    from papers.draw import picture

    slip = trial("示例县", "山背村便民服务中心", "示例-山背-01", "2026-03-12T10:41:00+08:00", WORDS)
    assert_like_golden(picture(slip), "trial-80mm")
    assert read(picture(slip, 384)) == ["示例-山背-01"]


@pytest.mark.parametrize("width", [576, 384])
@pytest.mark.parametrize("text", [BIRTH.qr, LONG_QR])
def test_the_code_is_read_back_by_an_independent_decoder(text: str, width: int) -> None:
    assert read(render(replace(BIRTH, qr=text), WORDS, width)) == [text]


def test_the_code_is_still_read_when_the_paper_was_creased() -> None:
    picture = render(KEPT, WORDS)
    assert read(picture) == [LONG_QR]
    for y in range(900, 912):  # a white crease through the code
        for x in range(picture.width):
            picture.putpixel((x, y), 255)
    assert read(picture) == [LONG_QR]


def test_before_the_county_has_it_the_receipt_does_not_say_so() -> None:
    here, there = everything(receipt(KEPT, WORDS)), everything(receipt(BIRTH, WORDS))
    assert "已收好" in here
    assert "网络恢复后自动送达" in here
    assert "已经交上去了" not in here
    assert "已经交上去了" in there
    assert "网络恢复后自动送达" not in there


def test_a_slip_with_an_unset_clock_says_so() -> None:
    assert "没对过" in everything(receipt(replace(BIRTH, clock_sure=False), WORDS))
    assert "没对过" not in everything(receipt(BIRTH, WORDS))


def test_a_matter_that_costs_money_is_not_said_to_be_free() -> None:
    paid = everything(receipt(replace(BIRTH, fee_fen=1250), WORDS))
    assert "不要钱" not in paid
    assert "只收12.50元" in paid
    assert "不要钱" not in everything(notice(replace(BIRTH_NOTICE, fee_fen=1000), WORDS))


def test_a_notice_without_a_known_limit_names_none() -> None:
    slip = notice(replace(BIRTH_NOTICE, limit_days=None, limit_words="当场办好"), WORDS)
    assert "工作日" not in everything(slip)
    assert "当场办好" in everything(slip)


def test_every_state_of_a_material_has_its_words() -> None:
    by = ("photo", "commitment", "exempt", "generated", "later")
    text = materials(tuple(Handed("存折", one, 2) for one in by), WORDS)
    assert text == "存折2页；存折：已签承诺；存折：不用交；存折：机器做好了；存折：以后补交"


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("王秀兰", "王*兰"),
        ("王兰", "王*"),
        ("欧阳小兰", "欧**兰"),
        ("𠮷䶮兰", "𠮷*兰"),
        ("王", "王"),
        ("", ""),
    ],
)
def test_a_name_on_paper_is_masked(name: str, masked: str) -> None:
    assert mask(name) == masked


@pytest.mark.parametrize(("fen", "words"), [(0, "0"), (100, "1"), (1250, "12.50"), (5, "0.05")])
def test_money_is_written_as_people_write_it(fen: int, words: str) -> None:
    assert yuan(fen) == words


def test_a_hall_without_the_usual_ending_stands_whole() -> None:
    slip = receipt(replace(BIRTH, hall="山背镇政府大厅"), WORDS)
    assert slip.blocks[:2] == (s.Heading("示例县"), s.Heading("山背镇政府大厅"))
