"""Printed forms with every word's truth: rendered from a seed, and photographed (warped, lit, blurred, noisy)."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from config import fonts
from matters.identity import check_character

Image = NDArray[np.uint8]

PX_PER_MM = 200 / 25.4
A4_MM = (210.0, 297.0)
LABELS = (
    "姓名", "性别", "民族", "出生日期", "公民身份号码", "户籍地址", "现住址", "联系电话", "文化程度",
    "婚姻状况", "户主姓名", "与户主关系", "开户银行", "银行账号", "申请事项", "申请日期", "村民小组", "家庭人口",
    "耕地面积", "监护人", "工作单位", "备注",
)  # fmt: skip
TITLES = (
    "居民基本养老保险参保登记表",
    "农村宅基地和建房申请表",
    "新生儿出生登记表",
    "个体工商户登记申请书",
    "残疾人补贴申请表",
)
# Characters as forms have them: names, places, kin, money, farms, shops.
COMMON = (
    "王李张刘陈杨黄赵周吴徐孙马朱胡郭何林高罗郑梁谢宋唐许邓冯韩曹彭曾萧田董潘袁蔡蒋余于杜叶程魏苏吕丁沈任"
    "姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷龙黎史陶贺毛郝顾龚邵万覃武钱华国建志强"
    "丽敏静秀英兰芳玉桂春秋月红梅香省市县乡镇村组号路街巷栋单元室山水河湖田地林果茶牛羊鸡鸭粮油店房屋平方"
    "米元年月日户口簿证明同意申请办理登记变更注销补助"
)


@dataclass(frozen=True)
class Word:
    """One piece of print: its text and its box, px of the page: left, top, right, bottom."""

    text: str
    box: tuple[float, float, float, float]


@dataclass(frozen=True)
class Form:
    """A page, RGB, and what is printed on it."""

    page: Pillow.Image
    words: tuple[Word, ...]


def form(seed: int) -> Form:
    """An A4 form at 200 dots per inch, print 3.5 to 5 mm high, as offices have it."""
    dice = random.Random(f"form {seed}")
    width, height = (round(side * PX_PER_MM) for side in A4_MM)
    page = Pillow.new("RGB", (width, height), dice.choice(("#ffffff", "#fbfaf4", "#f6f7fb")))
    pen = ImageDraw.Draw(page)
    words: list[Word] = []

    def write(x: float, y: float, text: str, mm: float, bold: bool = False, anchor: str = "lm") -> None:
        face = ImageFont.truetype(str(fonts.path(bold)), round(mm * PX_PER_MM))
        at = (x * PX_PER_MM, y * PX_PER_MM)
        pen.text(at, text, "#202428", face, anchor=anchor)
        box = pen.textbbox(at, text, face, anchor=anchor)
        words.append(Word(text, (float(box[0]), float(box[1]), float(box[2]), float(box[3]))))

    write(105, 24, dice.choice(TITLES), 7.5, bold=True, anchor="mm")
    labels = dice.sample(LABELS, 16)
    size = dice.uniform(3.5, 5.0)
    for row, label in enumerate(labels):
        y = 46 + row * 14.5
        pen.rectangle(
            [18 * PX_PER_MM, (y - 7.25) * PX_PER_MM, 192 * PX_PER_MM, (y + 7.25) * PX_PER_MM], None, "#50555c", 2
        )
        write(21, y, label, size)
        write(66, y, _value(label, dice), size)
    pen.line([60 * PX_PER_MM, 38.75 * PX_PER_MM, 60 * PX_PER_MM, 270.75 * PX_PER_MM], "#50555c", 2)
    return Form(page, tuple(words))


def _value(label: str, dice: random.Random) -> str:
    def some(count: int) -> str:
        return "".join(dice.choices(COMMON, k=count))

    day = f"{dice.randint(1940, 2025)}年{dice.randint(1, 12)}月{dice.randint(1, 28)}日"
    if "号码" in label:
        born = f"{dice.randint(1940, 2025)}{dice.randint(1, 12):02d}{dice.randint(1, 28):02d}"
        head = f"431199{born}{dice.randint(0, 999):03d}"
        return head + check_character(head)
    if "日期" in label:
        return day
    if "电话" in label:
        return f"1{dice.randint(30, 99)}{dice.randint(0, 99_999_999):08d}"
    if "账号" in label:
        return f"62{dice.randint(0, 10**17 - 1):017d}"
    if label == "性别":
        return dice.choice("男女")
    if "地址" in label or "住址" in label:
        return f"示例省示例县{some(2)}乡{some(2)}村{dice.randint(1, 20)}组{dice.randint(1, 99)}号"
    if "面积" in label or "人口" in label:
        return f"{dice.randint(1, 400)}"
    return some(dice.randint(2, 3) if "姓名" in label or "监护" in label else dice.randint(3, 12))


@dataclass(frozen=True)
class Wrongs:
    """How a photograph is spoiled: blur and motion in px of the photograph, noise in grey levels, light 0..1 of the
    brightest corner, brightness of all."""

    blur: float = 0.7
    motion: int = 0
    noise: float = 6.0
    shade: float = 0.75
    bright: float = 0.9


def photograph(page: Pillow.Image, seed: int, wrongs: Wrongs, longest: int = 3264) -> Image:
    """The page on a table under a camera of 8 megapixels, crooked, in perspective. BGR."""
    dice = np.random.default_rng(seed)
    tall, wide = longest, longest * 3 // 4
    source = cv2.cvtColor(np.asarray(page), cv2.COLOR_RGB2BGR)
    height, width = source.shape[:2]
    rim = np.array([[0.09, 0.07], [0.91, 0.07], [0.91, 0.93], [0.09, 0.93]]) + dice.uniform(-0.045, 0.045, (4, 2))
    corners = (rim * [wide, tall]).astype(np.float32)
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    warp = cv2.getPerspectiveTransform(flat, corners)
    table = cv2.GaussianBlur(dice.normal(0, 14, (tall // 8, wide // 8)).astype(np.float32), (0, 0), 1, sigmaY=24)
    ground = np.asarray(dice.uniform((40, 60, 90), (90, 110, 150)), np.float32)
    picture: Any = cv2.resize(table, (wide, tall))[..., None] * 2.0 + ground
    cv2.warpPerspective(source.astype(np.float32), warp, (wide, tall), picture, cv2.INTER_AREA, cv2.BORDER_TRANSPARENT)
    x, y = np.meshgrid(np.linspace(0, 1, wide, dtype=np.float32), np.linspace(0, 1, tall, dtype=np.float32))
    angle = dice.uniform(0, 6.28)
    slope = (x - 0.5) * np.cos(angle) + (y - 0.5) * np.sin(angle)
    picture *= ((0.5 + slope / 1.42) * (1 - wrongs.shade) + wrongs.shade)[..., None] * wrongs.bright
    if wrongs.blur:
        picture = cv2.GaussianBlur(picture, (0, 0), wrongs.blur)
    if wrongs.motion:
        kernel = np.zeros((wrongs.motion, wrongs.motion), np.float32)
        kernel[wrongs.motion // 2] = 1.0 / wrongs.motion
        picture = cv2.filter2D(picture, -1, kernel)
    picture += dice.standard_normal(picture.shape, np.float32) * np.float32(wrongs.noise)
    sharp = np.clip(picture, 0, 255).astype(np.uint8)
    return np.asarray(cv2.imdecode(cv2.imencode(".jpg", sharp, [cv2.IMWRITE_JPEG_QUALITY, 88])[1], 1), np.uint8)


def spoiled(seed: int) -> Wrongs:
    """A photograph somebody might take: most a little bad in one way, some in a way that nobody can read."""
    dice = random.Random(f"spoiled {seed}")
    how = dice.choice(("blur", "motion", "noise", "dark", "fine"))
    return Wrongs(
        blur=dice.uniform(1.0, 7.0) if how == "blur" else 0.7,
        motion=dice.randrange(3, 24, 2) if how == "motion" else 0,
        noise=dice.uniform(8, 34) if how == "noise" else 5.0,
        shade=dice.uniform(0.35, 0.9),
        bright=dice.uniform(0.25, 0.6) if how == "dark" else 0.92,
    )
