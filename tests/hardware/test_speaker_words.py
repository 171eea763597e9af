import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import locales
from hardware.speaker_words import runs, sounds, spell

TOKEN = re.compile(r"[a-zêü]+[1-5]|[A-Z]")


@pytest.mark.parametrize(("written", "spelt"), [
    ("2026年3月12日", "二零二六年三月十二日"),
    ("2026-03-02", "二零二六年三月二日"),
    ("10:41", "十点四十一分"), ("9:05", "九点零五分"), ("14:00", "十四点"), ("2:30", "两点三十分"),
    ("9:00–12:00，14:00–17:00", "九点到十二点，十四点到十七点"),
    ("打12345", "打幺二三四五"),
    ("办件号3121 0047", "办件号三幺二幺，零零四七"),
    ("电话0731-1234567", "电话零七三幺，幺二三四五六七"),
    ("2个，12个，2页，2月，22样", "两个，十二个，两页，二月，二十二样"),
    ("第2步", "第二步"),
    ("0元，10元，102元，1000元，1010元，2026元", "零元，十元，一百零二元，一千元，一千零一十元，二千零二十六元"),
    ("12.50元", "十二点五元"), ("3.00元", "三元"), ("￥8", "八元"), ("50%", "百分之五十"),
    ("王*兰", "王某兰"), ("没有数字", "没有数字"), ("", ""),
])  # fmt: skip
def test_figures_are_read_as_a_person_reads_them(written: str, spelt: str) -> None:
    assert spell(written) == spelt


@pytest.mark.parametrize(("text", "sound"), [
    ("您还在吗？", "nin2 hai2 zai4 ma5.\n"),
    ("银行，不行。", "yin2 hang2, bu4 xing2.\n"),
    ("女儿、绿色", "nv3 er2, lv4 se4.\n"),
    ("您得带上", "nin2 dei3 dai4 shang4.\n"),
    ("扫QR码", "sao3 Q R ma3.\n"),
    ("“收好”了（没带也行）——再来……", "shou1 hao3 le5, mei2 dai4 ye3 xing2, zai4 lai2.\n"),
    ("好。好！", "hao3.\nhao3.\n"),
    ("𠮷䶮", "ji2 yan3.\n"),
    ("王\U0003fff0兰", "wang2, lan2.\n"),
    ("…… ——", ""), ("", ""),
])  # fmt: skip
def test_every_character_has_its_sound_and_every_mark_its_pause(text: str, sound: str) -> None:
    assert sounds(text) == sound


def test_every_text_of_the_terminal_can_be_said() -> None:
    """Nothing but syllables, letters and pauses reaches the voice: it would read anything else as English."""
    words = locales.load()
    for key in words.keys():  # noqa: SIM118  # not a mapping
        text = re.sub(r"\{[^}]*\}", "3", words(key))
        left = TOKEN.sub("", sounds(text)).strip(" ,.\n")
        assert left == "", (key, left)


@pytest.mark.parametrize(("text", "said"), [
    ("Step 3 of 7 · about 10 min", [("en", "Step 3 of 7, about 10 min")]),
    ("I act for **王小兰**.", [("en", "I act for"), ("", "wang2 xiao3 lan2.\n"), ("en", ".")]),
    ("Ring 12345", [("en", "Ring 1 2 3 4 5")]),
    ("Case 3121 0047", [("en", "Case 3 1 2 1, 0 0 4 7")]),
    ("3 digits to go", [("en", "3 digits to go")]),
    ("¥8, 60 m²", [("en", "8 yuan, 60 square metres")]),
    ("Yes。No", [("en", "Yes. No")]),
    ("— · …", []), ("", []),
])  # fmt: skip
def test_another_language_is_said_in_its_own_words_and_a_chinese_name_in_chinese(
    text: str, said: list[tuple[str, str]]
) -> None:
    assert [one for one in runs(text, "en") if re.search(r"\w", one[1])] == [
        one for one in said if re.search(r"\w", one[1])
    ]


def test_every_english_text_can_be_said() -> None:
    """By its letters alone the voice knows it: no Chinese is left to it, and no text is nothing."""
    words = locales.load("en")
    texts = [words(key) for key in words.keys()] + list(words.phrases.values())  # noqa: SIM118  # not a mapping
    for text in texts:
        filled = re.sub(r"\{[^}]*\}", "3", text)
        fed = [part for voice, part in runs(filled, "en") if voice]
        assert not re.search("[\u3400-\u9fff]", "".join(fed)), text
        assert fed or not re.search("[A-Za-z]", filled), text


@given(st.text(max_size=40))
def test_no_text_breaks_another_languages_reading(text: str) -> None:
    for voice, fed in runs(text, "en"):
        assert voice in ("", "en")
        assert re.search(r"\w", fed)


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading(text: str) -> None:
    for line in sounds(text).splitlines():
        assert line.strip(" ,.")


def test_a_prompt_never_names_a_file_outside_its_folder(tmp_path: Path) -> None:
    from hardware.speaker_driver import FolderSink, VoiceSpeaker

    (tmp_path / "secret.wav").write_bytes(b"x")
    (tmp_path / "prompts").mkdir()
    speaker = VoiceSpeaker("wav://", FolderSink(tmp_path, 0), prompts=tmp_path / "prompts")
    assert speaker._recorded("好", "../secret") is None
