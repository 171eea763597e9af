"""Invented slips that the tests of papers and of printers share."""

from config import locales
from papers.notice import Need, Notice
from papers.receipt import Handed, Receipt, mask

WORDS = locales.load()

BIRTH = Receipt(
    county="示例县",
    hall="山背村便民服务中心",
    matter="新生儿出生",
    name=mask("王秀兰"),
    at="2026-03-12T10:41:05+08:00",
    number="31210047",
    qr="https://example.invalid/r#ABCDEFGHIJKLMNOP",
    items=("给孩子上户口", "孩子的医保", "孩子的社保卡", "生孩子的医药费报销"),
    materials=(
        Handed("户口簿", "photo", 2),
        Handed("出生医学证明", "photo", 1),
        Handed("存折", "photo", 1),
        Handed("结婚证", "commitment"),
    ),
    following=(
        "县里3个工作日内看材料，缺什么会打电话给您",
        "县里收下后，5个工作日办好",
        "办好送到村里，打电话请您取",
    ),
    at_county=True,
    phone="0000-0000000",
    terminal="示例-山背-01",
    check="7F3A-92C1",
)

# What a signed code really is like: 256 characters of base32 after the '#'.
LONG_QR = "https://example.invalid/r#" + "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" * 8

BIRTH_NOTICE = Notice(
    county="示例县",
    hall="山背村便民服务中心",
    title="孩子出生的事，一次办齐",
    lead="上户口、医保、社保卡、报销，不用一家一家跑。",
    fee_fen=0,
    minutes=12,
    limit_days=5,
    limit_words="县里收下后办好",
    needs=(
        Need("身份证", "bring", "爸爸妈妈谁来办，带谁的"),
        Need("户口簿", "bring", "孩子跟谁落户，带谁家的"),
        Need("出生医学证明", "bring", "医院开的那张，要原件"),
        Need("结婚证", "optional", "没带也行，签个承诺"),
    ),
    phone="0000-0000000",
    terminal="示例-山背-01",
    hours="9:00–12:00，14:00–17:00",
    on="2026-03-12",
    example=True,
)
