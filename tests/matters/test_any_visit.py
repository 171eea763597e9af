"""What holds in every visit, whatever happens in whatever order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from matters import effects, outcomes, steps
from matters.application import from_json, to_json
from matters.events import CodeHeld, Outcome, Tick
from matters.knowing import pictured
from matters.resolve import resolve
from matters.steps import ALL_STEPS
from matters.visit import Setting, Visit, advance, begin, step, wanted
from matters.visit.handing import application
from matters.visit.state import Answers
from matters.visit.state import given as answers_given
from tests.matters.drive import CARD, Drive

KEYS = (
    "main", "back", "left", "again", "add", "skip", "commit", "type", "print", "search", "more", "lookup", "ask",
    "help", "elder", "switch_input", "stop", "repeat", "here", "level:5", "level:1", "level:9", "tile:newborn",
    "tile:elder", "tile:shop", "tile:restaurant", "tile:pension", "tile:more", "tile:nowhere", "change:items",
    "change:nothing", "change:face", "behalf", "change:material:marriage_certificate", "nonsense", "",
)  # fmt: skip
TEXTS = ("", "王小兰", "13800000000", "2026-02-26", "138", "x" * 300, "43119919940712002X", "\x00\u202e", "60")
PRINTS = (
    (),
    (outcomes.PaperLine("出生医学证明", 0.99, (0.3, 0.1, 0.7, 0.15)),
     outcomes.PaperLine("新生儿姓名", 0.98, (0.1, 0.2, 0.3, 0.23)),
     outcomes.PaperLine("陈小禾", 0.97, (0.4, 0.2, 0.6, 0.23))),
    (outcomes.PaperLine("房屋租赁合同，示例省示例县山背村石桥一组七号", 0.95, (0.1, 0.1, 0.9, 0.14)),),
)  # fmt: skip
FAILURES = ("card.removed_early", "printer.paper_out", "camera.absent", "outbox.disk_full", "county.no_line")


def results(drive: Drive, effect: effects.AnyEffect, way: int) -> outcomes.Result:
    """An outcome of the right kind, or a failure; now and then one of the wrong kind."""
    if way % 4 == 3:
        return outcomes.Failed(FAILURES[way % len(FAILURES)])
    if way % 29 == 28:
        return outcomes.Done()
    match effect:
        case effects.ReadCard():
            return replace(CARD, valid_to="2020-01-01") if way % 5 == 2 else CARD
        case effects.Film() | effects.Shoot():
            drive.verdict = "capture.blurred" if way % 3 == 1 else "ok"
            return drive.picture()
        case effects.TakeFace():
            return outcomes.FaceTaken(drive.picture()) if way % 5 == 2 else drive.face()
        case effects.ReadPhoneCode():
            return outcomes.PhoneRead(CARD.name, CARD.id_number, "social")
        case effects.ReadPaper():
            return outcomes.PaperRead(PRINTS[way % len(PRINTS)], 90 * (way % 4))
        case effects.Submit():
            return outcomes.Submitted("018f0000-0000-7000-8000-000000000001", "31210047", "R1.x", "2026-03-12T10:41:00")
        case effects.PrintReceipt() | effects.PrintNotice():
            return outcomes.Printed(way % 3 != 0)
        case effects.AwaitCounty():
            return outcomes.AtCounty(effect.application)
        case effects.LookUp():
            return outcomes.CasesFound(())
        case _:
            return outcomes.Done()


def happenings(drive: Drive) -> tuple[Callable[[int], object], ...]:
    """What may happen next; each takes a number that decides the details."""

    def onward(_: int) -> object:
        return drive.onward() if not isinstance(drive.step, steps.Goodbye | steps.Home | steps.StillThere) else None

    def outcome(way: int) -> object:
        running = wanted(drive.visit)
        if not running:
            return None
        effect = running[way % len(running)]
        return drive.send(Outcome(drive.now(), effect.id, results(drive, effect, way)))

    def choose(way: int) -> object:
        now = drive.step
        options = [o.id for o in getattr(now, "options", getattr(now, "reasons", ()))]
        return drive.choose(options[way % len(options)] if options else "nothing")

    def change(way: int) -> object:
        rows = getattr(drive.step, "rows", ())
        keys = [row.key for row in rows if isinstance(row, steps.Row)]
        return drive.press(f"change:{keys[way % len(keys)]}") if keys else None

    def tile(way: int) -> object:
        tiles = getattr(drive.step, "tiles", ())
        return drive.press(f"tile:{tiles[way % len(tiles)].id}") if tiles else None

    return (
        onward, onward, onward, onward, outcome, choose, change, tile,
        lambda way: drive.press(KEYS[way % len(KEYS)]),
        lambda way: drive.type(TEXTS[way % len(TEXTS)]),
        lambda way: drive.sign(),
        lambda way: drive.wait(way % 7),
        lambda way: drive.wait(70) if way % 10 == 0 else None,
        lambda way: drive.touch(),
        lambda way: drive.send(CodeHeld(drive.now(), ("receipt", "slip", "phone")[way % 3])),
        lambda way: drive.around(
            can_read_card=way % 2 == 0, can_print=way % 3 != 0, can_film=way % 5 != 0, online=way % 7 != 0,
            printer_problem="printer.paper_out" if way % 3 == 0 else "", can_face=way % 4 != 0,
        ),
    )  # fmt: skip


def lived(tape: list[int], matter: str = "") -> Iterator[Drive]:
    """A visit after each thing that happened to it."""
    drive = Drive(Setting(reads_papers=True, can_face=True, can_scan=True, phone_codes=True))
    if matter:
        drive.start(matter)
    yield drive
    for number in tape:
        choices = happenings(drive)
        if isinstance(drive.step, steps.Working | steps.HandedIn) and number % 2:
            drive.wait(0.5)
        try:
            choices[number % len(choices)](number // len(choices))
        except AssertionError:  # the helper found no effect to answer: the person waits
            drive.wait(1)
        yield drive


TAPES = st.lists(st.integers(0, 5000), min_size=20, max_size=110)
MATTERS = st.sampled_from(["", "newborn", "pension", "restaurant", "medical_insurance", "house", "pension_check"])


def invariants(visit: Visit) -> None:
    now = step(visit)
    assert type(now) in ALL_STEPS
    running = wanted(visit)
    assert len({effect.id for effect in running}) == len(running)
    if visit.matter is not None:
        found = resolve(visit.matter, answers_given(visit))
        chosen = set(found.chosen)
        here = {state.item.id: state.item for state in found.items}
        for name in chosen:
            for parent in here[name].needs:
                assert parent not in here or not here[parent].offered or parent in chosen
        assert len({row.field.id for row in found.form}) == len(found.form)
        assert len({need.material.id for need in found.materials}) == len(found.materials)
        made = application(visit)
        assert set(made.fields) <= {row.field.id for row in found.form}
        assert set(made.situations) <= {situation.id for situation in found.situations}
        assert from_json(to_json(made)) == made
        wanted_here = any(state.chosen and pictured(state.item) for state in found.items)
        assert (made.known.level == "card+photo") == bool(made.known.face)
        assert wanted_here or not (made.known.face or made.known.card_photo)
    if any(isinstance(effect, effects.FilmFace | effects.TakeFace) for effect in running):
        assert visit.place == "face"
        assert "face" in visit.answers.agreed
        assert visit.answers.card is not None
        assert not visit.answers.helping
    if isinstance(now, steps.Goodbye):
        assert visit.answers == Answers()
        assert not visit.drafts
        assert not visit.strokes
    if isinstance(now, steps.HandedIn):
        assert visit.submitted is not None


@settings(max_examples=120, deadline=None)
@given(TAPES, MATTERS)
def test_no_order_of_events_breaks_a_visit(tape: list[int], matter: str) -> None:
    for drive in lived(tape, matter):
        invariants(drive.visit)


@settings(max_examples=60, deadline=None)
@given(TAPES, MATTERS)
def test_an_effect_id_is_given_to_one_effect_only(tape: list[int], matter: str) -> None:
    seen: dict[str, effects.AnyEffect] = {}
    for drive in lived(tape, matter):
        for effect in wanted(drive.visit):
            assert seen.setdefault(effect.id, effect) == effect


@settings(max_examples=60, deadline=None)
@given(TAPES, MATTERS)
def test_the_same_events_make_the_same_visit(tape: list[int], matter: str) -> None:
    *_, drive = lived(tape, matter)
    again = begin(drive.first.catalogue, drive.setting, drive.first.at)
    for event in drive.events:
        again = advance(again, event)
    assert again == drive.visit
    assert step(again) == step(drive.visit)


@settings(max_examples=60, deadline=None)
@given(TAPES, MATTERS, st.integers(0, 4))
def test_a_stale_outcome_changes_nothing(tape: list[int], matter: str, kind: int) -> None:
    past: set[str] = set()
    for drive in lived(tape, matter):
        past |= {effect.id for effect in wanted(drive.visit)}
    stale = sorted(past - {effect.id for effect in wanted(drive.visit)})
    result = (CARD, outcomes.Done(), outcomes.Failed("card.unreadable"), drive.picture(), outcomes.Printed(True))[kind]
    for name in [*stale[:3], "e999999"]:
        now = drive.visit.at
        assert advance(drive.visit, Outcome(now, name, result)) == advance(drive.visit, Tick(now))


@settings(max_examples=60, deadline=None)
@given(TAPES, st.sampled_from(["newborn", "restaurant", "pension"]))
def test_going_back_and_forth_loses_no_answer(tape: list[int], matter: str) -> None:
    *_, drive = lived(tape, matter)
    while isinstance(drive.step, steps.StillThere | steps.Help):
        drive.touch()
        drive.press("back")
    asking = (steps.Choice, steps.Entry, steps.Review, steps.Capture, steps.Items, steps.Commitment, steps.CardShown)
    if not isinstance(drive.step, asking) or drive.visit.before is not None:
        return
    before = drive.visit.answers
    place = drive.step.key
    drive.press("back")
    if drive.step.key == place or isinstance(drive.step, steps.Home | steps.MatterList):
        return
    kept = drive.visit.answers
    assert replace(kept, typing=before.typing) == before
