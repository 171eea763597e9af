"""The engines themselves: handwriting knows characters, pinyin knows names and learns nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

from screens.input.rime import PinyinEngine
from screens.input.zinnia import Handwriting

Point = tuple[float, float]


def line(a: Point, b: Point, points: int = 12) -> list[Point]:
    """A stroke as a finger makes it: many points."""
    return [(a[0] + (b[0] - a[0]) * n / points, a[1] + (b[1] - a[1]) * n / points) for n in range(points + 1)]


def curve(a: Point, by: Point, b: Point, points: int = 14) -> list[Point]:
    """A bent stroke, towards `by`."""
    shares = [n / points for n in range(points + 1)]
    return [
        ((1 - t) ** 2 * a[0] + 2 * t * (1 - t) * by[0] + t * t * b[0],
         (1 - t) ** 2 * a[1] + 2 * t * (1 - t) * by[1] + t * t * b[1])
        for t in shares
    ]  # fmt: skip


WRITTEN = {
    "一": [line((0.1, 0.5), (0.9, 0.5))],
    "十": [line((0.1, 0.45), (0.9, 0.45)), line((0.5, 0.08), (0.5, 0.92))],
    "三": [line((0.2, 0.2), (0.8, 0.2)), line((0.25, 0.5), (0.75, 0.5)), line((0.1, 0.85), (0.9, 0.85))],
    "王": [
        line((0.2, 0.2), (0.8, 0.2)),
        line((0.2, 0.5), (0.8, 0.5)),
        line((0.5, 0.2), (0.5, 0.85)),
        line((0.1, 0.85), (0.9, 0.85)),
    ],
    "口": [
        line((0.2, 0.2), (0.22, 0.8)),
        line((0.2, 0.2), (0.8, 0.2)) + line((0.8, 0.2), (0.78, 0.8)),
        line((0.22, 0.75), (0.78, 0.75)),
    ],
    "人": [curve((0.5, 0.1), (0.45, 0.6), (0.1, 0.9)), curve((0.48, 0.4), (0.6, 0.7), (0.95, 0.9))],
    "大": [
        line((0.1, 0.33), (0.9, 0.33)),
        curve((0.5, 0.05), (0.5, 0.6), (0.1, 0.95)),
        curve((0.5, 0.35), (0.6, 0.75), (0.9, 0.95)),
    ],
}


@pytest.fixture(scope="module")
def handwriting() -> Handwriting:
    return Handwriting()


@pytest.fixture(scope="module")
def engine_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("engine")


@pytest.fixture(scope="module")
def pinyin(engine_folder: Path) -> PinyinEngine:
    return PinyinEngine(engine_folder)


@pytest.mark.parametrize("character", WRITTEN)
def test_a_plainly_written_character_is_among_the_first_ten(handwriting: Handwriting, character: str) -> None:
    assert character in handwriting.recognise(WRITTEN[character], 10)


@pytest.mark.parametrize("character", WRITTEN)
def test_it_does_not_matter_how_small_or_where_it_was_written(handwriting: Handwriting, character: str) -> None:
    small = [[(0.6 + 0.3 * x, 0.1 + 0.3 * y) for x, y in stroke] for stroke in WRITTEN[character]]
    assert handwriting.recognise(small, 10) == handwriting.recognise(WRITTEN[character], 10)


def test_the_model_is_the_whole_one(handwriting: Handwriting) -> None:
    assert handwriting.size == 6763


def test_nothing_drawn_is_nothing_found(handwriting: Handwriting) -> None:
    assert handwriting.recognise([], 10) == []
    assert handwriting.recognise([[]], 10) == []


def test_strokes_that_leave_the_pad_are_clipped_not_refused(handwriting: Handwriting) -> None:
    assert handwriting.recognise([[(-3.0, 0.5), (4.0, 0.5)]], 5)[0] == "一"


def test_a_scribble_of_thousands_of_points_is_answered(handwriting: Handwriting) -> None:
    scribble = [line((0.0, 0.0), (1.0, 1.0), 2000) for _ in range(100)]
    assert isinstance(handwriting.recognise(scribble, 10), list)


@pytest.mark.parametrize(
    ("keys", "word"),
    [("wang", "王"), ("lan", "兰"), ("xian", "西安"), ("nv", "女"), ("chenxiao", "陈晓"), ("shibeicun", "石碑")],
)
def test_pinyin_offers_the_word(pinyin: PinyinEngine, keys: str, word: str) -> None:
    assert word in pinyin.spell(keys, 120).words


def test_a_rare_character_of_a_name_can_be_had_by_pinyin(pinyin: PinyinEngine, handwriting: Handwriting) -> None:
    assert "䶮" in pinyin.spell("yan", 120).words


def test_the_output_is_simplified(pinyin: PinyinEngine) -> None:
    words = pinyin.spell("chen", 20).words
    assert "陈" in words
    assert "陳" not in words


def test_the_keys_are_cut_into_syllables(pinyin: PinyinEngine) -> None:
    assert pinyin.spell("wangxiaolan", 5).spelled == "wang xiao lan"


@pytest.mark.parametrize("keys", ["w", "xian", "xi'an", "wangxl", "wangxiaolan", "lve", "chenxiaohe", "fangangyangeng"])
def test_every_word_says_how_many_keys_it_takes(pinyin: PinyinEngine, keys: str) -> None:
    """Each one is measured by choosing it; the shortcut over equal runs must come to the same."""
    found = pinyin.spell(keys, 60)
    assert list(found.taken) == [pinyin._uses(keys, n) for n in range(len(found.words))]
    assert all(1 <= taken <= len(keys) for taken in found.taken)


def test_a_name_is_put_together_word_by_word(pinyin: PinyinEngine) -> None:
    keys, name = "wangxiaolan", ""
    for part in ("王", "小", "兰"):
        found = pinyin.spell(keys, 120)
        at = found.words.index(part)
        keys, name = keys[found.taken[at] :], name + part
    assert (name, keys) == ("王小兰", "")


@pytest.mark.parametrize("keys", ["", "123", "!?", "\n", "王", "z" * 500, "'" * 60, "'a'", "uiv"])
def test_any_keys_are_answered(pinyin: PinyinEngine, keys: str) -> None:
    found = pinyin.spell(keys, 30)
    assert len(found.words) == len(found.taken)


def test_choosing_a_word_again_and_again_changes_nothing(pinyin: PinyinEngine) -> None:
    before = pinyin.spell("lan", 60)
    for _ in range(30):
        pinyin._uses("lan", len(before.words) - 1)
    assert pinyin.spell("lan", 60) == before


def test_nothing_that_was_typed_or_chosen_is_written_down(pinyin: PinyinEngine, engine_folder: Path) -> None:
    before = {file: file.read_bytes() for file in engine_folder.rglob("*") if file.is_file()}
    for keys in ("wangxiaolan", "longyan", "shibeicun"):
        found = pinyin.spell(keys, 60)
        for index in range(0, len(found.words), 7):
            pinyin._uses(keys, index)
    after = {file: file.read_bytes() for file in engine_folder.rglob("*") if file.is_file()}
    assert before == after
    assert not [file for file in after if "userdb" in str(file) or file.suffix in (".log", ".txt")]


def test_the_worker_never_loads_the_toolkit() -> None:
    code = "import sys, screens.input.worker, screens.input.rime, screens.input.zinnia; print('kivy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
