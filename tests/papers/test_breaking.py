from hypothesis import given
from hypothesis import strategies as st

from papers.breaking import CLOSING, OPENING, wrap

TEXT = st.text(st.sampled_from("县里三个工作日内看材料，。、（）《》abc 123%￥　"), max_size=60)


def squares(text: str) -> float:
    return sum(0.5 if c < "\u0100" else 1 for c in text)


def test_a_short_text_is_one_line() -> None:
    assert wrap("县里收下后，5个工作日办好", squares, 20) == ["县里收下后，5个工作日办好"]


def test_a_line_breaks_where_the_speaker_would_pause() -> None:
    text = "县里3个工作日内看材料，缺什么会打电话给您"
    assert wrap(text, squares, 15) == ["县里3个工作日内看材料，", "缺什么会打电话给您"]


def test_a_comma_that_needs_only_half_its_square_still_fits() -> None:
    assert wrap("一二三四，五六", squares, 4.5) == ["一二三四，", "五六"]


def test_a_number_and_a_word_are_never_cut() -> None:
    lines = wrap("请在2026年拨打12345号电话ABC", squares, 5)
    assert any("2026" in line for line in lines)
    assert any("12345" in line for line in lines)
    assert any("ABC" in line for line in lines)


def test_a_word_wider_than_the_paper_is_cut_rather_than_lost() -> None:
    assert "".join(wrap("A" * 50, squares, 5)) == "A" * 50


def test_the_last_line_is_not_a_single_character() -> None:
    assert len(wrap("一二三四五六七八九十甲", squares, 10)[-1]) > 1


def test_a_line_feed_always_breaks() -> None:
    assert wrap("一\n二", squares, 10) == ["一", "二"]


@given(TEXT, st.integers(3, 30))
def test_nothing_is_lost_and_no_line_is_too_wide(text: str, width: int) -> None:
    lines = wrap(text, squares, width)
    blanks = str.maketrans("", "", " 　")
    assert "".join(lines).translate(blanks) == text.translate(blanks)
    assert all(squares(line) <= width + 0.5 for line in lines)  # half of a closing mark may stand in the margin


@given(
    st.lists(st.sampled_from(["县里", "3个", "工作日，", "材料。", "（看）", "《书》", "12345", "abc"])),
    st.integers(6, 20),
)
def test_no_mark_stands_where_it_may_not(words: list[str], width: int) -> None:
    for line in wrap("".join(words), squares, width):
        assert line[:1] not in tuple(CLOSING)
        assert line[-1:] not in tuple(OPENING)
