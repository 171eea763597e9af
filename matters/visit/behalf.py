"""The helper's places and keys, and a clerk who fills in with the person: what each key does, what each place shows."""

from __future__ import annotations

from dataclasses import replace

from matters import identity, steps
from matters.outcomes import CardRead
from matters.spoken import RELATIONS
from matters.steps import Option, Where
from matters.visit import clock, flow
from matters.visit.helping import MANDATE, clauses, same
from matters.visit.signing import is_signature
from matters.visit.state import Visit, answer, drop, helper, person, put, without_face
from matters.visit.words import say

OWN_HAND = ("consent", "face", "commitment", "mandate", "check")  # a clerk does none of these for anybody
FILLED = ("situation", "items", "typed", "field", "paper", "delivery")  # places whose answer a clerk may give


def begin(visit: Visit) -> Visit:
    """For somebody else. A card that was just read is the helper's own; nobody is photographed for somebody else."""
    visit = without_face(visit)
    answers = visit.answers
    helping = answer(
        visit,
        helping=True,
        helper_card=answers.helper_card or answers.card,
        card=None,
        passed=answers.passed - {"shown", "helper:shown"},
    )
    return flow.go(helping, "helper:shown" if helping.answers.helper_card else "helper:card")


def end(visit: Visit) -> Visit:
    """For oneself after all. The helper's card was the person's own."""
    answers = visit.answers
    own = answer(
        visit,
        helping=False,
        helper_typing=False,
        card=answers.helper_card or answers.card,
        helper_card=None,
        relation="",
        signed=drop(answers.signed, MANDATE),
        typing=False,
        passed=answers.passed - {"shown", "helper:shown"},
    )
    return flow.go(own, "shown" if own.answers.card else "card")


def card(visit: Visit, read: CardRead) -> Visit:
    """The helper's card was read."""
    if same(read.id_number, person(visit.answers, visit.setting.today)[0].get("card.id_number", "")):
        return replace(visit, problem="card.same_person", again_at=visit.at + visit.setting.retry_s)
    kept = answer(visit, helper_card=read, helper_typing=False, passed=visit.answers.passed - {"helper:shown"})
    return flow.go(kept, "helper:shown")


# ---------------------------------------------------------------- keys


def pressed(visit: Visit, key: str) -> Visit:
    """At one of the helper's places."""
    rest = visit.place.partition(":")[2]
    if key == "behalf" and rest in ("card", "shown"):
        return end(visit)
    match rest:
        case "card":
            if key == "type":
                return flow.go(answer(visit, helper_typing=True), "helper:number")
            return replace(visit, problem="", again_at=0.0) if key == "again" else visit
        case "shown":
            if key == "again":
                return flow.go(visit, "helper:card")
            if key == "main":
                return flow.onward(answer(visit, passed=visit.answers.passed | {"helper:shown"}))
            return visit
        case "relation":
            picked = visit.drafts.get(visit.place, visit.answers.relation)
            if key != "main":
                return visit
            if picked not in RELATIONS:
                return replace(visit, problem="choice.empty")
            return flow.onward(answer(visit, relation=picked))
        case _:
            return _typed(visit, key, rest)


def _typed(visit: Visit, key: str, which: str) -> Visit:
    if key == "again" and visit.can_read_card:
        return flow.go(answer(visit, helper_typing=False), "helper:card")
    if key != "main":
        return visit
    text = visit.drafts.get(visit.place, getattr(visit.answers, f"helper_{which}"))
    if which == "number":
        problem, tidy = identity.id_problem(text, visit.setting.today), identity.tidy_id(text)
        if not problem and same(tidy, person(visit.answers, visit.setting.today)[0].get("card.id_number", "")):
            problem = "id.same_person"
    else:
        problem, tidy = identity.name_problem(text), identity.tidy_name(text)
    if problem:
        return replace(visit, problem=problem)
    kept = answer(visit, **{f"helper_{which}": tidy})
    return flow.go(kept, "helper:name") if which == "number" and visit.before is None else flow.onward(kept)


def backward(visit: Visit) -> Visit | None:
    """Back from the helper's first place: for oneself after all. None where nothing special is meant."""
    if visit.place == "helper:card":
        return flow.go(visit, "helper:shown") if visit.answers.helper_card else end(visit)
    if visit.place == "helper:number":
        return flow.go(answer(visit, helper_typing=False), "helper:card")
    return None


def mandate_pressed(visit: Visit, key: str) -> Visit:
    """At the mandate. Who does not sign it acts for nobody: the person's number is typed by somebody unknown then."""
    if key == "again":
        return replace(visit, strokes=drop(visit.strokes, MANDATE), problem="")
    if key == "left":
        return clock.farewell(visit, "stopped")
    if key != "main":
        return visit
    strokes = visit.strokes.get(MANDATE, ())
    if not is_signature(strokes):
        return replace(visit, problem="signature.empty")
    return flow.onward(answer(visit, signed=put(visit.answers.signed, MANDATE, (clauses(visit), strokes))))


# ---------------------------------------------------------------- steps


def step(visit: Visit, where: Where | None, rest: str) -> steps.Card | steps.CardShown | steps.Choice | steps.Entry:
    answers = visit.answers
    if rest == "card":
        whose = say(visit, "card.whose_own")
        if not visit.can_read_card:
            return steps.Card(visit.place, where, True, whose, "gone", "reader.absent", behalf="undo")
        state = "reading" if visit.reading else "again" if visit.problem else "waiting"
        return steps.Card(visit.place, where, True, whose, state, visit.problem, behalf="undo")
    if rest == "shown":
        rows = card_rows(visit, answers.helper_card)
        return steps.CardShown(visit.place, where, True, rows, behalf="undo")
    if rest == "relation":
        picked = visit.drafts.get(visit.place, answers.relation)
        options = tuple(
            Option(code, say(visit, f"relation.{code}"), state=say(visit, "state.chosen") if code == picked else "",
                   chosen=code == picked)
            for code in RELATIONS
        )  # fmt: skip
        remark = None
        if visit.problem:
            remark = steps.Remark(code=f"problem.{visit.problem}", tone="care", icon="info-circle")
        title, hint = say(visit, "relation.title"), say(visit, "relation.hint")
        return steps.Choice(visit.place, where, True, title, hint, options, remark=remark)
    kind, limit, entry = (
        (steps.Kind.ID_NUMBER, 18, "digits") if rest == "number" else (steps.Kind.NAME, 20, visit.input)
    )
    text = visit.drafts.get(visit.place, getattr(answers, f"helper_{rest}"))
    title, hint = say(visit, f"typed.{rest}.helper"), say(visit, f"typed.{rest}.hint")
    return steps.Entry(
        visit.place, where, True, kind, title, hint, text, limit, entry, visit.problem, say(visit, f"typed.{rest}.main")
    )


def card_rows(visit: Visit, card: CardRead | None) -> tuple[tuple[str, str], ...]:
    """What was read, as it is shown: the number masked."""
    if card is None:
        return ()
    rows = [("name", card.name), ("id_number", identity.mask_id(card.id_number))]
    if card.sex in ("1", "2"):
        rows.append(("sex", say(visit, f"sex.{card.sex}")))
    if card.address:
        rows.append(("address", card.address))
    return tuple(rows)


def mandate(visit: Visit, where: Where | None) -> steps.Commitment:
    signer = helper(visit.answers, visit.setting.today)[0]
    return steps.Commitment(
        visit.place, where, True, say(visit, "mandate.title"), clauses(visit), signer,
        visit.strokes.get(MANDATE, ()), say(visit, "mandate.decline"), visit.problem,
    )  # fmt: skip


# ---------------------------------------------------------------- a clerk beside the person


def joined(visit: Visit, mark: str) -> Visit:
    """A clerk has shown who they are, and fills in with the person from now on."""
    if not may_join(visit):
        return visit
    return replace(visit, clerk=mark, help="")


def may_join(visit: Visit) -> bool:
    """Whether there is anything here that a clerk may fill in: not where one agrees, signs or hands in oneself."""
    name = flow.kind(visit.place)
    return visit.matter is not None and name in flow.SECONDS and name not in OWN_HAND and not visit.clerk


def left(visit: Visit) -> Visit:
    return replace(visit, clerk="")


def marked(before: Visit, after: Visit, key: str) -> Visit:
    """After a key: what a clerk has just answered is the clerk's, what the person answered again is the person's."""
    place = before.place
    name = flow.kind(place)
    if name in FILLED and key != "back" and after.matter and after.answers != before.answers:
        filled = after.answers.by_clerk
        filled = filled | {place} if before.clerk else filled - {place}
        if filled != after.answers.by_clerk:
            after = answer(after, by_clerk=filled, clerk=before.clerk or after.answers.clerk)
    if after.clerk and flow.kind(after.place) in OWN_HAND:
        return left(after)
    return after
