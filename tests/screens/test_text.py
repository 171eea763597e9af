"""How text is broken, emphasised and drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from screens.app import ScreenApp


@pytest.fixture
def lines(window: ScreenApp):  # type: ignore[no-untyped-def]
    """`lines(text, width)`: the lines a text is broken into, type of 40 px."""
    from screens.text import lay

    def broken(text: str, width: int) -> list[str]:
        return ["".join(run.text for run in line) for line in lay(text, 40, False, width, 1.4).lines]

    return broken


def test_a_line_ends_where_a_reader_takes_breath(lines) -> None:  # type: ignore[no-untyped-def]
    assert lines("请把您的身份证，平放在亮灯的台面上", 500) == ["请把您的身份证，", "平放在亮灯的台面上"]


def test_no_line_begins_with_a_mark(lines) -> None:  # type: ignore[no-untyped-def]
    for width in range(120, 700, 40):
        for line in lines("要是不真，办好的会撤掉，还会记进「个人信用记录」。", width):
            assert line[0] not in "，。」"
            assert line[-1] not in "「"


def test_no_character_is_left_over(lines) -> None:  # type: ignore[no-untyped-def]
    for width in range(160, 700, 20):
        found = lines("爸爸妈妈领结婚证了吗？请照着出生医学证明写", width)
        assert len(found) == 1 or len(found[-1]) > 1, (width, found)


@pytest.mark.parametrize(("text", "width", "said"), [
    ("请定一个工作人员密码", 260, ["请定一个", "工作人员密码"]),
    ("请叫工作人员，或者先办别的。", 360, ["请叫工作人员，", "或者先办别的。"]),
    ("爸爸妈妈领结婚证了吗？", 300, ["爸爸妈妈领", "结婚证了吗？"]),
    ("开一家小餐馆要办的许可和登记", 440, ["开一家小餐馆要办的", "许可和登记"]),
])  # fmt: skip
def test_a_word_stays_whole_where_as_few_lines_do(lines, text: str, width: int, said: list[str]) -> None:  # type: ignore[no-untyped-def]
    assert lines(text, width) == said


def test_no_line_more_for_a_word_that_stays_whole(lines) -> None:  # type: ignore[no-untyped-def]
    assert lines("工作人员", 100) == ["工作", "人员"]
    assert lines("身份证号码", 130) == ["身份证", "号码"]


def test_a_number_is_never_broken(lines) -> None:  # type: ignore[no-untyped-def]
    for width in range(400, 700, 20):
        assert any("138****0000" in line for line in lines("到了打这个电话：138****0000，换了点返回", width))


def test_a_number_keeps_what_it_counts(lines) -> None:  # type: ignore[no-untyped-def]
    for width in range(200, 700, 20):
        for line in lines("身份证好像过期了，上面写到2024年1月2日。还要3页，共12元", width):
            assert line[0] not in "年月日页元", (width, line)


def test_a_word_wider_than_the_line_is_broken_rather_than_cut(lines) -> None:  # type: ignore[no-untyped-def]
    found = lines("92431199MA4L00000X92431199MA4L", 200)
    assert "".join(found) == "92431199MA4L00000X92431199MA4L"
    assert len(found) > 1


def test_nothing_is_lost_in_breaking(lines) -> None:  # type: ignore[no-untyped-def]
    text = "湖南省永州市示例县石背岭瑶族乡大坪塘行政村第三村民小组二十七号附一号"
    for width in range(80, 1500, 60):
        assert "".join(lines(text, width)) == text


def test_emphasis_is_bold_and_the_stars_of_a_masked_number_stay(window: ScreenApp) -> None:
    from screens.text import lay, plain

    (line,) = lay("我和他**是夫妻**，138****0000", 40, False, 0, 1.4).lines
    assert [run.text for run in line if run.bold] == ["是夫妻"]
    assert plain("**是**138****0000") == "是138****0000"


def test_a_rare_character_is_drawn_by_whichever_face_has_it(window: ScreenApp, monkeypatch: pytest.MonkeyPatch) -> None:
    from config import fonts
    from screens import text

    spare = fonts.path(bold=False)
    asked: list[str] = []

    def face_for(character: str, bold: bool = False):  # type: ignore[no-untyped-def]
        asked.append(character)
        return spare

    monkeypatch.setattr(text.fonts, "face_for", face_for)
    text._rare_face.cache_clear()
    text.lay.cache_clear()
    runs = text.lay("王𠀀小", 40, True, 0, 1.4).lines[0]
    assert asked == ["𠀀"]
    assert [run.text for run in runs] == ["王", "𠀀", "小"]
    text._rare_face.cache_clear()
    text.lay.cache_clear()


def test_an_example_is_never_broken_inside(lines) -> None:  # type: ignore[no-untyped-def]
    from screens.text import plain, whole

    text = f"{whole('宅基地')} · {whole('丧葬补助金')}"
    for width in range(210, 500, 10):
        for line in lines(text, width):
            assert line.strip(" ·") in ("宅基地", "丧葬补助金", "宅基地 · 丧葬补助金")
    assert plain(text) == "宅基地 · 丧葬补助金"
