"""A matter as a clerk wants to see it: merged form, materials with their reasons, steps, limit with its rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matters.catalogue import Catalogue, Matter
from matters.conditions import ITEM
from matters.consents import wanted
from matters.knowing import knowing
from matters.limits import matter_limit, single
from matters.resolve import Given, Needed, Resolved, resolve


class NoSuch(LookupError):
    """A matter, item or answer that the catalogue does not have. The text says which there are."""


def show(
    catalogue: Catalogue,
    name: str,
    items: Sequence[str] = (),
    answers: Mapping[str, str] | None = None,
    *,
    level: str = "",
    sources: frozenset[str] = frozenset(),
    profile: str = "chenzhou",
) -> dict[str, object]:
    """Plain data for `kiosk catalogue show`. Without `items`, those usually done; answers not given stay open."""
    matter = catalogue.matters.get(name)
    if matter is None:
        raise NoSuch(f"no matter {name!r}; there are: {', '.join(catalogue.matters)}")
    given = _given(matter, items, answers or {}, level, sources)
    found = resolve(matter, given, open_ended=True)
    limit = matter_limit(matter, found.chosen, profile)
    return {
        "matter": matter.id,
        "title": matter.title,
        "official": matter.official,
        "catalogue": catalogue.version,
        "label": catalogue.label,
        "confidence": matter.confidence.value,
        "takes_applications": matter.takes_applications,
        "not_here": matter.not_here,
        "situations": [
            {
                "id": s.id,
                "title": s.title,
                "answer": found.facts.get(s.id),
                "options": {o.id: o.title for o in s.options},
            }
            for s in found.situations
        ],
        "who": matter.who,
        "departments": list(matter.departments),
        "items": _items(matter, found),
        "form": _form(matter, found),
        "materials": [_material(need) for need in found.materials],
        "consents": [{"kind": asking.kind, "collected": list(asking.collected)} for asking in wanted(matter, found)],
        "commitments": [promise.id for promise in found.promises],
        "steps": _steps(found),
        "limit": {
            "days": limit.days,
            "rule": limit.rule,
            "clause": limit.clause,
            "profile": profile,
            "unknown": list(limit.unknown),
            "below_longest": limit.below_longest,
        },
        "delivery": [way.id for way in found.delivery],
    }


def _given(
    matter: Matter, items: Sequence[str], answers: Mapping[str, str], level: str, sources: frozenset[str]
) -> Given:
    known = {item.id for item in matter.items}
    for item in items:
        if item not in known:
            raise NoSuch(f"no item {item!r}; there are: {', '.join(sorted(known))}")
    picks: dict[str, bool] = {}
    if items:
        wanted = set(items)
        todo = list(items)
        while todo:  # what an item takes in comes with it
            for parent in matter.item(todo.pop()).needs:
                if parent not in wanted:
                    wanted.add(parent)
                    todo.append(parent)
        picks = {name: name in wanted for name in known}
    situations = {s.id: s for s in matter.situations}
    fields = {f.id for f in matter.fields}
    for key, value in answers.items():
        if key in situations:
            options = [option.id for option in situations[key].options]
            if value not in options:
                raise NoSuch(f"{key}: no answer {value!r}; there are: {', '.join(options)}")
        elif key not in fields:
            raise NoSuch(f"no question {key!r}; there are: {', '.join([*situations, *sorted(fields)])}")
    return Given(
        situations={key: value for key, value in answers.items() if key in situations},
        picks=picks,
        fields={key: value for key, value in answers.items() if key in fields},
        level=level,
        sources=sources,
    )


def _items(matter: Matter, found: Resolved) -> list[dict[str, object]]:
    return [
        {
            "id": state.item.id,
            "title": state.item.title,
            "official": state.item.official,
            "code": state.item.code or "unknown",
            "department": state.item.department,
            "chosen": state.chosen,
            "possible": state.possible,
            "offered": state.item.offered,
            "needs": list(state.item.needs),
            "level": state.item.level,
            "level_reason": knowing(matter, state.item).reason,
            "helper": knowing(matter, state.item).helper,
            "type": state.item.type or "unknown",
            "decides": state.item.decides or "unknown",
            "gives": state.item.gives,
            "visits": _told(state.item.visits),
            "commitment": _told(state.item.commitment),
            "intermediary": "unknown"
            if state.item.intermediary is None
            else [
                {"title": one.title, "fee": one.fee, "days": _told(one.days), "basis": one.basis or "unknown"}
                for one in state.item.intermediary
            ],
            "fee_basis": state.item.fee_basis or ("" if state.item.fee_fen == 0 else "unknown"),
            "village": state.item.village.value,
            "town": state.item.town.value,
            "fee_fen": state.item.fee_fen,
            "basis": state.item.basis.text if state.item.basis.known else "unknown",
            "limit_days": single(state.item),
            "statutory_days": state.item.limit.statutory,
            "result": state.item.result,
            "confidence": state.item.confidence.value,
        }
        for state in found.items
    ]


def _told(value: object) -> object:
    return "unknown" if value is None else value


def _form(matter: Matter, found: Resolved) -> list[dict[str, object]]:
    """The merged form: each field once, with the items that need it and where its answer comes from."""
    rows: list[dict[str, object]] = []
    for row in found.form:
        fill = next((fill.source for fill in row.field.fill), "")
        rows.append(
            {
                "id": row.field.id,
                "title": row.field.title,
                "kind": row.field.kind,
                "for": [n for n in found.chosen if n in row.field.items] if row.field.items else ["main"],
                "asked": row.asked,
                "filled_from": fill,
                "answer": row.value,
                "optional": row.field.optional,
            }
        )
    return rows


def _material(need: Needed) -> dict[str, object]:
    material = need.material
    state, reason, words = need.state, "needed", material.why
    if need.exempt is not None:
        state, reason, words = "exempt", need.exempt.reason, need.exempt.words
    elif material.commitment:
        state, reason = "by commitment", "commitment"
    return {
        "id": material.id,
        "title": material.title,
        "state": state,
        "reason": reason,
        "why": words,
        "for": list(need.items),
        "kind": material.kind,
        "source": material.source,
        "pages": material.pages,
        "issuer": material.issuer,
        "waits_for": need.unconnected.source if need.unconnected is not None else "",  # a source not connected yet
        "basis": material.basis or "unknown",
        "specimen": list(material.specimen),
        "good": list(material.good),
        "later": material.later,
        "confidence": material.confidence.value,
    }


def _steps(found: Resolved) -> list[dict[str, object]]:
    """Steps of what is chosen, in an order in which each result is there before it is needed."""
    order: list[str] = []
    left = [state.item for state in found.items if found.facts.get(ITEM + state.item.id) == "yes"]
    names = {item.id for item in left}
    while left:
        ready = [item for item in left if all(name in order or name not in names for name in item.needs)]
        for item in ready or left[:1]:
            order.append(item.id)
            left.remove(item)
    by_id = {state.item.id: state.item for state in found.items}
    return [
        {"item": name, "steps": list(by_id[name].steps), "after": [n for n in by_id[name].needs if n in names]}
        for name in order
    ]
