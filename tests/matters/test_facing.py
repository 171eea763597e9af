"""The picture of the person beside their card: asked for where a law wants them to come, with a word of its own, and by
nobody for anybody else; whoever does not want it leaves out what needs it and is told where it is done."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matters import effects, steps
from matters.application import Application, from_json, to_json
from matters.catalogue import Mode
from matters.outcomes import Failed
from matters.visit import Setting, wanted
from matters.visit.aside import packed
from matters.visit.state import Answers
from tests.matters.drive import CARD, FATHER, Drive, shipped
from tests.matters.test_helped import HELPER

CAMERAS = (effects.FilmFace, effects.TakeFace)


def before_the_camera(setting: Setting | None = None) -> Drive:
    """Card read, agreed: the person stands before the lit camera."""
    drive = Drive(setting)
    drive.to("pension_check", steps.Face)
    return drive


def taken() -> Drive:
    drive = before_the_camera()
    drive.press("main")
    drive.give(effects.TakeFace, drive.face())
    return drive


def handed(drive: Drive) -> Application:
    drive.until(steps.Working)
    submit = drive.wants(effects.Submit)
    assert submit is not None
    assert from_json(to_json(submit.application)) == submit.application
    return submit.application


def forgotten(drive: Drive) -> set[str]:
    return {effect.picture for effect in wanted(drive.visit) if isinstance(effect, effects.Forget)}


def both() -> Drive:
    """Both things chosen: the one that wants a picture, and the one that does not."""
    drive = Drive()
    drive.to("pension_check", steps.Items)
    drive.choose("moved")
    return drive


# ---------------------------------------------------------------- what is asked, and when


def test_it_is_asked_for_after_the_card_with_a_word_of_its_own_and_handed_in_apart() -> None:
    drive = Drive()
    notice = drive.start("pension_check")
    assert isinstance(notice, steps.Notice)
    assert "要照一张您的相" in notice.lead, "said before anything is asked"
    seen = []
    while not isinstance(drive.step, steps.Check):
        seen.append(drive.step.key)
        drive.onward()
    assert seen[:6] == ["notice", "consent:general", "items", "card", "shown", "consent:face"]
    assert seen[6:8] == ["face", "face"], "live, then looked at"
    known = handed(drive).known
    assert (known.level, known.name, known.id_number) == ("card+photo", CARD.name, CARD.id_number)
    assert [(page.width, page.kind) for page in (*known.face, *known.card_photo)] == [
        (1654, "image/jpeg"), (102, "image/png"),
    ]  # fmt: skip


def test_the_consent_says_who_compares_that_no_machine_does_and_until_when_it_is_kept() -> None:
    drive = Drive()
    asked = drive.to("pension_check", lambda step: step.key == "consent:face")
    assert isinstance(asked, steps.Consent)
    assert "窗口的人" in asked.purpose
    assert "没有机器认脸" in asked.purpose
    assert "办完30天，县里删掉" in asked.kept_until


def test_whoever_needs_no_picture_is_never_asked_for_one() -> None:
    for one in shipped().matters.values():
        if not one.takes_applications or any(item.in_person for item in one.items):
            continue
        drive = Drive()
        drive.start(one.id)
        while not isinstance(drive.step, steps.Check):
            assert not isinstance(drive.step, steps.Face)
            assert drive.step.key != "consent:face"
            drive.onward()
        known = handed(drive).known
        assert (known.face, known.card_photo) == ((), ())


def test_the_camera_is_lit_only_before_it_and_only_once_agreed() -> None:
    drive = Drive()
    drive.to("pension_check", lambda step: step.key == "consent:face")
    assert not any(isinstance(effect, CAMERAS) for effect in wanted(drive.visit))
    drive.press("main")
    assert drive.wants(effects.FilmFace)
    drive.press("back")
    assert not any(isinstance(effect, CAMERAS) for effect in wanted(drive.visit))


def test_the_picture_can_be_looked_at_and_taken_again_and_the_first_is_forgotten() -> None:
    drive = taken()
    first = drive.step
    assert isinstance(first, steps.Face)
    assert (first.state, first.picture) == ("taken", "p1")
    drive.press("again")
    assert drive.wants(effects.FilmFace)
    assert forgotten(drive) == {"p1", "p2"}, "the person's and the card's"
    drive.press("main")
    drive.give(effects.TakeFace, drive.face())
    drive.press("main")
    assert drive.step.key == "field:phone"


def test_it_can_be_taken_anew_from_the_check_screen_and_thinking_again_keeps_the_old_one() -> None:
    drive = taken()
    drive.until(steps.Check)
    kept = drive.visit.answers.face
    drive.press("change:face")
    drive.press("again")
    assert not forgotten(drive)
    assert isinstance(drive.press("back"), steps.Check)
    assert drive.visit.answers.face == kept
    drive.press("change:face")
    drive.press("again")
    drive.press("main")
    drive.give(effects.TakeFace, drive.face())
    assert isinstance(drive.press("main"), steps.Check)
    assert handed(drive).known.face[0].sha256 == f"{3:064x}"


# ---------------------------------------------------------------- whose face


def test_nobody_is_photographed_for_somebody_else() -> None:
    drive = Drive()
    drive.to("pension_check", steps.Card)
    drive.press("behalf")
    drive.give(effects.ReadCard, HELPER)
    shown = drive.press("main")
    assert isinstance(shown, steps.Items)
    assert (shown.options[0].reason, shown.options[0].fixed) == ("要本人来，别人替不了", True)
    assert drive.press("main").key == "items", "the other thing can still be done"
    drive.choose("moved")
    drive.press("main")
    drive.choose("child")
    drive.press("main")
    drive.give(effects.ReadCard, CARD)
    known = handed(drive).known
    assert (known.level, known.face) == ("helper", ())


def test_a_card_laid_by_a_helper_without_one_of_their_own_opens_no_camera() -> None:
    drive = Drive()
    drive.to("pension_check", steps.Card)
    drive.press("behalf")
    drive.press("type")
    for text in (FATHER, "陈大山"):
        drive.type(text)
        drive.press("main")
    shown = drive.step
    assert isinstance(shown, steps.Items)
    assert shown.options[0].fixed
    drive.choose("moved")
    drive.press("main")
    drive.choose("child")
    drive.press("main")
    drive.give(effects.ReadCard, CARD)
    assert handed_level(drive) == "card"


def test_another_card_wants_another_picture_and_another_word() -> None:
    drive = taken()
    drive.press("main")
    for _ in range(9):
        if drive.step.key == "shown":
            break
        drive.press("back")
    drive.press("again")
    drive.give(effects.ReadCard, replace(CARD, id_number=FATHER, name="陈大山"))
    assert drive.visit.answers.face is None
    assert forgotten(drive) == {"p1", "p2"}
    assert drive.press("main").key == "consent:face"


def test_a_typed_number_opens_no_camera() -> None:
    drive = Drive()
    drive.to("pension_check", steps.Items)
    drive.choose("moved")
    drive.press("main")
    drive.press("type")
    for _ in range(2):
        drive.onward()
    assert handed_level(drive) == "typed"


def handed_level(drive: Drive) -> str:
    while not isinstance(drive.step, steps.Check):
        assert not isinstance(drive.step, steps.Face)
        drive.onward()
    return handed(drive).known.level


# ---------------------------------------------------------------- not wanted, not possible


@pytest.mark.parametrize("when", ["asked", "live", "taken"])
def test_whoever_does_not_want_it_leaves_out_what_needs_it_and_is_told_where_it_is_done(when: str) -> None:
    drive = both()
    drive.until(lambda step: step.key == "consent:face" if when == "asked" else isinstance(step, steps.Face))
    if when == "taken":
        drive.press("main")
        drive.give(effects.TakeFace, drive.face())
    shown = drive.press("left")
    assert isinstance(shown, steps.Choice)
    assert "县政务中心1楼" in shown.hint
    assert [option.id for option in shown.options] == ["leave", "window"]
    assert "养老金资格认证" in shown.options[0].reason
    assert "face" not in drive.visit.answers.agreed
    assert forgotten(drive) == ({"p1", "p2"} if when == "taken" else set())
    drive.press("main")
    made = handed(drive)
    assert (made.items, made.known.level, made.known.face) == (("moved",), "card", ())
    assert {consent.kind for consent in made.consents} == {"general"}


def test_where_it_is_all_that_was_chosen_only_the_window_is_left_and_thinking_again_asks_anew() -> None:
    drive = before_the_camera()
    shown = drive.press("left")
    assert isinstance(shown, steps.Choice)
    assert [option.id for option in shown.options] == ["window"]
    assert drive.press("back").key == "consent:face"
    drive.press("left")
    assert isinstance(drive.press("main"), steps.Goodbye)
    assert drive.visit.answers == Answers()


def test_a_terminal_without_such_a_camera_says_so_at_once_and_does_the_rest() -> None:
    drive = Drive(Setting())
    notice = drive.start("pension_check")
    assert isinstance(notice, steps.Notice)
    assert "现在照不了相" in notice.lead
    assert "县政务中心1楼" in notice.lead
    shown = drive.until(steps.Items)
    assert isinstance(shown, steps.Items)
    assert (shown.options[0].fixed, shown.options[0].reason) == (True, "这里现在照不了相，到县政务中心1楼办")
    drive.choose("moved")
    assert handed(drive).items == ("moved",)


def test_where_nothing_is_left_without_the_camera_the_way_to_the_window_is_shown() -> None:
    matter = shipped().matters["pension_check"]
    alone = replace(matter, items=matter.items[:1], fields=matter.fields[1:])
    catalogue = replace(shipped(), matters={**shipped().matters, alone.id: alone})
    drive = Drive(Setting(), catalogue)
    drive.start("pension_check")
    drive.until(steps.Items)
    shown = drive.press("main")
    assert isinstance(shown, steps.Choice)
    assert [option.id for option in shown.options] == ["window"]


def test_a_camera_that_goes_in_the_middle_keeps_the_person_where_they_are_until_it_is_back() -> None:
    drive = before_the_camera()
    shown = drive.around(can_face=False)
    assert shown.key == "face"
    assert isinstance(shown, steps.Face)
    assert shown.problem == "face_camera.absent"
    assert not any(isinstance(effect, CAMERAS) for effect in wanted(drive.visit))
    assert drive.press("main").key == "face"
    shown = drive.around(can_face=True)
    assert isinstance(shown, steps.Face)
    assert shown.problem == ""
    drive.press("main")
    drive.give(effects.TakeFace, drive.face())
    drive.press("main")
    assert handed(drive).known.level == "card+photo"


def test_whoever_does_not_wait_for_a_camera_that_is_gone_goes_on_without() -> None:
    drive = both()
    drive.until(steps.Face)
    drive.around(can_face=False)
    shown = drive.press("left")
    assert isinstance(shown, steps.Choice)
    assert [option.id for option in shown.options] == ["leave", "window"]
    assert "养老金资格认证" in shown.options[0].reason
    drive.press("main")
    assert handed(drive).items == ("moved",)


def test_a_camera_that_fails_is_asked_again_after_a_while_and_one_that_went_off_only_when_somebody_asks() -> None:
    drive = before_the_camera()
    drive.give(effects.FilmFace, Failed("face_camera.stalled"))
    assert drive.wants(effects.FilmFace) is None
    drive.wait(2.0)
    assert drive.wants(effects.FilmFace)
    drive.give(effects.FilmFace, Failed("face_camera.stopped"))
    drive.wait(5.0)
    assert drive.wants(effects.FilmFace) is None, "nobody stands there: it stays dark"
    drive.press("again")
    assert drive.wants(effects.FilmFace)


def test_a_picture_too_dark_to_know_anybody_by_is_said_and_the_next_is_taken_at_once() -> None:
    drive = before_the_camera()
    drive.press("main")
    shown = drive.give(effects.TakeFace, Failed("face_camera.dark"))
    assert isinstance(shown, steps.Face)
    assert (shown.state, shown.problem) == ("live", "face_camera.dark")
    drive.press("main")
    shown = drive.give(effects.TakeFace, drive.face())
    assert isinstance(shown, steps.Face)
    assert shown.state == "taken"


def test_a_face_is_not_put_aside_it_is_taken_when_card_and_person_are_there() -> None:
    drive = taken()
    drive.press("main")
    kept = packed(drive.visit)
    answers = kept["answers"]
    assert isinstance(answers, dict)
    assert (answers["face"], answers["agreed"]) == (None, ["general"])
    assert packed(before_the_camera().visit)["place"] == "consent:face"


def test_a_picture_nobody_wants_any_more_is_forgotten_and_not_handed_in() -> None:
    drive = both()
    drive.until(steps.Check)
    drive.press("change:items")
    drive.choose("check")
    drive.until(steps.Check)
    assert forgotten(drive) == {"p1", "p2"}
    made = handed(drive)
    assert (made.items, made.known.level, made.known.face, made.known.card_photo) == (("moved",), "card", (), ())
    assert {consent.kind for consent in made.consents} == {"general"}


# ---------------------------------------------------------------- every catalogue


WAYS = st.lists(
    st.tuples(st.booleans(), st.booleans(), st.sampled_from(["record", "credential", "money"])), min_size=1, max_size=4
)


@settings(max_examples=60, deadline=None)
@given(WAYS, st.booleans(), st.sampled_from(["card", "typed"]), st.sampled_from(["agree", "asked", "live"]))
def test_whatever_is_chosen_a_picture_goes_in_exactly_where_a_law_wants_the_person(
    ways: list[tuple[bool, bool, str]], camera: bool, known: str, word: str
) -> None:
    """Items (law or none, taken here or only told about, what they give), a camera or none, card or number, and what is
    said to being photographed."""
    base = shipped().matters["pension_check"]
    items = tuple(
        replace(
            base.items[0], id=f"i{n}", title=f"第{n}样", in_person="某法" if law else "", gives=gives, usual=True,
            level="card+photo" if law else "typed" if gives == "record" else "card",
            village=Mode.AGENT if here or n == 0 else Mode.INFORM, town=Mode.AGENT if here or n == 0 else Mode.INFORM,
        )
        for n, (law, here, gives) in enumerate(ways)
    )  # fmt: skip
    one = replace(base, items=items, fields=base.fields[1:])
    drive = Drive(Setting(can_face=camera), replace(shipped(), matters={**shipped().matters, one.id: one}))
    drive.start(one.id)
    asked = False
    for _ in range(40):
        now = drive.step
        if isinstance(now, steps.Working | steps.Goodbye):
            break
        if isinstance(now, steps.Card) and known == "typed" and now.can_type:
            drive.press("type")
        elif now.key == "consent:face":
            asked = True
            drive.press("left" if word == "asked" else "main")
        elif isinstance(now, steps.Face) and word == "live":
            drive.press("left")
        elif isinstance(now, steps.Items) and not now.chosen:
            if not isinstance(drive.press("main"), steps.Choice | steps.Card):
                return  # nothing is left that may be chosen: the screen says why
        else:
            drive.onward()
    law = {item.id for item in items if item.in_person}
    if isinstance(drive.step, steps.Goodbye):
        assert not camera or word != "agree"
        return
    submit = drive.wants(effects.Submit)
    assert submit is not None
    made = submit.application
    pictured = bool(law & set(made.items))
    assert (made.known.level == "card+photo") is bool(made.known.face) is bool(made.known.card_photo) is pictured
    assert ("face" in {consent.kind for consent in made.consents}) is pictured
    assert asked or not pictured
    assert not pictured or (camera and word == "agree")
