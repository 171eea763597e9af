from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st

from config import fonts
from papers import draw
from papers import slip as s
from tests.papers.pictures import assert_like_golden, differing


def test_a_face_is_asked_for_its_characters_as_an_independent_reader_finds_them() -> None:
    for file in (fonts.REGULAR, fonts.BOLD):
        has = TTFont(file, lazy=True).getBestCmap()
        for code in [*range(0x20, 0x3000, 7), *range(0x3400, 0xFFFF, 97), *range(0x20000, 0x31400, 211)]:
            assert fonts.covers(file, chr(code)) == (code in has), hex(code)


def test_rare_characters_of_names_are_drawn_by_our_own_type() -> None:
    for character in "䶮𠮷㐂囧喆":
        assert fonts.face_for(character) == fonts.REGULAR
        assert fonts.face_for(character, bold=True) == fonts.BOLD


def test_type_that_set_up_has_not_made_is_named_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(fonts, "REGULAR", tmp_path / "Regular.otf")
    with pytest.raises(FileNotFoundError, match="make setup"):
        fonts.path()


def test_rare_characters_look_right_and_unknown_ones_show_their_code_point() -> None:
    slip = s.Slip(
        "test", (s.Row("谁来办", "䶮𠮷㐂"), s.Row("没有的", "王\U0003fff0\ue863兰"), s.Text("䶮𠮷\U0003fff0"))
    )
    assert_like_golden(draw.picture(slip), "rare")


def test_no_two_rare_characters_look_the_same() -> None:
    pictures = [draw.block(s.Text(c), 576) for c in "䶮𠮷㐂吉\U0003fff0\U0003fff1□"]
    for i, one in enumerate(pictures):
        for other in pictures[i + 1 :]:
            assert differing(one, other) > 0


def test_what_has_no_picture_takes_no_place() -> None:
    assert draw.measure("王\ufe00\u200b\x07兰", 32) == draw.measure("王兰", 32)


@pytest.mark.parametrize("width", [576, 384])
def test_no_block_leaves_the_paper(width: int) -> None:
    long = "很长的名字" * 20
    blocks = (
        s.Heading(long), s.Title(long), s.Remark(long), s.Row("标签", long), s.Row(long, "值"), s.Section(long),
        s.Numbered((long,)), s.Bullets((long,)), s.Text(long), s.Needed(long, "可不带", long), s.Boxed(long),
        s.Small(long), s.Banner("已经交上去了"), s.BigCode("办件号", "3121 0047"), s.Rule(), s.Dashes(),
    )  # fmt: skip
    for block in blocks:
        picture = draw.block(block, width)
        assert picture.width == width
        for edge in (0, width - 1):  # nothing reaches the last dot: nothing was cut off there
            assert all(picture.getpixel((edge, y)) for y in range(picture.height)), block


def test_strips_are_the_picture_in_pieces() -> None:
    slip = s.Slip("test", (s.Title("回执"), s.Rule(), s.Text("一"), s.Small("二")))
    assert sum(strip.height for strip in draw.strips(slip, 576)) == draw.picture(slip).height


def test_paper_of_an_unknown_width_is_refused() -> None:
    with pytest.raises(ValueError, match="576"):
        draw.look(500)


def test_base32_after_the_address_makes_the_code_smaller_than_plain_bytes_would() -> None:
    import qrcode

    text = "https://example.invalid/r#" + "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" * 6
    plain = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0)
    plain.add_data(qrcode.util.QRData(text.encode(), mode=qrcode.util.MODE_8BIT_BYTE))
    assert len(draw.modules(text)) < len(plain.get_matrix())


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 600))
def test_every_code_has_whole_dots_and_four_modules_of_quiet(length: int) -> None:
    text = "A" * length
    count = len(draw.modules(text))
    for wanted, most in ((290, 576), (240, 384)):
        picture = draw.qr(text, wanted, most)
        side, rest = divmod(picture.width, count + 2 * draw.QUIET)
        assert rest == 0
        assert side >= draw.SMALLEST_MODULE
        assert picture.width <= most
        box = picture.convert("L").point(lambda dot: 255 - dot).getbbox()
        assert box == (4 * side, 4 * side, picture.width - 4 * side, picture.height - 4 * side)


def test_a_code_that_does_not_fit_is_refused_rather_than_blurred() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        draw.qr("A" * 3000, 290, 384)
