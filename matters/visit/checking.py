"""The check screen: every answer once more, each with the one place where it can be changed."""

from __future__ import annotations

from dataclasses import replace

from matters.answers import as_typed, shown
from matters.catalogue import Field
from matters.identity import mask_id
from matters.resolve import FormRow, Needed, Resolved
from matters.steps import PaperHint, Row
from matters.visit import facing, flow, reading
from matters.visit.signing import filled
from matters.visit.state import Visit, answer, drop, helper, known, person, resolved, told_by
from matters.visit.words import say

IDENTITY = ("card.name", "card.id_number")


def rows(visit: Visit, found: Resolved) -> tuple[Row, ...]:
    """Every row, in the order in which things were asked."""
    answers = visit.answers
    all_rows = _who(visit) + facing.rows(visit, found)
    for situation in found.situations:
        title = next((o.title for o in situation.options if o.id == found.facts.get(situation.id)), "")
        all_rows.append(Row(f"situation:{situation.id}", situation.label, title))
    if len(found.items) > 1:
        names = "、".join(state.item.short for state in found.items if state.chosen)
        all_rows.append(Row("items", say(visit, "check.items"), say(visit, "check.count", n=len(found.chosen)), names))
    all_rows += [_field(visit, row, found) for row in found.form if _is_shown(row)]
    all_rows += [row for need in found.materials if (row := _material(visit, need))]
    for promise in found.promises:
        if promise.declaration:
            label = say(visit, "check.promise")
            all_rows.append(Row(f"commitment:{promise.id}", label, say(visit, "check.signed"), promise.title))
    way = next((way for way in found.delivery if way.id == answers.delivery), None)
    if way is not None:
        all_rows.append(Row("delivery", say(visit, "check.delivery"), way.title, filled(visit, way.reason, found)))
    return tuple(replace(row, source="clerk") if place(row.key) in answers.by_clerk else row for row in all_rows)


def place(key: str) -> str:
    """The place of the visit in which a row was answered."""
    return f"paper:{key.removeprefix('material:')}:1" if key.startswith("material:") else key


def _who(visit: Visit) -> list[Row]:
    """The person; and, where somebody acts for them, who that is and what they are to the person."""
    who, _ = person(visit.answers, visit.setting.today)
    name, number = who.get("card.name", ""), who.get("card.id_number", "")
    label = say(visit, "check.for_whom" if visit.answers.helping else "check.who")
    if known(visit.answers, visit.setting.today) == "typed" and not told_by(visit.answers):
        rows = [
            Row("typed:number", label, name, " ".join((number[:6], number[6:14], number[14:])))
        ]  # typed: to be checked
    else:
        rows = [Row("who", label, name, mask_id(number), _source(visit), can_change=False)]
    if visit.answers.helping:
        helper_name, _ = helper(visit.answers, visit.setting.today)
        relation = say(visit, f"relation.{visit.answers.relation}")
        rows.append(Row("helper:relation", say(visit, "check.helper"), helper_name, relation))
    return rows


def _source(visit: Visit) -> str:
    """Where what the person did not write themselves was read."""
    return "phone" if told_by(visit.answers) == "phone" else "card"


def _is_shown(row: FormRow) -> bool:
    """Name and number of the person are in the first row already."""
    return row.asked or row.value is None or not any(fill.source in IDENTITY for fill in row.field.fill)


def _field(visit: Visit, row: FormRow, found: Resolved) -> Row:
    field: Field = row.field
    as_read = as_typed if row.asked else shown
    value = as_read(field, row.value) if row.value is not None else ""
    source = _source(visit) if row.source in ("card", "social", "phone", "derived") and not row.asked else ""
    source = "paper" if row.source == "paper" else source
    paper = PaperHint(f"field:{field.id}", "differs", field.label) if reading.differs(visit, field.id, found) else None
    can = row.asked or field.change
    return Row(f"field:{field.id}", field.label, value, "", source, can_change=can, paper=paper)


def _material(visit: Visit, need: Needed) -> Row | None:
    key, label = f"material:{need.material.id}", need.material.short
    if need.state == "needed":
        count = sum(1 for shot in visit.answers.shots.get(need.material.id, ()) if shot is not None and shot.kept)
        hint = reading.paper_hint(visit, need.material.id)
        return Row(key, label, say(visit, "check.pages", n=count), paper=hint)
    if need.state == "commitment":
        return Row(key, label, say(visit, "check.signed"), say(visit, "check.not_needed"))
    if need.state == "later":
        return Row(key, label, say(visit, "check.later"), say(visit, "check.later_second"))
    return None


def pages(visit: Visit) -> int:
    """How many screens the rows take."""
    count = len(rows(visit, resolved(visit)))
    return max(1, -(-count // rows_a_page(visit)))


def rows_a_page(visit: Visit) -> int:
    """Larger type, fewer rows."""
    return visit.setting.rows_a_page_elder if visit.elder else visit.setting.rows_a_page


def change(visit: Visit, key: str) -> Visit:
    """To the one question of a row. What was answered before comes back if the person goes back."""
    found = resolved(visit)
    if not any(row.key == key and row.can_change for row in rows(visit, found)):
        return visit
    before = visit.answers
    if key.startswith("material:"):
        name = key.removeprefix("material:")
        visit = answer(visit, waived=drop(before.waived, name))
        key = f"paper:{name}:1"
    elif key.startswith("commitment:"):
        visit = answer(visit, signed=drop(before.signed, key.removeprefix("commitment:")))
    return flow.go(replace(visit, before=before), key)


def next_page_of(visit: Visit) -> str:
    """While a paper is looked at again from the check screen: its next page, "" after the last."""
    name, _, page = visit.place.removeprefix("paper:").rpartition(":")
    after = f"paper:{name}:{int(page) + 1}"
    return after if after in flow.path(visit) else ""
