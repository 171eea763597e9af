"""Steps with invented persons and places, one or more for every kind: for the gallery and for checks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from matters import steps as s
from screens import attract, staff
from screens.services import Candidates, Frame, NoServices, Strokes
from screens.status import StatusView

if TYPE_CHECKING:
    from PIL.Image import Image as Drawing

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


CHECKED = s.Where("养老金认证", "face-check", s.Progress(4, 6, 3))
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
        s.Tile("subsidy", "耕地地力保护补贴", ("申报", "查询"), "seedling"),
        s.Tile("farm-machine", "农机购置与应用补贴", ("申请", "报废更新"), "truck"),
    ),
)  # fmt: skip
SHOPS = ("licence", "basket", "restaurant", "food-licence", "barber", "pharmacy", "trolley")
MATTERS_MANY = replace(
    MATTERS,
    key="list2",
    tiles=tuple(s.Tile(f"m{i}", f"第{i}件要办的事", ("一样", "两样"), SHOPS[i % len(SHOPS)]) for i in range(19)),
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
NOTICE_FLOW = replace(NOTICE, key="notice-flow", has_flow=True)
FLOW = s.Flow(
    "flow", at(1, 12), True, "孩子出生",
    (
        s.FlowLane(
            "给孩子上户口", "公安", 0, ("收下", "核对", "登记"), (), 0, "户口页", "《中华人民共和国户口登记条例》",
        ),
        s.FlowLane("孩子的医保", "医保", 1, ("收下", "核对", "登记"), ("上户口",), 0, "参保登记"),
        s.FlowLane(
            "孩子的社保卡", "人社", 5, ("收下", "核对", "制卡", "发证"), ("上户口",), 1250, "社会保障卡",
            "《中华人民共和国社会保险法》",
        ),
        s.FlowLane("生孩子的医药费报销", "医保", 20, ("村里收下", "看单据", "算钱", "打钱"), (), 0, "报销的钱"),
        s.FlowLane("预防接种本", "卫健", None, ()),
    ),
    5, "孩子的爸爸、妈妈或者监护人",
)  # fmt: skip
NOTICE_LONG = replace(
    NOTICE, has_flow=True, key="notice-long", title="开一家小餐馆要办的许可和登记",
    lead="营业执照、食品小经营许可、招牌、消防，一次说清，一次交齐。",
    fee_fen=1250, limit_days=None, limit_words="当场办好", printing="printing",
    rows=(
        *NOTICE.rows,
        s.NeedRow(
            "a", "食品经营场所平面布局图和操作流程图",
            "自己画的也行，写清楚哪里是厨房、哪里洗碗、哪里放菜", "map", s.Need.BRING,
        ),
        s.NeedRow("b", "从业人员健康证明", "县疾控开的，一年内有效", "report-medical", s.Need.EXEMPT),
        s.NeedRow("c", "租房合同", "自己的房子就不用", "file-text", s.Need.OPTIONAL),
    ),
)  # fmt: skip

CONSENT = s.Consent(
    "consent", at(2, 11), True, "general", ("姓名", "身份证号码", "住址", "电话", "孩子的出生情况"),
    "只用来替您办这几样事", "县公安局、医保局、人社局", "交到县里后，机器里马上清掉；县里按规定保存。",
)  # fmt: skip
CONSENT_CHILD = replace(CONSENT, key="consent-child", kind="guardian")
CONSENT_SENSITIVE = replace(CONSENT, key="consent-sensitive", kind="sensitive")

CONSENT_FACE = s.Consent(
    "consent-face", CHECKED, True, "face", ("您的一张相", "身份证里的相片"),
    "窗口的人拿两张相比一比，没有机器认脸", "县里办这件事的窗口，别人看不到",
    "交上去，机器里马上清掉；办完30天，县里删掉",
)  # fmt: skip
DECLINED_FACE = s.Choice(
    "declined:face", CHECKED, True, "不照相，也能办", "带身份证到县政务中心1楼，窗口的人当面看。您选一样。",
    (
        s.Option("leave", "这样不办，别的接着办", "不办养老金资格认证", "list-check", "已选", chosen=True),
        s.Option("window", "到窗口当面办", "县政务中心1楼，带身份证；填的都清掉", "building-community"),
    ),
    main="就这样",
)  # fmt: skip

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
DISHES = ("热菜", "凉菜", "面食", "米粉", "烧烤", "糕点", "自制饮料", "散装熟食", "早点", "火锅")
CHOICE_MANY = s.Choice(
    "many", at(5, 6), True, "店里卖哪些东西？", "可以多选，卖什么选什么。",
    tuple(
        s.Option(f"o{i}", name, "", "soup", chosen=i in (1, 4))
        for i, name in enumerate(DISHES)
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

ITEMS_MANY = replace(
    ITEMS, key="items2", chosen=14, ties=(("death", "户口销了，机器接着办这两样"),),
    options=(
        s.Option("death", "户口注销", "派出所办", chosen=True),
        s.Option("insurance", "医保停保", "当月就停", chosen=True, parent="death"),
        s.Option("pension", "养老待遇停发", "多领的要退", chosen=True, parent="death"),
        *(
            s.Option(f"i{number}", name, "县里办", chosen=True)
            for number, name in enumerate((
                "火化证明", "丧葬补助金", "遗属待遇", "医保卡里的钱取出来", "养老卡里的钱取出来", "住房公积金提取",
                "驾驶证注销", "低保停发", "特困供养停发", "老年补贴停发", "残疾人两项补贴停发",
            ))
        ),
    ),
)  # fmt: skip
NATIONS = (
    "汉族", "瑶族", "苗族", "侗族", "土家族", "壮族", "回族", "满族", "蒙古族", "藏族", "维吾尔族", "彝族", "布依族",
    "白族", "黎族", "傣族", "畲族", "哈萨克族", "柯尔克孜族", "乌孜别克族", "塔吉克族", "鄂温克族", "其他",
)  # fmt: skip
CHOICE_LONG = s.Choice(
    "long", at(5, 5), True, "您是哪个民族？", "照着身份证上的选。",
    tuple(s.Option(f"n{number}", name, "", chosen=number == 18) for number, name in enumerate(NATIONS)),
)  # fmt: skip

RATE = s.Rate(
    "rate", DONE, False, 4,
    tuple(
        s.Option(code, text, chosen=code in ("406", "408"))
        for code, text in (
            ("406", "填一张表就办成"), ("408", "要带什么讲得清"), ("412", "用机器自己能办"), ("409", "签承诺少交材料"),
            ("411", "跑一趟就办完"), ("413", "工作人员态度好"),
        )
    ),
)  # fmt: skip
RATE_FIRST = replace(RATE, level=0, reasons=())
RATE_BAD = replace(
    RATE, level=1,
    reasons=tuple(
        s.Option(code, text)
        for code, text in (
            ("108", "多加了条件"), ("109", "多要了材料"), ("110", "没道理地拖时间"), ("113", "跑了几个地方"),
            ("114", "跑几趟和说的不一样"), ("115", "态度差，办得慢"),
        )
    ),
)  # fmt: skip
GOODBYE = s.Goodbye("goodbye", None, False, (("id", "身份证"), ("book-2", "户口簿"), ("receipt", "回执")), "done", 15.0)
GOODBYE_STOPPED = replace(GOODBYE, take=(("id-card", "身份证"),), ending="stopped")
GOODBYE_FAULT = replace(GOODBYE, take=(), ending="fault")
STILL = s.StillThere("still", at(5, 7), False, 28, 40)
STILL_DONE = replace(STILL, where=DONE, seconds=9)
HELP = s.Help("help", at(5, 7), True, "called", "0000-0000000")
HELP_CLERK = replace(HELP, key="help2", can_join=True)
HELP_JOINED = replace(HELP, key="help3", state="joined", where=replace(at(5, 7), clerk=True))
ASK = s.Ask(
    "ask", None, True,
    (("村便民服务中心", "0000-0000000"), ("乡政务中心", "0000-0000001"), ("政务服务热线", "12345")),
)  # fmt: skip
CASES = (
    s.CaseLine("case:0", "31210047", "新生儿出生", "accepted", "2026-03-12", "by", (("month", "3"), ("day", "19"))),
    s.CaseLine("case:1", "31190012", "城乡居民养老保险参保登记", "decided_granted", "2026-03-10"),
    s.CaseLine("case:2", "31150003", "开小餐馆", "supplement_asked", "2026-03-06", "after", (("days", "10"),)),
    s.CaseLine("case:3", "31150002", "农村建房", "accepted", "2026-01-06", "late", (("month", "2"), ("day", "3"))),
    s.CaseLine("case:4", "31150001", "最低生活保障", "suspended", "2026-03-02", "suspended"),
    s.CaseLine("case:5", "31140009", "生育登记", "received", "2026-03-12", "at_once"),
    s.CaseLine("case:6", "31140008", "补贴查询", "received", "2026-03-12", "unknown"),
)
LOOKUP = s.Lookup("lookup", None, True, "found", CASES)
LOOKUP_CASE = s.Lookup(
    "lookup:case", None, True, "case",
    (
        s.CaseLine("", "c1", "给孩子上户口", "decided_granted", ""),
        s.CaseLine("", "c2", "孩子的医保", "accepted", "", "by", (("month", "3"), ("day", "16"))),
        s.CaseLine("", "c3", "孩子的社保卡", "accepted", "", "by", (("month", "3"), ("day", "19"))),
        s.CaseLine("", "c4", "生孩子的医药费报销", "supplement_asked", "", "after", (("days", "20"),)),
    ),
    case=CASES[0],
)  # fmt: skip


HE = (
    ((0.395, 0.14), (0.34, 0.2), (0.27, 0.26)), ((0.2, 0.42), (0.45, 0.38), (0.8, 0.38)),
    ((0.49, 0.24), (0.51, 0.5), (0.5, 0.86)), ((0.48, 0.4), (0.36, 0.62), (0.2, 0.76)),
    ((0.52, 0.4), (0.65, 0.6), (0.83, 0.75)),
)  # fmt: skip
NAME = s.Entry(
    "q.child_name", at(5, 7), True, s.Kind.NAME, "孩子叫什么名字？", "照着出生医学证明上的写，一次写一个字。",
    "陈小", 20, "handwriting", main="名字写好了",
)  # fmt: skip
NAME_PINYIN = replace(NAME, key="q.child_name2", input="pinyin")
NAME_LONG = replace(NAME, key="q.long", text="阿卜杜热依木·买买提艾力江")
PHONE = s.Entry(
    "q.phone", at(5, 6), True, s.Kind.PHONE, "留个手机号码", "办好了，打这个电话告诉您。", "1380000", 11, "digits"
)
PHONE_WRONG = replace(PHONE, key="q.phone2", problem="phone.too_short")
ID_NUMBER = s.Entry(
    "typed",
    at(4, 9),
    True,
    s.Kind.ID_NUMBER,
    "您的身份证号码",
    "按身份证上的号码，一位一位按。",
    "4311992001010100",
    18,
    "digits",
)
ID_WRONG = replace(ID_NUMBER, key="typed2", text="431199200101010022", problem="id.check_digit")
MONEY = s.Entry(
    "q.money", at(5, 5), True, s.Kind.MONEY, "每年交多少钱？", "最少200元，交得多领得多。", "500", 8, "digits"
)
DATE = s.Entry(
    "q.birth", at(5, 6), True, s.Kind.DATE, "孩子哪天出生的？", "照着出生医学证明上的填。", "2026-02", 10, "digits",
    earliest="2025-03-12", latest="2026-03-12",
)  # fmt: skip
DATE_MONTH = replace(DATE, key="q.birth2", text="2026")
DATE_YEAR = replace(DATE, key="q.birth3", text="19", earliest="1920-01-01")
DATE_YEARS = replace(DATE, key="q.birth4", text="")
DATE_WHEELS = replace(DATE, key="q.birth5", text="2026-02-26", input="wheels")
DATE_WHEELS_EMPTY = replace(DATE_WHEELS, key="q.birth6", text="")
ADDRESS = s.Entry(
    "q.address", at(5, 4), True, s.Kind.ADDRESS, "现在住在哪里？", "写到村、组、门牌号。", "", 70, "handwriting",
    suggestions=("示例县山背村3组", "示例县山背村5组", "示例县石背岭瑶族乡大坪塘村"), optional=True,
)  # fmt: skip
PLACES = s.PlaceList(
    "q.places", at(5, 4), True, "您现在住在哪里？", ("示例省", "示例市", "示例县", "山背乡", "山背村"),
    tuple(f"{n}组" for n in range(1, 15)), ("示例省示例县山背乡山背村3组12号",),
)  # fmt: skip
PLACES_LONG = replace(
    PLACES, key="q.places2", path=("示例省", "示例市", "示例县"),
    names=("山背乡", "石背岭瑶族乡", "城关镇", "大坪塘行政村", "政务中心小区"),
    known=(
        "湖南省永州市示例县石背岭瑶族乡大坪塘行政村第三村民小组二十七号附一号", "示例县山背村3组", "示例县山背村5组",
    ),
)  # fmt: skip
PLACES_TOP = replace(PLACES, key="q.places3", path=(), names=("示例省",), known=())
ADDRESS_LONG = replace(
    ADDRESS,
    key="q.address2",
    text="湖南省永州市示例县石背岭瑶族乡大坪塘行政村第三村民小组二十七号附一号",
    input="pinyin",
)
CREDIT = s.Entry(
    "q.credit",
    at(5, 4),
    True,
    s.Kind.TEXT,
    "营业执照上的号码",
    "一共18位，有数字也有字母。",
    "92431199MA4L",
    18,
    "latin",
)

NAME_READ = replace(NAME, key="name-read", text="陈小禾", source="paper")
DATE_READ = replace(DATE_WHEELS, key="date-read", source="paper")

CARD = s.Card("card", at(4, 9), True, "您的", "waiting")
CARD_AGAIN = replace(CARD, key="card2", state="again", problem="card.removed_early")
CARD_GONE = replace(CARD, key="card3", state="gone", problem="reader.absent")
CARD_READING = replace(CARD, key="card4", state="reading")
CARD_BEHALF = replace(CARD, key="card5", behalf="offer", social=True)
CARD_PHONE = replace(CARD, key="card7", behalf="offer", social=True, phone="offered")
CARD_PHONE_OFFLINE = replace(CARD, key="card8", behalf="offer", phone="offline")
CARD_BOTH_OFFLINE = replace(CARD_PHONE_OFFLINE, key="card12", social=True)
CARD_CHECKING = replace(CARD, key="card9", behalf="offer", state="checking")
CARD_PHONE_OVER = replace(CARD, key="card10", behalf="offer", state="again", problem="phone.expired", phone="offered")
CARD_PHONE_ONLY = replace(CARD_GONE, key="card11", behalf="offer", phone="offered")
CARD_HELPER = replace(
    CARD, key="helper:card", whose="您自己的", behalf="undo", problem="card.same_person", state="again"
)
CARD_SHOWN = s.CardShown(
    "shown", at(4, 8), True,
    (("name", "王小兰"), ("id_number", "431199********0027"), ("sex", "女"), ("address", "示例县山背村3组12号")),
)  # fmt: skip
CARD_SHOWN_LONG = replace(
    CARD_SHOWN, key="shown2", problem="card.expired",
    rows=(
        ("name", "阿卜杜热依木·买买提艾力江"), ("id_number", "431199********0027"), ("sex", "男"),
        ("address", "湖南省永州市示例县石背岭瑶族乡大坪塘行政村第三村民小组二十七号附一号"),
    ),
)  # fmt: skip

CARD_SHOWN_ABSENT = replace(CARD_SHOWN, key="shown3", whose="absent")
CARD_SHOWN_OFFER = replace(CARD_SHOWN, key="shown4", behalf="offer")
CARD_SHOWN_PHONE = replace(CARD_SHOWN, key="shown5", rows=CARD_SHOWN.rows[:2], problem="card.phone", source="phone")

STRIP = (
    s.NeedRow("id", "身份证", "", "id", s.Need.EXEMPT),
    s.NeedRow("book", "户口簿", "", "book-2", s.Need.TAKEN, 2),
    s.NeedRow("birth", "出生证明", "", "certificate", s.Need.NOW),
    s.NeedRow("marriage", "结婚证", "", "hearts", s.Need.OPTIONAL),
)
FACE = s.Face("face", CHECKED, True, "live")
FACE_DARK = replace(FACE, problem="face_camera.dark")
FACE_GONE = replace(FACE, problem="face_camera.absent")
FACE_TAKEN = replace(FACE, state="taken", picture="face")

CAPTURE = s.Capture(
    "paper:birth:1", at(6, 5), True, "birth", "孩子的出生医学证明", "医院开的那张，要原件。", 1, 1, STRIP,
    specimen="specimen-birth", good=("整张都在", "字清楚", "红章看得见"),
)  # fmt: skip
CAPTURE_MORE = replace(CAPTURE, key="paper2", title="结婚证", can_commit=True, can_skip=True, pages=2, page=2)
CAPTURE_GONE = replace(CAPTURE_MORE, key="paper3", problem="camera.absent")
REVIEW = s.Review("review", at(6, 5), True, "birth", "孩子的出生医学证明", "picture", "ok", 1, 1, True)
REVIEW_HINT = replace(
    REVIEW,
    key="review3",
    title="户口簿",
    can_add=True,
    paper=s.PaperHint("picture", "other_known", "户口簿", "出生证明"),
)
REVIEW_EXPIRED = replace(
    REVIEW, key="review4", paper=s.PaperHint("picture", "expired", "身份证", "2024-01-02"), title="身份证"
)
CAPTURE_HINT = replace(CAPTURE, key="paper4", paper=s.PaperHint("picture", "other", "户口簿"))
REVIEW_BAD = replace(REVIEW, key="review2", verdict="capture.blurred")

SIGNATURE = (
    ((0.15, 0.26), (0.3, 0.22)), ((0.165, 0.45), (0.29, 0.42)), ((0.135, 0.67), (0.22, 0.64), (0.32, 0.66)),
    ((0.225, 0.24), (0.22, 0.66)), ((0.495, 0.17), (0.5, 0.5), (0.49, 0.73), (0.455, 0.65)),
    ((0.44, 0.37), (0.42, 0.5), (0.395, 0.6)), ((0.545, 0.35), (0.58, 0.47), (0.61, 0.57)),
    ((0.73, 0.18), (0.75, 0.29)), ((0.835, 0.14), (0.8, 0.3)), ((0.7, 0.38), (0.78, 0.35), (0.86, 0.34)),
    ((0.725, 0.53), (0.83, 0.52)), ((0.67, 0.72), (0.78, 0.69), (0.9, 0.7)),
)  # fmt: skip
COMMITMENT = s.Commitment(
    "commitment", at(7, 3), True, "没带结婚证，签个承诺就能办",
    (
        "我和陈大山**是夫妻**，已经领了结婚证。",
        "我说的是真话，县里会去**民政局核对**。",
        "要是不真，办好的会**撤掉**，还会记进个人信用记录。",
    ),
    "王小兰", SIGNATURE, "不签，我回去拿结婚证",
)  # fmt: skip
COMMITMENT_EMPTY = replace(COMMITMENT, key="commitment2", strokes=(), problem="signature.empty")

CHECK = s.Check(
    "check", at(7, 1), True,
    (
        s.Row("who", "来办的人", "王小兰", "431199********0027", "card", can_change=False),
        s.Row("child", "孩子", "陈小禾", "女 · 2月26日生"),
        s.Row("household", "跟谁落户", "跟妈妈", "示例县山背村3组"),
        s.Row("items", "要办的", "4样", "户口·医保·社保卡·报销"),
        s.Row("papers", "材料", "拍好4页", "户口簿、出生证明、存折"),
        s.Row("marriage", "结婚证", "签了承诺", "不用再交"),
        s.Row("delivery", "办好了", "送到村里来取", "到了打您电话 138****0000"),
    ),
)  # fmt: skip
CHECK_LONG = replace(
    CHECK, key="check2", page=1, pages=2,
    rows=(
        s.Row("who", "来办的人", "阿卜杜热依木·买买提艾力江", "431199********0027", "card", can_change=False),
        s.Row("home", "现在住在", "湖南省永州市示例县石背岭瑶族乡大坪塘行政村第三村民小组二十七号附一号"),
        *CHECK.rows[2:],
    ),
)  # fmt: skip

CHECK_READ = replace(
    CHECK, key="check-read",
    rows=(
        CHECK.rows[0],
        s.Row("child", "孩子", "陈小禾", "", "paper"),
        s.Row("birth", "孩子生日", "2026年2月26日", "", paper=s.PaperHint("birth", "differs", "孩子生日")),
        s.Row("papers", "户口簿", "拍好2页", paper=s.PaperHint("p", "other_known", "户口簿", "出生证明")),
        *CHECK.rows[5:],
    ),
)  # fmt: skip
CHECK_HELPED = replace(
    CHECK, key="check3", by_clerk=2,
    rows=(
        s.Row("who", "替谁办", "王老根", "431199********1234", "card", can_change=False),
        s.Row("helper:relation", "来办的人", "王小兰", "儿子、女儿"),
        s.Row("field:phone", "电话", "138****0000", source="clerk"),
        s.Row("field:bank", "银行卡", "**************0001", "示例县农商行山背支行", source="clerk"),
        *CHECK.rows[4:],
    ),
)  # fmt: skip

FOLLOWING = (
    s.Next("county_looks_by", "now", (("days", "3"), ("month", "3"), ("day", "17"))),
    s.Next("decided", "later", (("days", "5"),)),
    s.Next("handed_out", "later", (("how", "送到村便民服务中心，打电话请您来取"),)),
)
KEPT = (
    s.Next("kept_here", "done"),
    s.Next("sent_by_itself", "now"),
    s.Next("decided", "later", (("days", "5"),)),
)
HANDED = s.HandedIn(
    "handed", DONE, False, "31210047", "https://example.invalid/r/1?c=MFRGG2LTMVRWW3DFEBSG6", True, "10:41", FOLLOWING,
    s.Paper.PRINTING,
)  # fmt: skip
HANDED_OFFLINE = replace(HANDED, key="handed2", at_county=False, following=KEPT)
HANDED_TROUBLE = replace(HANDED, key="handed3", paper=s.Paper.TROUBLE, problem="printer.paper_out")
HANDED_NONE = replace(HANDED, key="handed4", paper=s.Paper.NONE)
WORKING = s.Working("submitting", at(7, 1), False, "submit", 3.0)

SAY_WORDS = s.Entry(
    "say:words", None, True, s.Kind.TEXT, "您慢慢写，写几个字就行", "什么事、在哪里、什么时候。",
    "上个月在村里报的耕地补贴，到现在没有打到卡上。去问过两次，一次说网络坏了，一次说人不在。请县里帮忙看一下，是不是号码写错了，"
    "要不要再交一次材料，还是再等一等就行，请打电话告诉我家里人。",
    120, "handwriting", main="写好了",
)  # fmt: skip
SAY_CHECK = s.Check(
    "say:check", None, True,
    (s.Row("say:subject", "哪方面", "办事太慢，跑了几趟"), s.Row("say:words", "您写的", SAY_WORDS.text),
     s.Row("say:phone", "电话", "138****0000")),
)  # fmt: skip
SAY_HANDED = replace(HANDED, key="handed6", where=None, following=(s.Next("say_rings", "now"),), paper=s.Paper.PRINTED)
SEARCH = s.Search("search", None, True, "低保", TILES[4:6], "handwriting")
SEARCH_LATIN = s.Search("search3", None, True, "PENS", TILES[2:6], "latin")
SEARCH_PINYIN = s.Search("search2", None, True, "", (), "pinyin")

RESUME = s.Resume("resume", None, True, "slip")

PRINTING = replace(STATUS, printer="printing")

BOARD = staff.StaffBoard(
    "staff", None, False,
    (
        staff.StaffDevice("id_card", "good"),
        staff.StaffDevice("receipt_printer", "broken", "printer.paper_out"),
        staff.StaffDevice("camera", "good", tried="ok"),
        staff.StaffDevice("network", "broken", "county.offline", note="断了2小时"),
        staff.StaffDevice("speaker", "trying"),
        staff.StaffDevice("social_card", "absent"),
    ),
    3, 240.0, datetime(2026, 3, 12, 8, 12), "county.offline",  # noqa: DTZ001 - a wall clock's time
    hours="9:00–12:00，14:00–17:00", version="0.2.0", now=STATUS.now,
)  # fmt: skip
BOARD_FINE = replace(
    BOARD, devices=tuple(replace(one, state="good", code="", note="") for one in BOARD.devices[:5]), waiting=0,
    last_error="",
)  # fmt: skip
STICK = staff.StaffStick("stick", None, True, "ready", 3, 1, 14_800_000_000)
STICK_DONE = staff.StaffStick("stick", None, True, "done", 3, out=3, back=2, catalogue=True, may_pull=True)
PIN = staff.StaffPin("pin", None, False, "open", 4)

SAMPLES: dict[str, tuple[s.Step, StatusView]] = {
    "00-attract": (attract.attract(3, ("newborn",)), STATUS),
    "00b-attract-later": (replace(attract.attract(18, ("elder",)), key="attract2"), STATUS),
    "01-home": (HOME, STATUS),
    "01c-home-resume": (replace(HOME_LABELLED, can_resume=True), STATUS),
    "01b-home-label": (HOME_LABELLED, replace(STATUS, open_now=False, network="down")),
    "01e-home-language": (replace(HOME_LABELLED, can_resume=True), replace(STATUS, language="English")),
    "01c-list": (MATTERS, STATUS),
    "01d-list-many": (MATTERS_MANY, STATUS),
    "02-notice": (NOTICE, STATUS),
    "02b-notice-long": (NOTICE_LONG, STATUS),
    "02f-notice-flow": (NOTICE_FLOW, STATUS),
    "02g-flow": (FLOW, STATUS),
    "02c-consent": (CONSENT, STATUS),
    "02d-consent-child": (CONSENT_CHILD, STATUS),
    "02e-consent-sensitive": (CONSENT_SENSITIVE, STATUS),
    "02h-consent-face": (CONSENT_FACE, STATUS),
    "02i-declined-face": (DECLINED_FACE, STATUS),
    "03-items": (ITEMS, STATUS),
    "03b-choice": (MARRIED, STATUS),
    "03c-choice-many": (CHOICE_MANY, STATUS),
    "03d-choice-none": (CHOICE_NONE, STATUS),
    "03e-items-many": (ITEMS_MANY, STATUS),
    "03f-choice-long": (CHOICE_LONG, STATUS),
    "16-delivery-choice": (DELIVERY, STATUS),
    "11-rate": (RATE, STATUS),
    "11b-rate-first": (RATE_FIRST, STATUS),
    "11c-rate-bad": (RATE_BAD, STATUS),
    "12-idle": (STILL, STATUS),
    "12b-idle-done": (STILL_DONE, STATUS),
    "17-data-gone": (GOODBYE, STATUS),
    "17b-stopped": (GOODBYE_STOPPED, STATUS),
    "17d-aside": (replace(GOODBYE, ending="aside"), STATUS),
    "17c-fault": (GOODBYE_FAULT, STATUS),
    "18-help": (HELP, STATUS),
    "18b-help-kept": (replace(HELP, state="kept"), replace(STATUS, network="down")),
    "18c-help-clerk": (HELP_CLERK, STATUS),
    "18d-help-joined": (HELP_JOINED, STATUS),
    "18e-help-aside": (replace(HELP, can_put_aside=True), STATUS),
    "18f-help-all": (replace(HELP_CLERK, can_put_aside=True), STATUS),
    "19-trouble": (s.Trouble("trouble", at(7, 1), True, "outbox.disk_full", True), STATUS),
    "19b-code-elsewhere": (s.Trouble("code", at(5, 4), True, "code.phone_elsewhere", False, seen=True), STATUS),
    "19c-slip-elsewhere": (s.Trouble("code", None, True, "code.slip_elsewhere", False, seen=True), STATUS),
    "22-resume-slip": (RESUME, STATUS),
    "22b-resume-wrong": (replace(RESUME, problem="draft.not_opened"), STATUS),
    "22c-resume-card": (replace(RESUME, state="card"), STATUS),
    "22d-resume-card-again": (replace(RESUME, state="card", problem="card.removed_early"), STATUS),
    "20-lookup-card": (replace(LOOKUP, state="card", rows=()), STATUS),
    "20b-lookup-again": (replace(LOOKUP, state="card", rows=(), problem="card.removed_early"), STATUS),
    "20c-lookup-asking": (replace(LOOKUP, state="asking", rows=()), STATUS),
    "20d-lookup-found": (LOOKUP, STATUS),
    "20g-lookup-case": (LOOKUP_CASE, STATUS),
    "20h-lookup-many": (
        replace(
            LOOKUP_CASE, rows=tuple(replace(LOOKUP_CASE.rows[n % 4], title=f"第{n + 1}样要办的事") for n in range(11))
        ),
        STATUS,
    ),
    "20e-lookup-none": (replace(LOOKUP, state="none", rows=()), STATUS),
    "20f-lookup-no-line": (replace(LOOKUP, state="no_line", rows=()), replace(STATUS, network="down")),
    "21-ask": (ASK, STATUS),
    "21b-say-words": (SAY_WORDS, STATUS),
    "21c-say-check": (SAY_CHECK, STATUS),
    "21d-say-handed": (SAY_HANDED, STATUS),
    "04-idcard": (CARD, STATUS),
    "04b-card-again": (CARD_AGAIN, STATUS),
    "04c-card-gone": (CARD_GONE, replace(STATUS, card="trouble")),
    "04d-card-reading": (CARD_READING, STATUS),
    "04e-card-shown": (CARD_SHOWN, STATUS),
    "04f-card-shown-long": (CARD_SHOWN_LONG, STATUS),
    "04g-card-behalf": (CARD_BEHALF, STATUS),
    "04h-card-helper": (CARD_HELPER, STATUS),
    "04i-card-shown-absent": (CARD_SHOWN_ABSENT, STATUS),
    "04j-card-shown-offer": (CARD_SHOWN_OFFER, STATUS),
    "04o-phone": (CARD_PHONE, STATUS),
    "04p-phone-offline": (CARD_PHONE_OFFLINE, replace(STATUS, network="down")),
    "04u-both-offline": (CARD_BOTH_OFFLINE, replace(STATUS, network="down")),
    "04q-phone-checking": (CARD_CHECKING, STATUS),
    "04r-phone-over": (CARD_PHONE_OVER, STATUS),
    "04s-phone-only": (CARD_PHONE_ONLY, replace(STATUS, card="trouble")),
    "04t-phone-shown": (CARD_SHOWN_PHONE, STATUS),
    "04k-face": (FACE, STATUS),
    "04l-face-taken": (FACE_TAKEN, STATUS),
    "04m-face-dark": (FACE_DARK, STATUS),
    "04n-face-gone": (FACE_GONE, STATUS),
    "05-question": (NAME, STATUS),
    "05u-name-read": (NAME_READ, STATUS),
    "05v-date-read": (DATE_READ, STATUS),
    "05b-name-pinyin": (NAME_PINYIN, STATUS),
    "05c-name-long": (NAME_LONG, STATUS),
    "05d-phone": (PHONE, STATUS),
    "05e-phone-wrong": (PHONE_WRONG, STATUS),
    "05f-id": (ID_NUMBER, STATUS),
    "05g-id-wrong": (ID_WRONG, STATUS),
    "05h-money": (MONEY, STATUS),
    "05w-date-wheels": (DATE_WHEELS, STATUS),
    "05x-date-wheels-empty": (DATE_WHEELS_EMPTY, STATUS),
    "05i-date-day": (DATE, STATUS),
    "05j-date-month": (DATE_MONTH, STATUS),
    "05k-date-year": (DATE_YEAR, STATUS),
    "05l-date-years": (DATE_YEARS, STATUS),
    "05m-address": (ADDRESS, STATUS),
    "05n-address-long": (ADDRESS_LONG, STATUS),
    "05r-places": (PLACES, STATUS),
    "05s-places-long": (PLACES_LONG, STATUS),
    "05t-places-top": (PLACES_TOP, STATUS),
    "05o-credit": (CREDIT, STATUS),
    "05p-search": (SEARCH, STATUS),
    "05q-search-pinyin": (SEARCH_PINYIN, STATUS),
    "05z-search-latin": (SEARCH_LATIN, STATUS),
    "06-camera": (CAPTURE, STATUS),
    "06b-camera-more": (CAPTURE_MORE, STATUS),
    "06c-camera-gone": (CAPTURE_GONE, STATUS),
    "06d-review": (REVIEW, STATUS),
    "06f-review-hint": (REVIEW_HINT, STATUS),
    "06g-review-expired": (REVIEW_EXPIRED, STATUS),
    "06h-camera-hint": (CAPTURE_HINT, STATUS),
    "06i-camera-empty": (replace(CAPTURE, key="paper5"), STATUS),
    "06e-review-bad": (REVIEW_BAD, STATUS),
    "07-commitment": (COMMITMENT, STATUS),
    "07b-commitment-empty": (COMMITMENT_EMPTY, STATUS),
    "08-check": (CHECK, STATUS),
    "08b-check-long": (CHECK_LONG, STATUS),
    "08e-check-read": (CHECK_READ, STATUS),
    "08d-check-helped": (CHECK_HELPED, STATUS),
    "08c-working": (WORKING, STATUS),
    "09-handed-in": (HANDED, PRINTING),
    "09b-handed-none": (HANDED_NONE, replace(STATUS, printer="absent")),
    "10-handed-in-offline": (HANDED_OFFLINE, replace(PRINTING, network="down")),
    "14-fault-paper": (HANDED_TROUBLE, replace(STATUS, printer="paper")),
    "13-staff": (BOARD, replace(STATUS, printer="paper", network="down")),
    "13b-staff-fine": (BOARD_FINE, STATUS),
    "13i-staff-drafts": (replace(BOARD, drafts=4), STATUS),
    "13c-pin": (PIN, STATUS),
    "13d-pin-wrong": (replace(PIN, digits=0, problem="wrong"), STATUS),
    "13e-pin-locked": (replace(PIN, digits=0, problem="locked", seconds=240.0), STATUS),
    "13f-pin-choose": (replace(PIN, asks="choose", digits=7), STATUS),
    "13h-pin-join": (replace(PIN, asks="join"), STATUS),
    "13j-stick-wait": (replace(STICK, state="wait", sticks=0), replace(STATUS, network="down")),
    "13k-stick": (STICK, replace(STATUS, network="down")),
    "13l-stick-working": (replace(STICK, state="working", now=1, of=3), replace(STATUS, network="down")),
    "13m-stick-done": (STICK_DONE, replace(STATUS, network="down")),
    "13n-stick-full": (
        replace(STICK_DONE, out=40, left=12, back=0, refused=1, damaged=1, problem="full"),
        replace(STATUS, network="down"),
    ),
    "13g-restart": (staff.StaffAsk("ask", None, False), STATUS),
}


def samples_for(*, elder: bool, low: bool, landscape: bool) -> dict[str, tuple[s.Step, StatusView]]:
    """The samples, cut into pages as the visit cuts them for this way of showing."""
    from screens.theme import check_rows

    most = check_rows(elder=elder, low=low, landscape=landscape)
    cut: dict[str, tuple[s.Step, StatusView]] = {}
    for name, (step, status) in SAMPLES.items():
        if isinstance(step, s.Check):
            step = replace(step, rows=step.rows[:most], pages=max(step.pages, -(-len(step.rows) // most)))
        cut[name] = (step, status)
    return cut


class SampleServices(NoServices):
    """A preview with a paper in it, and input methods that know a few characters."""

    def __init__(self, *, bare: bool = False) -> None:
        self._frame = _paper()
        self.bare = bare  # nothing lies on the desk

    def frame(self) -> Frame | None:
        return replace(self._frame, number=0, rgb=BARE, corners=None, remark="empty") if self.bare else self._frame

    def face(self) -> Frame | None:
        from PIL.Image import Transpose

        image = _somebody().transpose(Transpose.FLIP_LEFT_RIGHT)  # as in a mirror
        return Frame(1, image.width, image.height, image.tobytes(), None, "ok")

    def picture(self, handle: str) -> bytes:
        import io

        from PIL import Image

        frame = self._frame
        image = Image.frombytes("RGB", (frame.width, frame.height), bytes(frame.rgb)).crop((170, 20, 470, 430))
        out = io.BytesIO()
        (_somebody() if handle == "face" else image).save(out, "JPEG")
        return out.getvalue()

    async def recognise(self, strokes: Strokes) -> Sequence[str]:
        return tuple("禾木未末本米")

    async def pinyin(self, keys: str) -> Candidates:
        return Candidates("he", tuple("和河合何禾"), (2, 2, 2, 2, 2))


BARE = b"\x3c\x44\x4d" * (640 * 454)
EMPTY_DESK = ("06i-camera-empty",)  # samples that are shown so


def _somebody() -> Drawing:
    """An invented person before a wall, 640 x 480, as others see them."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (640, 480), "#D0CEC6")
    draw = ImageDraw.Draw(image)
    draw.rectangle((470, 90, 600, 480), fill="#BAAA96")
    draw.ellipse((130, 360, 510, 700), fill="#3A587A")
    draw.rectangle((285, 300, 355, 390), fill="#CEA486")
    draw.ellipse((225, 90, 415, 330), fill="#302A2C")
    draw.ellipse((238, 120, 402, 345), fill="#E2BC9E")
    draw.pieslice((232, 96, 408, 260), 180, 360, fill="#302A2C")
    for x in (285, 355):
        draw.ellipse((x - 10, 222, x + 10, 236), fill="#463E3E")
        draw.rectangle((x - 17, 203, x + 17, 208), fill="#302A2C")
    draw.arc((290, 262, 350, 308), 25, 155, fill="#8A4A3E", width=5)
    draw.ellipse((268, 268, 276, 276), fill="#463E3E")
    return image


def _paper() -> Frame:
    """A pale sheet with grey lines on a dark desk, 640 x 454, a little askew."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (640, 454), "#3C444D")
    draw = ImageDraw.Draw(image)
    corners = [(173, 48), (465, 30), (487, 400), (192, 418)]
    draw.polygon(corners, fill="#FBFAF5")
    for row in range(8):
        draw.line([(215, 120 + 32 * row), (440, 107 + 32 * row)], fill="#9A9A94", width=3)
    draw.ellipse([385, 300, 445, 360], outline="#A33A3A", width=3)
    placed = tuple((x / 640, y / 454) for x, y in corners)
    return Frame(1, 640, 454, image.tobytes(), (placed[0], placed[1], placed[2], placed[3]), "steady")
