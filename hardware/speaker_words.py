"""How a text is read aloud: numbers, dates and marks become the words a person would say.

The synthetic voice reads pinyin. What it would read wrongly (figures, times, hyphens between digits) is spelt out in
Chinese first, where it can be read and tested; then pypinyin gives each character its sound.

In another language that espeak-ng has a voice for, words are its own; a name in Chinese inside is said in Chinese.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

DIGITS = "零一二三四五六七八九"
TELEPHONE = "零幺二三四五六七八九"  # read out one by one, 1 is yāo
# Before these, 2 is 两: 两个, 两页. A number that ends in 2 keeps 二: 十二页.
COUNTED = "个页样张份次天年件本位元块周口斤米步遍代名项亩"
# Readings that the dictionary gets wrong, with their tone marks.
PHRASES = {
    "您得": "nín děi",
    "还得": "hái děi",
    "也得": "yě děi",
    "都得": "dōu děi",
    "得带": "děi dài",
    "得先": "děi xiān",
    "得有": "děi yǒu",
    "慢慢地": "màn màn de",
}
SAME_SOUND = str.maketrans({"𠮷": "吉"})  # outside the dictionary: a character that sounds the same
HAN = r"〇㐀-䶿一-鿿豈-﫿𠀀-\U0003ffff"
UNITS = {"m²": "square metres", "m³": "cubic metres"}
ENDS = "。！？!?"
PAUSES = "，、；：,;:（）()—…"


def spell(text: str) -> str:
    """The text with every figure in words. Unknown marks are dropped, what a pause is for becomes ， or 。"""
    text = re.sub(r"(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)", lambda m: f"{m[1]}年{int(m[2])}月{int(m[3])}日", text)
    text = re.sub(r"(\d{4})(?=年)", lambda m: _one_by_one(m[1], DIGITS), text)
    text = re.sub(r"(?<!\d)(\d{1,2}):(\d{2})(?!\d)", lambda m: _time(int(m[1]), int(m[2])), text)
    text = re.sub(r"(?<=[\d点分])\s*[–~～]\s*(?=[\d十一二两三四五六七八九零])", "到", text)
    text = re.sub(
        r"\d+(?:[- ]\d+)+", lambda m: "，".join(_one_by_one(p, TELEPHONE) for p in re.split("[- ]", m[0])), text
    )
    text = re.sub(r"(\d+(?:\.\d+)?)[%％]", lambda m: "百分之" + _amount(m[1], ""), text)
    text = re.sub(r"[¥￥](\d+(?:\.\d+)?)", r"\1元", text)
    text = re.sub(r"第(\d{1,4})", lambda m: "第" + _count(int(m[1])), text)
    text = re.sub(r"(\d+(?:\.\d+)?)(\D?)", lambda m: _amount(m[1], m[2]) + m[2], text)
    return re.sub(r"(?<=\w)\*+(?=\w)", "某", text)


def _one_by_one(digits: str, names: str) -> str:
    return "".join(names[int(digit)] for digit in digits)


def _time(hour: int, minute: int) -> str:
    if minute == 0:
        return _count(hour) + "点"
    return f"{'两' if hour == 2 else _count(hour)}点{'零' if minute < 10 else ''}{_count(minute)}分"


def _amount(figure: str, following: str) -> str:
    whole, _, part = figure.partition(".")
    if len(whole) > 4 or (len(whole) > 1 and whole[0] == "0"):
        return _one_by_one(whole, TELEPHONE)
    if part.rstrip("0"):
        return _count(int(whole)) + "点" + _one_by_one(part.rstrip("0"), DIGITS)
    if int(whole) == 2 and following and following in COUNTED:
        return "两"
    return _count(int(whole))


def _count(number: int) -> str:
    """0…9999 in words."""
    if number < 10:
        return DIGITS[number]
    words, gap = "", False
    for value, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // value % 10
        if digit:
            words += ("零" if gap and words else "") + DIGITS[digit] + name
            gap = False
        else:
            gap = bool(words)
    return words.removeprefix("一") if 10 <= number < 20 else words


def sounds(text: str) -> str:
    """What the voice `cmn-latn-pinyin` is fed: a sentence a line, syllables with tone numbers, neutral ones with 5.

    It joins third tones by itself (nǐ hǎo -> ní hǎo), so pypinyin must not. Latin letters are spelt. A character
    without a known sound is a short pause: nothing wrong is said.
    """
    lazy_pinyin, style = _pinyin()
    spelt = re.sub(r"[\ufe00-\ufe0f\U000e0100-\U000e01ef]", "", spell(text)).translate(SAME_SOUND)
    parts: list[str] = []
    for run in re.findall(r"[A-Za-z]+|[^A-Za-z]+", spelt):
        if run.isascii() and run.isalpha():
            parts.extend(run.upper())
            continue
        found = lazy_pinyin(run, style=style, neutral_tone_with_five=True, errors=lambda rest: list(_marks(rest)))
        parts.extend(part if part[:1].isalpha() else part[:1] for part in found)
    lines = " ".join(part for part in parts if part)
    lines = re.sub(r"(?: [,.])*( \.)(?: [,.])*", r"\1", " " + lines)
    lines = re.sub(r"( ,)+", " ,", lines)
    lines = re.sub(r" ([,.])", r"\1", lines).strip(" ,.")
    return lines.replace(". ", ".\n") + ".\n" if lines else ""


def runs(text: str, voice: str) -> Iterator[tuple[str, str]]:
    """(voice, what it is fed) of a text in another language: names in Chinese by "", the Chinese voice."""
    for run in re.findall(f"[{HAN}][{HAN}·0-9]*|[^{HAN}]+", text):
        chinese = re.match(f"[{HAN}]", run) is not None
        fed = sounds(run) if chinese else plain(run)
        if fed:
            yield "" if chinese else voice, fed


def plain(text: str) -> str:
    """Words in Latin letters as espeak-ng reads them well: long numbers digit by digit, marks as pauses. "" where there
    is nothing to say."""
    text = re.sub(r"\d{5,}|(?<!\d)\d+(?:[- ]\d{3,})+", lambda m: ", ".join(map(" ".join, re.split("[- ]", m[0]))), text)
    for sign, word in UNITS.items():
        text = text.replace(sign, word)
    text = re.sub(r"[¥￥](\d+(?:\.\d+)?)", r"\1 yuan", text)
    text = re.sub(r"(?<=\w)\*+(?=\w)", " ", text).replace("*", "")
    text = re.sub(rf"[{ENDS}]", ". ", re.sub(rf"[{PAUSES}·]", ", ", text))
    text = re.sub(r"\s+(?=[,.]|$)|(?:[,.]\s*)+(?=[,.])", "", re.sub(r"\s+", " ", text)).strip()
    return text if re.search(r"\w", text) else ""


@lru_cache(maxsize=1)
def _pinyin() -> tuple[Callable[..., list[str]], object]:
    """pypinyin with what it does not know of how people here speak. Loads 55 MB, so only where it is needed."""
    from pypinyin import Style, lazy_pinyin, load_phrases_dict

    load_phrases_dict({phrase: [[sound] for sound in sounds.split()] for phrase, sounds in PHRASES.items()})
    return lazy_pinyin, Style.TONE3


def _marks(rest: str) -> Iterator[str]:
    """Marks and blanks as the voice's pauses."""
    for character in rest:
        if character in ENDS or character == "\n":
            yield "."
        elif character in PAUSES or not (character.isspace() or character.isascii() or character in "“”‘’《》「」·"):
            yield ","
