"""The tables of the handbooks that are made from the code, so that they cannot say something else than it does.

`python -m docs.tables` writes them anew between the marks `<!-- table: NAME -->` and `<!-- end: NAME -->`;
tests/test_docs.py holds the files to it.
"""

from __future__ import annotations

import dataclasses
import functools
import tomllib
import typing
from collections.abc import Callable, Iterator
from pathlib import Path

from config import locales
from config.faults import fault_cards, fault_words
from config.settings import TEXTS, Settings
from config.told import MAY_BE_TOLD
from gateway.settings import GatewaySettings

HERE = Path(__file__).parent
STAFF, VENDOR = HERE / "员工手册.md", HERE / "厂商手册.md"
KINDS = {str: "文字", bool: "true / false", int: "整数", float: "数", TEXTS: "几个文字"}
GROUPS = {
    # class of a fault's code -> the heading staff read
    "printer": "回执打印机",
    "reader": "身份证读卡器",
    "card": "身份证",
    "social_reader": "社保卡读卡器",
    "social": "社保卡",
    "camera": "高拍仪",
    "face_camera": "对着人的摄像头",
    "capture": "拍的材料",
    "county": "网络和县里",
    "outbox": "存材料的地方",
    "storage": "盘",
    "speaker": "喇叭",
    "scanner": "扫码器",
    "code": "扫的码",
    "phone": "手机码",
    "draft": "先放一放的事",
    "document_printer": "A4打印机",
    "lights": "提示灯",
    "presence": "人体感应器",
    "keypad": "数字键盘",
    "input": "写字",
    "catalogue": "目录",
    "terminal": "机器自己",
}
WHO = {"resident": "办事的人", "staff": "您", "county": "县里维护", "itself": "机器自己好"}


def keys(kind: type, trail: str = "") -> Iterator[tuple[str, str, str]]:
    """(dotted name, type, default as TOML) of every setting of a dataclass."""
    hints = typing.get_type_hints(kind)
    for field in dataclasses.fields(kind):
        if field.metadata.get("internal"):
            continue
        wanted = hints[field.name]
        if dataclasses.is_dataclass(wanted):
            yield from keys(typing.cast("type", wanted), f"{trail}{field.name}.")
            continue
        default = field.default
        text = (
            f'"{default}"'
            if isinstance(default, str)
            else str(list(default) if isinstance(default, tuple) else default)
        )
        yield trail + field.name, KINDS[wanted], text.lower() if isinstance(default, bool) else text


def meanings() -> dict[str, dict[str, str]]:
    """What each setting means, by program."""
    found: dict[str, dict[str, str]] = tomllib.loads((HERE / "settings-zh.toml").read_text("utf-8"))
    return found


def settings_table(program: str) -> str:
    said = meanings()[program]
    kind = {"terminal": Settings, "gateway": GatewaySettings}[program]
    told = MAY_BE_TOLD if program == "terminal" else frozenset()
    rows = [
        f"| `{name}` | {what} | `{default}` | {said[name]}{'；县里可改' if name in told else ''} |"
        for name, what, default in keys(kind)
    ]
    return "\n".join(["| 名字 | 写什么 | 不写就是 | 意思 |", "|---|---|---|---|", *rows])


def faults_table() -> str:
    """Every fault card, grouped: what the screen says, what staff do, who acts."""
    words = locales.load("zh")
    parts = []
    for family, title in GROUPS.items():
        rows = []
        for code, card in fault_cards().items():
            if code.partition(".")[0] == family:
                said = fault_words(code, words)
                rows.append(f"| {said.short} | {said.title} | {said.staff} | {WHO[card.who]} |")
        head = [f"### {title}", "", "| 牌子上写 | 办事的人看到 | 您做什么 | 谁来弄 |", "|---|---|---|---|"]
        parts.append("\n".join([*head, *rows]))
    return "\n\n".join(parts)


TABLES: dict[tuple[Path, str], Callable[[], str]] = {
    (VENDOR, "settings"): functools.partial(settings_table, "terminal"),
    (VENDOR, "gateway-settings"): functools.partial(settings_table, "gateway"),
    (STAFF, "faults"): faults_table,
}


def renewed(file: Path) -> str:
    """The file's text with its tables as they are now. Raises LookupError where a mark is missing."""
    text = file.read_text("utf-8")
    for (where, name), make in TABLES.items():
        if where != file:
            continue
        begin, end = f"<!-- table: {name} -->\n", f"<!-- end: {name} -->"
        if text.count(begin) != 1 or text.count(end) != 1:
            raise LookupError(f"{file.name}: wants one pair of marks for {name}")
        before, after = text.partition(begin)[0], text.partition(end)[2]
        text = f"{before}{begin}\n{make()}\n\n{end}{after}"
    return text


if __name__ == "__main__":
    for file in (STAFF, VENDOR):
        file.write_text(renewed(file), "utf-8")
