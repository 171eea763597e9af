"""Steps with invented persons and places, one or more for every kind: for the gallery and for checks."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from matters import steps as s
from screens.services import NoServices
from screens.status import StatusView

BAND = "新生儿出生"
STATUS = StatusView(
    county="示例县",
    hall="山背村便民服务中心",
    hours="9:00–12:00，14:00–17:00",
    open_now=True,
    now=datetime(2026, 3, 12, 10, 24),  # noqa: DTZ001 - a wall clock's time, as the screen shows it
)


def at(number: int, minutes: int) -> s.Where:
    return s.Where(BAND, "newborn", s.Progress(number, 7, minutes))


DONE = s.Where(BAND, "newborn", s.Progress(7, 7, 0, done=True))

TILES = (
    s.Tile("newborn", "新生儿出生", ("户口", "医保"), "newborn"),
    s.Tile("school", "上学", ("入学", "助学"), "school"),
    s.Tile("medical", "看病医保", ("参保", "报销"), "medical"),
    s.Tile("elder", "养老社保", ("领钱", "认证"), "elder"),
    s.Tile("disabled", "残疾服务", ("办证", "补贴"), "disabled"),
    s.Tile("farm", "种地建房", ("宅基地", "补贴"), "farm"),
    s.Tile("shop", "开店做买卖", ("执照", "许可"), "shop"),
    s.Tile("farewell", "身后事", ("销户", "丧葬金"), "farewell"),
    s.Tile("more", "更多事情", (), "more", 86),
)

HOME = s.Home("home", None, False, TILES, "")
HOME_LABELLED = replace(HOME, label="示例目录，以当地公布清单为准")

MATTERS = s.MatterList(
    "list", None, True, "种地建房",
    (
        s.Tile("house", "农村建房", ("宅基地", "规划许可"), "farm"),
        s.Tile("subsidy", "耕地地力保护补贴", ("申报", "查询"), "farm"),
        s.Tile("farm-machine", "农机购置与应用补贴", ("申请", "报废更新"), "farm"),
    ),
)  # fmt: skip
MATTERS_MANY = replace(
    MATTERS, key="list2", tiles=tuple(s.Tile(f"m{i}", f"第{i}件要办的事", ("一样", "两样"), "shop") for i in range(19))
)

NOTICE = s.Notice(
    "notice", at(1, 12), True, "孩子出生的事，一次办齐", "上户口、医保、社保卡、报销，不用一家一家跑。", 0, 12, 5,
    "县里收下后办好",
    (
        s.NeedRow("id", "身份证", "爸爸妈妈谁来办，带谁的", "id", s.Need.BRING),
        s.NeedRow("book", "户口簿", "孩子跟谁落户，带谁家的", "book-2", s.Need.BRING),
        s.NeedRow("birth", "出生医学证明", "医院开的那张，要原件", "certificate", s.Need.BRING),
        s.NeedRow("marriage", "结婚证", "没带也行，签个承诺", "hearts", s.Need.OPTIONAL),
    ),
    True, "idle",
)  # fmt: skip
NOTICE_LONG = replace(
    NOTICE, key="notice-long", title="开一家小餐馆要办的许可和登记", lead="营业执照、食品小经营许可、招牌、消防，一次说清，一次交齐。",
    fee_fen=1250, limit_days=None, limit_words="当场办好", printing="printing",
    rows=(
        *NOTICE.rows,
        s.NeedRow("a", "食品经营场所平面布局图和操作流程图", "自己画的也行，写清楚哪里是厨房、哪里洗碗、哪里放菜", "map", s.Need.BRING),
        s.NeedRow("b", "从业人员健康证明", "县疾控开的，一年内有效", "report-medical", s.Need.EXEMPT),
        s.NeedRow("c", "租房合同", "自己的房子就不用", "file-text", s.Need.OPTIONAL),
    ),
)  # fmt: skip

CONSENT = s.Consent(
    "consent", at(2, 11), True, "general", ("姓名", "身份证号码", "住址", "电话", "孩子的出生情况"), "只用来替您办这几样事",
    "县公安局、医保局、人社局", "交到县里后，机器里马上清掉；县里按规定保存。",
)  # fmt: skip
CONSENT_CHILD = replace(CONSENT, key="consent-child", kind="guardian")
CONSENT_SENSITIVE = replace(CONSENT, key="consent-sensitive", kind="sensitive")

MARRIED = s.Choice(
    "q.married", at(2, 11), True, "爸爸妈妈领结婚证了吗？", "没领证也能上户口，要多一份证明。",
    (
        s.Option("yes", "领了", "带结婚证，没带也行", "hearts", chosen=True),
        s.Option("no", "还没领", "要一份亲子关系的证明", "users"),
    ),
)  # fmt: skip

DELIVERY = s.Choice(
    "delivery", at(7, 2), True, "办好了，怎么给您？", "户口页和社保卡，选一种拿法。都不要钱。",
    (
        s.Option("village", "送到村里，我来取", "到村便民服务中心拿", "building-community", chosen=True),
        s.Option("post", "寄到家里", "示例县山背村3组，邮政送", "mailbox"),
        s.Option("county", "我去县里取", "县政务中心1楼，带身份证", "building"),
    ),
    main="就这样送", remark=s.Remark("到了打这个电话：138****0000\n号码换了？点「返回」去改。", icon="phone"),
)  # fmt: skip
CHOICE_MANY = s.Choice(
    "many", at(5, 6), True, "店里卖哪些东西？", "可以多选，卖什么选什么。",
    tuple(
        s.Option(f"o{i}", name, "", "soup", chosen=i in (1, 4))
        for i, name in enumerate(("热菜", "凉菜", "面食", "米粉", "烧烤", "糕点", "自制饮料", "散装熟食", "早点", "火锅"))
    ),
    many=True,
)  # fmt: skip
CHOICE_NONE = replace(MARRIED, key="none", options=tuple(replace(o, chosen=False) for o in MARRIED.options))

ITEMS = s.Items(
    "items", at(3, 10), True, "这几样，要办哪些？",
    (
        s.Option("household", "给孩子上户口", "派出所办", chosen=True),
        s.Option("insurance", "孩子的医保", "当年看病就能报", chosen=True, parent="household"),
        s.Option("card", "孩子的社保卡", "看病、领补助都用它", chosen=True, parent="household"),
        s.Option("refund", "生孩子的医药费报销", "妈妈有医保就能报", chosen=True),
        s.Option("vaccine", "预防接种本", "卫生院多半已经发过"),
        s.Option("birth", "出生医学证明", "医院已经开好，不用再办", fixed=True, dashed=True),
    ),
    (("household", "上好户口，机器接着办这两样"),), 4,
)  # fmt: skip

SAMPLES: dict[str, tuple[s.Step, StatusView]] = {
    "01-home": (HOME, STATUS),
    "01b-home-label": (HOME_LABELLED, replace(STATUS, open_now=False, network="down")),
    "01c-list": (MATTERS, STATUS),
    "01d-list-many": (MATTERS_MANY, STATUS),
    "02-notice": (NOTICE, STATUS),
    "02b-notice-long": (NOTICE_LONG, STATUS),
    "02c-consent": (CONSENT, STATUS),
    "02d-consent-child": (CONSENT_CHILD, STATUS),
    "02e-consent-sensitive": (CONSENT_SENSITIVE, STATUS),
    "03-items": (ITEMS, STATUS),
    "03b-choice": (MARRIED, STATUS),
    "03c-choice-many": (CHOICE_MANY, STATUS),
    "03d-choice-none": (CHOICE_NONE, STATUS),
    "16-delivery-choice": (DELIVERY, STATUS),
}


class SampleServices(NoServices):
    """A preview with a paper in it, and input methods that know a few characters."""
