"""What the words on a photographed paper say: rules, and what a visit makes of them."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from matters import answers, effects, papertext, steps
from matters.application import from_json, to_json
from matters.catalogue import Field, Material, PaperFill
from matters.events import Outcome
from matters.outcomes import Done, Failed, PaperLine, PaperRead, Result
from matters.papertext import Note
from matters.visit import Setting, hints, wanted
from matters.visit.handing import application
from matters.visit.reading import LAST_S
from tests.matters.drive import FATHER, MOTHER, Drive, shipped

TODAY = "2026-03-12"
WHO = {"card.name": "王小兰", "card.id_number": MOTHER}
CERTIFICATE = [
    ("出生医学证明", ""), ("新生儿姓名", "陈小禾"), ("性别", "女"), ("出生时间", "2026年2月26日6时15分"),
    ("母亲姓名", "王小兰"), ("母亲证件号", MOTHER), ("父亲姓名", "陈大山"), ("父亲证件号", FATHER),
]  # fmt: skip
REGISTER = [("常住人口登记卡", ""), ("姓名", "王小兰"), ("户主或与户主关系", "户主"), ("公民身份号码", MOTHER)]
LEASE = [("房屋租赁合同", ""), ("出租人", "周守根"), ("房屋坐落", "示例县山背乡石桥村1组7号"), ("面积", "46平方米")]
BACK = [("中华人民共和国", ""), ("居民身份证", ""), ("签发机关", "示例县公安局"), ("有效期限", "2016.01.02-2036.01.02")]


def page(rows: list[tuple[str, str]], sure: float = 0.98, turn: int = 0) -> PaperRead:
    """A paper of rows: a label on the left, what stands beside it on the right."""
    lines = []
    for n, (label, value) in enumerate(rows):
        top = 0.1 + n * 0.08
        lines.append(PaperLine(label, sure, (0.1, top, 0.3, top + 0.03)))
        if value:
            lines.append(PaperLine(value, sure, (0.35, top + 0.004, 0.8, top + 0.034)))
    return PaperRead(tuple(lines), turn)


def material(matter: str, name: str) -> Material:
    return shipped().matters[matter].material(name)


def codes(found: tuple[Note, ...]) -> set[str]:
    return {note.code for note in found}


def judged(name: str, read: PaperRead, number: int = 1, matter: str = "newborn") -> tuple[Note, ...]:
    others = shipped().matters[matter].materials
    return papertext.notes(material(matter, name), number, papertext.look_at(read, others), WHO, TODAY, others)


# ---------------------------------------------------------------- which paper, whose, until when


def test_the_paper_that_was_asked_for_is_known_by_its_words_even_with_a_wrong_character() -> None:
    assert "kind" in codes(judged("birth_certificate", page(CERTIFICATE)))
    misread = [("出生医学正明", ""), *CERTIFICATE[2:]]
    assert "kind" in codes(judged("birth_certificate", page(misread)))


def test_another_paper_of_the_same_matter_is_named() -> None:
    found = judged("household_register", page(CERTIFICATE))
    assert Note("other", found[0].sure, "birth_certificate") in found
    assert found[0].sure > 0.9


def test_of_two_papers_that_share_a_word_the_one_with_more_of_its_own_is_named() -> None:
    (found,) = judged("birth_certificate", page(REGISTER))  # an identity card has a 公民身份号码 as well
    assert (found.code, found.about) == ("other", "household_register")


def test_a_paper_nobody_knows_is_only_not_the_one_asked_for() -> None:
    assert Note("other", 0.6) in judged("household_register", page(LEASE))


def test_a_page_with_hardly_a_legible_character_is_called_faint_and_never_another_paper() -> None:
    assert codes(judged("household_register", page(LEASE, sure=0.4))) == {"faint"}
    assert codes(judged("household_register", PaperRead(()))) == {"faint"}


def test_the_wrong_side_of_a_card_is_told_and_the_right_one_is_not() -> None:
    front = [("姓名", "王小兰"), ("住址", "示例省示例县山背村3组12号"), ("公民身份号码", MOTHER)]
    assert "other_side" in codes(judged("id_card", page(BACK), 1))
    assert "other_side" in codes(judged("id_card", page(front), 2))
    assert "other_side" not in codes(judged("id_card", page(front), 1)) | codes(judged("id_card", page(BACK), 2))


def test_an_expired_card_is_told_with_its_date_and_a_valid_or_lasting_one_is_not() -> None:
    old = [*BACK[:3], ("有效期限", "2004.01.02-2024.01.02")]
    lasting = [*BACK[:3], ("有效期限", "2004.01.02-长期")]
    assert Note("expired", 0.9, "2024-01-02") in judged("id_card", page(old), 2)
    assert "expired" not in codes(judged("id_card", page(BACK), 2))
    assert "expired" not in codes(judged("id_card", page(lasting), 2))


def test_whose_card_it_is_follows_from_name_or_number_and_nothing_is_said_without_either() -> None:
    def front(name: str, number: str) -> PaperRead:
        return page([("姓名", name), ("住址", "示例省示例县山背村3组12号"), ("公民身份号码", number)])

    assert "theirs" in codes(judged("id_card", front("王小兰", MOTHER)))
    assert "theirs" in codes(judged("id_card", front("王小三", MOTHER)))  # a misread name does not count against them
    assert "not_theirs" in codes(judged("id_card", front("陈大山", FATHER)))
    assert codes(judged("id_card", front("陈大山", "看不清的号码"))) & {"theirs", "not_theirs"} == set()


def test_a_number_with_a_wrong_check_digit_is_a_note_for_the_window_only() -> None:
    wrong = MOTHER[:-1] + ("1" if MOTHER[-1] != "1" else "2")
    found = judged("household_register", page([*REGISTER[:3], ("公民身份号码", wrong)]))
    assert "number_odd" in codes(found)
    assert "number_odd" not in papertext.HINTS


@given(
    st.text("出生医学证明户口簿0123456789Xx ：:", max_size=40), st.text("出生医学证明户口簿", min_size=1, max_size=8)
)
def test_a_word_is_at_most_as_alike_as_itself_and_whatever_surrounds_it_does_no_harm(text: str, word: str) -> None:
    assert 0.0 <= papertext.likeness(word, text) <= 1.0
    assert papertext.likeness(word, text + word + text) == 1.0


@given(st.text("出生医学证明户口簿", min_size=4, max_size=12), st.data())
def test_one_wrong_character_in_four_is_forgiven(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(word) - 1))
    assert papertext.likeness(word, "一二" + word[:at] + "口" + word[at + 1 :] + "三") >= 0.75


LINES = st.builds(
    PaperLine,
    st.text(max_size=30)
    | st.sampled_from(["有效期限2020.13.45-长期", "431199199604090027", "姓名王小兰", "2026年2月30日"]),
    st.floats(0, 1),
    st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1)),
)


@given(st.lists(LINES, max_size=12), st.integers(1, 3), st.sampled_from([0, 90, 180, 270]))
def test_whatever_is_read_gives_notes_with_a_sureness_and_at_most_one_word_on_its_kind(
    lines: list[PaperLine], number: int, turn: int
) -> None:
    everything = shipped().matters["newborn"].materials
    paper = papertext.look_at(PaperRead(tuple(lines), turn), everything)
    for one in everything:
        found = papertext.notes(one, number, paper, WHO, TODAY, everything)
        assert all(0.0 < note.sure <= 1.0 for note in found)
        assert len([note for note in found if note.code in ("kind", "other", "other_side", "faint")]) <= 1
        assert not any("王小兰" in note.about or "43119" in note.about for note in found)


# ---------------------------------------------------------------- values


def field(name: str, matter: str = "newborn") -> Field:
    return shipped().matters[matter].field(name)


def value(name: str, labels: tuple[str, ...], read: PaperRead, matter: str = "newborn") -> str:
    return papertext.value(PaperFill(name, labels), field(name, matter), read, TODAY, {})


def test_values_stand_beside_their_labels_or_behind_them_in_one_line() -> None:
    read = page(CERTIFICATE)
    assert value("child_name", ("新生儿姓名",), read) == "陈小禾"
    assert value("child_birth", ("出生日期", "出生时间"), read) == "2026-02-26"
    assert value("child_sex", ("性别",), read) == "2"
    assert value("father_id", ("父亲证件号",), read) == FATHER
    assert value("child_name", ("新生儿姓名",), page([("新生儿姓名：陈 小禾", "")])) == "陈小禾"


def test_what_would_be_refused_when_typed_is_not_taken_from_a_paper() -> None:
    wrong = FATHER[:-1] + ("1" if FATHER[-1] != "1" else "2")
    assert value("father_id", ("父亲证件号",), page([("父亲证件号", wrong)])) == ""
    assert value("child_birth", ("出生时间",), page([("出生时间", "2036年2月26日")])) == ""
    assert value("child_name", ("新生儿姓名",), page([("新生儿姓名", "陈小禾")], sure=0.85)) == ""


def test_a_bank_card_is_found_without_a_label_and_only_with_its_check_digit() -> None:
    assert value("bank_account", (), page([("示例银行", ""), ("6228 4804 0256 4890 018", "")])) == "6228480402564890018"
    assert value("bank_account", (), page([("6228480402564890018", "")])) == "6228480402564890018"
    assert value("bank_account", (), page([("6228480402564890019", "")])) == ""


@given(st.lists(LINES, max_size=12), st.sampled_from(["child_name", "child_sex", "child_birth", "father_id"]))
def test_whatever_is_read_a_value_is_one_that_typing_would_have_given(lines: list[PaperLine], name: str) -> None:
    found = value(name, ("姓名", "有效期限"), PaperRead(tuple(lines)))
    assert not found or not answers.problem(field(name), answers.entry_text(field(name), found), TODAY)


# ---------------------------------------------------------------- in a visit


def reads() -> Drive:
    return Drive(Setting(reads_papers=True))


def at_page(drive: Drive, name: str, read: PaperRead | None, *, keep: bool = True) -> None:
    """To the review of a page of a material, with what was read on it; None: not read yet."""
    drive.until(lambda step: isinstance(step, steps.Capture) and step.material == name)
    drive.give(effects.Film, drive.picture())
    if read is not None:
        told(drive, read)
    if keep:
        drive.press("main")


def told(drive: Drive, result: Result) -> None:
    """What came of reading the page that was taken last."""
    running = [one for one in wanted(drive.visit) if isinstance(one, effects.ReadPaper)]
    effect = next(one for one in running if one.picture == drive.visit.taken[-1])
    drive.send(Outcome(drive.now(), effect.id, result))


def waits(drive: Drive) -> bool:
    """Whether the page that was taken last waits to be read."""
    return any(
        isinstance(one, effects.ReadPaper) and one.picture == drive.visit.taken[-1] for one in wanted(drive.visit)
    )


def rows(drive: Drive) -> list[steps.Row]:
    """Every row of the check screen."""
    found: list[steps.Row] = []
    while True:
        now = drive.until(steps.Check)
        assert isinstance(now, steps.Check)
        found += now.rows
        if now.page == now.pages:
            return found
        drive.press("main")


def test_a_wrong_paper_is_told_of_and_gone_on_with_and_the_window_sees_the_note() -> None:
    drive = reads()
    drive.start("newborn")
    at_page(drive, "household_register", page(CERTIFICATE), keep=False)
    assert isinstance(drive.step, steps.Review)
    hint = drive.step.paper
    assert hint is not None
    assert (hint.code, hint.about, hint.title) == ("other_known", "出生证明", "户口簿")
    drive.press("main")
    assert isinstance(drive.step, steps.Capture)  # the next page: nothing was refused
    assert drive.step.paper == hint
    assert hint in [row.paper for row in rows(drive)]
    handed = application(drive.visit)
    given_material = next(one for one in handed.materials if one.id == "household_register")
    notes = [(note.page, note.code, note.about) for note in given_material.notes]
    assert (1, "other", "birth_certificate") in notes
    assert from_json(to_json(handed)) == handed
    assert "陈小禾" not in str([one.notes for one in handed.materials])


def test_nobody_waits_for_a_page_to_be_read_and_what_comes_later_is_said_on_the_next_screen() -> None:
    drive = reads()
    drive.start("newborn")
    at_page(drive, "household_register", None)
    before = drive.step
    assert isinstance(before, steps.Capture)
    assert before.paper is None
    told(drive, page(LEASE))
    after = drive.step
    assert isinstance(after, steps.Capture)
    assert after.paper is not None
    assert after.paper.code == "other"
    assert [hint.code for hint in hints(drive.visit)] == ["other"]


def test_a_page_that_could_not_be_read_is_not_asked_for_again_and_says_nothing() -> None:
    drive = reads()
    drive.start("newborn")
    at_page(drive, "household_register", None, keep=False)
    told(drive, Failed("reading.slow"))
    assert not waits(drive)
    assert isinstance(drive.step, steps.Review)
    assert drive.step.paper is None


def last_page_taken(drive: Drive) -> None:
    """To the handing in of a matter with its last page not read yet, all the others read."""
    drive.start("newborn")
    while not isinstance(drive.step, steps.Working):
        drive.onward()
        for one in wanted(drive.visit):
            if isinstance(one, effects.ReadPaper) and one.picture != drive.visit.taken[-1]:
                drive.send(Outcome(drive.now(), one.id, page(CERTIFICATE)))


def unread(drive: Drive) -> int:
    handed = application(drive.visit)
    return sum(note.code == "unread" for one in handed.materials for note in one.notes)


def test_handing_in_waits_a_moment_for_the_last_page_to_be_read() -> None:
    drive = reads()
    last_page_taken(drive)
    assert waits(drive)
    assert drive.wants(effects.Submit) is None
    told(drive, page(CERTIFICATE))
    assert drive.wants(effects.Submit) is not None
    assert unread(drive) == 0


def test_handing_in_waits_no_longer_than_a_moment_and_the_window_is_told_what_was_not_read() -> None:
    drive = reads()
    last_page_taken(drive)
    drive.wait(LAST_S)
    assert drive.wants(effects.Submit) is not None
    assert unread(drive) == 1


def test_a_page_taken_again_is_read_again_and_what_the_old_one_said_is_gone() -> None:
    drive = reads()
    drive.start("newborn")
    at_page(drive, "household_register", page(LEASE), keep=False)
    drive.press("again")
    assert hints(drive.visit) == ()
    drive.give(effects.Forget, Done())
    assert "房屋" not in str([paper and paper.lines for paper in drive.visit.read.values()])
    drive.give(effects.Film, drive.picture())
    assert waits(drive)


def test_without_reading_the_order_of_the_visit_is_as_ever_and_nothing_is_read() -> None:
    drive = Drive()
    drive.start("newborn")
    drive.until(lambda step: isinstance(step, steps.Capture | steps.Entry))
    assert isinstance(drive.step, steps.Entry)
    drive.until(steps.Capture)
    drive.give(effects.Film, drive.picture())
    assert drive.wants(effects.ReadPaper) is None


def test_what_a_paper_says_stands_ready_in_the_entry_and_is_an_answer_only_when_found_right() -> None:
    drive = reads()
    drive.start("newborn")
    at_page(drive, "birth_certificate", page(CERTIFICATE))
    drive.until(lambda step: step.key == "field:child_name")
    assert isinstance(drive.step, steps.Entry)
    assert (drive.step.text, drive.step.source) == ("陈小禾", "paper")
    assert "child_name" not in drive.visit.answers.fields
    drive.press("main")
    assert drive.visit.answers.fields["child_name"] == "陈小禾"
    assert application_source(drive, "child_name") == "paper"
    assert isinstance(drive.step, steps.Choice)
    assert [option.id for option in drive.step.options if option.chosen] == ["2"]
    assert drive.step.remark is not None


def application_source(drive: Drive, name: str) -> str:
    return application(drive.visit).fields[name].source


def test_a_read_answer_that_is_changed_is_the_persons_own() -> None:
    drive = reads()
    drive.start("newborn")
    at_page(drive, "birth_certificate", page(CERTIFICATE))
    drive.until(lambda step: step.key == "field:child_name")
    drive.type("陈小荷")
    assert isinstance(drive.step, steps.Entry)
    assert drive.step.source == ""
    drive.press("main")
    assert application_source(drive, "child_name") == "typed"


def test_what_was_typed_is_never_overwritten_by_what_is_read_later_but_pointed_at() -> None:
    drive = reads()
    drive.answers = {**drive.answers, "child_name": "陈小荷"}
    drive.start("newborn")
    at_page(drive, "birth_certificate", None)
    drive.until(lambda step: step.key == "field:child_name")
    drive.type("陈小荷")
    drive.press("main")
    reading = next(one for one in wanted(drive.visit) if isinstance(one, effects.ReadPaper) and one.picture == "p1")
    drive.send(Outcome(drive.now(), reading.id, page(CERTIFICATE)))
    assert drive.visit.answers.fields["child_name"] == "陈小荷"
    row = next(row for row in rows(drive) if row.key == "field:child_name")
    assert row.value == "陈小荷"
    assert row.paper is not None
    assert row.paper.code == "differs"


def test_every_answer_a_paper_fills_is_asked_for_by_a_field_of_its_matter() -> None:
    filled = [(m.id, fill.field) for m in shipped().matters.values() for one in m.materials for fill in one.fills]
    assert ("newborn", "child_name") in filled
    for matter, name in filled:
        assert shipped().matters[matter].field(name)


def test_a_material_without_words_is_never_judged() -> None:
    bare = replace(material("newborn", "birth_certificate"), read=None)
    assert papertext.notes(bare, 1, papertext.look_at(page(LEASE), ()), WHO, TODAY) == ()
