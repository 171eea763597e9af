"""The steps between the notice and the check screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from matters import answers as judge_answer
from matters import consents, identity, steps
from matters.catalogue import Field, Item, Matter
from matters.lanes import ways
from matters.limits import Limit, matter_limit, single
from matters.resolve import Needed, Resolved, resolve
from matters.steps import AnyStep, Need, NeedRow, Option, Remark, Where
from matters.visit import behalf, checking, declining, facing, flow, papering, phoning, placing, reading
from matters.visit.keys import draft_of, is_from_paper
from matters.visit.signing import clauses, filled
from matters.visit.state import Visit, doing, given, helper, person, resolved, told_by
from matters.visit.words import say

__all__ = ["filled", "step"]

INPUTS = {"digits": "digits", "phone": "digits", "id_number": "digits", "money": "digits", "date": "wheels",
          "bank": "digits", "credit": "latin"}  # fmt: skip
KINDS = {"bank": steps.Kind.DIGITS, "credit": steps.Kind.TEXT}


def step(visit: Visit, where: Where | None) -> AnyStep:
    name, _, rest = visit.place.partition(":")
    match name:
        case "notice":
            return notice(visit, where)
        case "flow":
            return _flow(visit, where)
        case "consent":
            return _consent(visit, where, rest)
        case "declined":
            return declining.step(visit, where, rest)
        case "situation":
            return _situation(visit, where, rest)
        case "items":
            return _items(visit, where)
        case "card":
            return _card(visit, where)
        case "typed":
            return _typed(visit, where, rest)
        case "helper":
            return behalf.step(visit, where, rest)
        case "mandate":
            return behalf.mandate(visit, where)
        case "shown":
            return _shown(visit, where)
        case "face":
            return facing.step(visit, where)
        case "field":
            field = doing(visit).field(rest)
            if placing.applies(visit, draft_of(visit, rest)):
                return placing.step(visit, where)
            return _choice(visit, where, field) if field.kind == "choice" else _entry(visit, where, field)
        case "paper":
            return _paper(visit, where)
        case "commitment":
            return _commitment(visit, where, rest)
        case "delivery":
            return _delivery(visit, where)
        case _:
            return _check(visit, where)


# ---------------------------------------------------------------- the notice


def notice(visit: Visit, where: Where | None) -> steps.Notice:
    matter = doing(visit)
    found = resolve(matter, replace(given(visit), faceless=""), open_ended=True)
    limit = matter_limit(matter, found.chosen, visit.setting.limit_profile)
    # What is only told about is done elsewhere: all of its items count, and reading takes a minute.
    fees = [state.item.fee_fen for state in found.items if state.chosen or not matter.takes_applications]
    minutes = where.progress.minutes_left if where and where.progress else 1
    return steps.Notice(
        visit.place,
        where,
        True,
        matter.heading,
        matter.lead + matter.not_here + _of_the_face(visit, found),
        sum(fee or 0 for fee in fees),
        minutes,
        limit.days or None if matter.takes_applications else None,  # on the spot is said in words, not as 0 days
        _limit_words(visit, limit),
        need_rows(matter, found, say(visit, UNCONNECTED)),
        matter.takes_applications,
        "idle" if visit.guide else visit.notice,
        None not in fees and bool(fees),
        visit.can_print or visit.can_print_sheet,
        bool(ways(found)),
    )


def _of_the_face(visit: Visit, found: Resolved) -> str:
    """That a picture will be asked for, or where it is done instead."""
    if not doing(visit).takes_applications or not flow.face_wanted(found):
        return ""
    key = "notice.face" if visit.can_face else "notice.faceless"
    return say(visit, key, collect_at=visit.setting.collect_at)


def _flow(visit: Visit, where: Where | None) -> steps.Flow:
    matter = doing(visit)
    found = resolve(matter, replace(given(visit), faceless=""), open_ended=True)
    told = tuple(
        steps.FlowLane(
            lane.item.title,
            lane.item.department,
            single(lane.item),
            lane.steps,
            tuple(one.short for one in lane.after),
            lane.item.fee_fen,
            "" if lane.item.result == "unknown" else lane.item.result,
            lane.item.basis.text if lane.item.basis.known else "",
        )
        for lane in ways(found)
    )
    limit = matter_limit(matter, found.chosen, visit.setting.limit_profile)
    who = "" if matter.who == "unknown" else matter.who
    printing = visit.notice if visit.guide else "idle"
    can_print = visit.can_print or visit.can_print_sheet
    return steps.Flow(visit.place, where, True, matter.title, told, limit.days, who, printing, can_print)


def _limit_words(visit: Visit, limit: Limit) -> str:
    return say(visit, "limit.unknown" if limit.days is None else "limit.after" if limit.days else "limit.now")


UNCONNECTED = "need.unconnected"  # a word that a catalogue may leave out: then the paper's own hint stands there


def need_rows(matter: Matter, found: Resolved, unconnected: str = "") -> tuple[NeedRow, ...]:
    """The merged material list, once each, with what is to be done about it; for matters that only inform: advice.
    `unconnected`: what to say of a paper that a data source would spare, were it connected here."""
    if not matter.takes_applications:
        return tuple(
            NeedRow(f"advice:{n}", one.title, one.hint, one.icon, Need.IF_ANY if one.if_any else Need.BRING)
            for n, one in enumerate(matter.advice)
        )
    rows = []
    for need in found.materials:
        material = need.material
        waits = unconnected if need.unconnected and need.certain else ""
        hint = need.exempt.words if need.exempt else waits or material.hint
        rows.append(NeedRow(material.id, material.title, hint, material.icon, _need(need), material.pages))
    return tuple(rows)


def _need(need: Needed) -> Need:
    if need.state == "exempt":
        return Need.EXEMPT
    if need.state == "later":
        return Need.LATER
    if need.material.commitment:
        return Need.OPTIONAL
    return Need.BRING if need.certain else Need.IF_ANY


# ---------------------------------------------------------------- questions


def _consent(visit: Visit, where: Where | None, kind: str) -> steps.Consent:
    asked = next(
        (asking for asking in consents.wanted(doing(visit), resolved(visit)) if asking.kind == kind),
        next(asking for asking in doing(visit).consents if asking.kind == kind),
    )
    return steps.Consent(
        visit.place, where, True, kind, asked.collected, asked.purpose, asked.recipients, asked.kept_until
    )


def _remark(visit: Visit) -> Remark | None:
    return Remark(code=f"problem.{visit.problem}", tone="care", icon="info-circle") if visit.problem else None


def _situation(visit: Visit, where: Where | None, name: str) -> steps.Choice:
    situation = doing(visit).situation(name)
    found = resolved(visit)
    picked = visit.drafts.get(visit.place, found.facts.get(name, ""))
    options = tuple(
        Option(
            o.id, o.title, o.reason, o.icon, say(visit, "state.chosen") if o.id == picked else "", chosen=o.id == picked
        )
        for o in situation.options
    )
    return steps.Choice(visit.place, where, True, situation.title, situation.hint, options, remark=_remark(visit))


WHY_NOT = {"level": "items.needs_card", "absent": "items.needs_person", "camera": "items.needs_face"}


def _items(visit: Visit, where: Where | None) -> steps.Items:
    matter = doing(visit)
    found = resolved(visit)
    # Two levels are drawn: what has to be done first, and everything that hangs on it. What needs no action hangs on
    # nothing, carries nothing and comes last.
    doable = {state.item.id: state.item for state in found.items if state.item.offered}
    options, ties, settled = [], [], []
    for state in found.items:
        item = state.item
        parent = _root(item, doable)
        if not item.offered:
            settled.append(Option(item.id, item.title, item.settled or item.reason, fixed=True, dashed=True))
            continue
        word = say(visit, "state.do" if state.chosen else "state.not")
        reason = item.required or item.reason
        if not state.possible:
            why = WHY_NOT.get(state.reason, "items.needs_parent")
            reason = say(visit, why, collect_at=visit.setting.collect_at)
        fixed = state.forced or not state.possible
        options.append(Option(item.id, item.title, reason, "", word, state.chosen, fixed, parent))
        if item.tie and any(item.id in other.item.needs for other in found.items):
            ties.append((item.id, item.tie))
    title = matter.items_title or say(visit, "items.title")
    rows = (*options, *settled)
    return steps.Items(visit.place, where, True, title, rows, tuple(ties), len(found.chosen), visit.problem)


def _root(item: Item, doable: Mapping[str, Item]) -> str:
    """The first of the chain that an item hangs on; "" if it hangs on nothing that is done here."""
    root = ""
    while parent := next((name for name in item.needs if name in doable), ""):
        root, item = parent, doable[parent]
    return root


FROM_PAPER = Remark(code="problem.from_paper", icon="file-text")


def _choice(visit: Visit, where: Where | None, field: Field) -> steps.Choice:
    picked = draft_of(visit, field.id)
    options = tuple(
        Option(
            o.id, o.title, o.reason, o.icon, say(visit, "state.chosen") if o.id == picked else "", chosen=o.id == picked
        )
        for o in field.options
    )
    return steps.Choice(
        visit.place,
        where,
        True,
        field.title,
        field.hint,
        options,
        main=field.main,
        remark=_remark(visit) or (FROM_PAPER if is_from_paper(visit, field.id) else None),
    )


def _entry(visit: Visit, where: Where | None, field: Field) -> steps.Entry:
    today = visit.setting.today
    return steps.Entry(
        visit.place,
        where,
        True,
        KINDS.get(field.kind) or steps.Kind(field.kind),
        field.title,
        field.hint,
        draft_of(visit, field.id),
        judge_answer.longest(field),
        INPUTS.get(field.kind, visit.input),
        visit.problem,
        field.main,
        field.optional,
        field.unit,
        field.suggestions,
        judge_answer.bound(field.earliest, today),
        judge_answer.bound(field.latest, today),
        "paper" if is_from_paper(visit, field.id) else "",
    )


def _typed(visit: Visit, where: Where | None, which: str) -> steps.Entry:
    text = visit.drafts.get(visit.place, getattr(visit.answers, which))
    kind, limit, entry = (
        (steps.Kind.ID_NUMBER, 18, "digits") if which == "number" else (steps.Kind.NAME, 20, visit.input)
    )
    title, hint, main = (say(visit, f"typed.{which}.{part}") for part in ("title", "hint", "main"))
    if visit.answers.helping:
        title = say(visit, f"typed.{which}.absent")
    return steps.Entry(visit.place, where, True, kind, title, hint, text, limit, entry, visit.problem, main)


# ---------------------------------------------------------------- card, papers, signature


def _card(visit: Visit, where: Where | None) -> steps.Card:
    helping = visit.answers.helping
    whose = say(visit, "card.whose_absent" if helping else "card.whose")
    behalf_key = "" if helping else "offer"
    if not visit.can_read_card:
        social = visit.can_read_social
        return steps.Card(
            visit.place, where, True, whose, "checking" if visit.checking else "gone",
            phoning.problem(visit) or "reader.absent", _typing_helps(visit), social=social, phone=phoning.hint(visit),
            behalf=behalf_key,
        )  # fmt: skip
    state = "reading" if visit.reading else "checking" if visit.checking else "again" if visit.problem else "waiting"
    return steps.Card(
        visit.place, where, True, whose, state, visit.problem, _typing_helps(visit), social=visit.can_read_social,
        phone=phoning.hint(visit), behalf=behalf_key,
    )  # fmt: skip


def _typing_helps(visit: Visit) -> bool:
    """Whether anything that was chosen can be done by somebody who only says name and number. For a person who is not
    here it always does: the helper's own card stands for theirs."""
    states = resolved(visit).items
    return visit.answers.helping or any(state.chosen and state.item.level == "typed" for state in states)


def _shown(visit: Visit, where: Where | None) -> steps.CardShown:
    if by := told_by(visit.answers):
        told = (("name", visit.answers.name), ("id_number", identity.mask_id(visit.answers.number)))
        whose = "absent" if visit.answers.helping else "own"
        if by == "phone":
            return steps.CardShown(visit.place, where, True, told, "card.phone", whose=whose, source="phone")
        return steps.CardShown(visit.place, where, True, told, _social_problem(visit), whose=whose)
    rows = behalf.card_rows(visit, visit.answers.card)
    behalf_key = "" if visit.answers.helping else "offer"
    return steps.CardShown(
        visit.place, where, True, rows, card_problem(visit), behalf_key, "absent" if visit.answers.helping else "own"
    )


def _social_problem(visit: Visit) -> str:
    """What a social-security card is good for here; that it has run out goes before."""
    social = visit.answers.social
    until, now = identity.parse_date(social.valid_to if social else ""), identity.parse_date(visit.setting.today)
    return "social.expired" if until and now and until < now else "card.social"


def card_problem(visit: Visit) -> str:
    """A remark on the card that was read; the visit goes on, the county decides."""
    card, today, matter = visit.answers.card, visit.setting.today, doing(visit)
    if card is None:
        return ""
    expires = identity.parse_date(card.valid_to)
    now = identity.parse_date(today)
    if expires and now and expires < now:
        return "card.expired"
    for situation in matter.situations:
        picked = next((o for o in situation.options if o.id == visit.answers.situations.get(situation.id)), None)
        if picked is not None and picked.sex and card.sex in ("1", "2") and card.sex != picked.sex:
            return "card.other_person"
    age = identity.age_on(card.birth, today)
    if age is not None and matter.ages.least is not None and age < matter.ages.least:
        return "age.too_young"
    if age is not None and matter.ages.most is not None and age > matter.ages.most:
        return "age.too_old"
    return ""


def _strip(visit: Visit, found: Resolved, now: str) -> tuple[NeedRow, ...]:
    rows = []
    for need in found.materials:
        material = need.material
        shots = visit.answers.shots.get(material.id, ())
        kept = sum(1 for shot in shots if shot is not None and shot.kept)
        if material.id == now:
            state = Need.NOW
        elif need.state == "needed":
            state = Need.TAKEN if kept >= material.pages else Need.BRING
        elif need.state == "exempt":
            state = Need.EXEMPT
        else:
            state = Need.LATER if need.state == "later" else Need.OPTIONAL
        rows.append(NeedRow(material.id, material.short, "", material.icon, state, kept or material.pages))
    return tuple(rows)


def _paper(visit: Visit, where: Where | None) -> steps.Capture | steps.Review:
    name, page = papering.split(visit.place)
    material = doing(visit).material(name)
    shots = visit.answers.shots.get(name, ())
    pages = max(material.pages, len(shots))
    shot = papering.shot_at(visit.answers, visit.place)
    hint = material.page_hints[page - 1] if page <= len(material.page_hints) else material.hint
    if shot is not None:
        can_add = page >= pages and page < 20
        return steps.Review(
            visit.place,
            where,
            True,
            name,
            material.title,
            shot.taken.picture,
            shot.taken.verdict,
            page,
            pages,
            can_add,
            reading.paper_hint(visit, name, page),
        )
    problem = visit.problem or ("" if visit.can_film else "camera.absent")
    return steps.Capture(
        visit.place, where, True, name, material.title, hint, page, pages, _strip(visit, resolved(visit), name),
        problem, bool(material.commitment), material.later or page > material.pages, reading.of_the_last(visit),
        material.specimen[min(page, len(material.specimen)) - 1] if material.specimen else "", material.good,
    )  # fmt: skip


def _commitment(visit: Visit, where: Where | None, name: str) -> steps.Commitment:
    found = resolved(visit)
    promise = doing(visit).promise(name)
    signer = helper(visit.answers, visit.setting.today)[0] or (
        person(visit.answers, visit.setting.today)[0].get("card.name", "")
    )
    strokes = visit.strokes.get(name, ())
    return steps.Commitment(
        visit.place, where, True, promise.title, clauses(visit, promise, found), signer, strokes, promise.decline,
        visit.problem,
    )  # fmt: skip


def _delivery(visit: Visit, where: Where | None) -> steps.Choice:
    matter = doing(visit)
    found = resolved(visit)
    ids = [way.id for way in found.delivery]
    picked = visit.drafts.get("delivery", visit.answers.delivery)
    if picked not in ids:
        picked = ids[0]
    options = tuple(
        Option(
            way.id, way.title, filled(visit, way.reason, found), way.icon,
            say(visit, "state.chosen") if way.id == picked else "", chosen=way.id == picked,
        )
        for way in found.delivery
    )  # fmt: skip
    phone = next((row.value for row in found.form if row.field.kind == "phone" and row.value), "")
    remark = None
    if phone:
        first, _, second = say(visit, "delivery.phone", phone=identity.mask_phone(phone)).partition("|")
        remark = Remark(first, icon="phone", second=second)
    title = matter.delivery_title or say(visit, "delivery.title")
    return steps.Choice(visit.place, where, True, title, matter.delivery_hint, options, remark=remark)


def _check(visit: Visit, where: Where | None) -> steps.Check:
    rows = checking.rows(visit, resolved(visit))
    size = checking.rows_a_page(visit)
    pages = checking.pages(visit)
    page = min(visit.page, pages)
    filled = sum(row.source == "clerk" for row in rows)
    return steps.Check(visit.place, where, True, rows[(page - 1) * size : page * size], page, pages, filled)
