"""Resident numbers, nations, sexes and dates as cards carry them: exactly, where matters.identity takes what is typed.

GB 11643-1999 (number), GB/T 3304-1991 (nations), GB/T 2261.1 (sexes).
"""

from __future__ import annotations

from matters.identity import check_character, parse_date

LONG_TERM = "长期"

_NATIONS_IN_ORDER = (  # codes 01 to 56
    "汉 蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 高山 拉祜 水 东乡 纳西 "
    "景颇 柯尔克孜 土 达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米 塔吉克 怒 乌孜别克 俄罗斯 鄂温克 德昂 保安 "
    "裕固 京 塔塔尔 独龙 鄂伦春 赫哲 门巴 珞巴 基诺"
)
NATIONS: dict[str, str] = {
    **{f"{number:02d}": name for number, name in enumerate(_NATIONS_IN_ORDER.split(), start=1)},
    "97": "其他",
    "98": "外国血统中国籍人士",
}

SEXES = {"0": "未知", "1": "男", "2": "女", "9": "未说明"}


def is_number(text: str) -> bool:
    """Whether 18 places with a right check digit and a birth date that the calendar has."""
    head, tail = text[:17], text[17:]
    if len(head) != 17 or not (head.isascii() and head.isdecimal()) or check_character(head) != tail:
        return False
    return iso_date(text[6:14]) is not None


def iso_date(text: str) -> str | None:
    """YYYYMMDD as YYYY-MM-DD, or None for what the calendar does not have."""
    day = parse_date(text) if len(text) == 8 else None
    return day.isoformat() if day else None
