"""What the A4 sheets say of a matter: the guide (办事指南) for everybody, and the form as one person filled it.

Facts come from the catalogue by the same rules as the screens (matters.resolve, matters.limits), so that paper and
screen cannot disagree. What is not known is said to be unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from matters.answers import shown
from matters.lanes import lanes, ways
from matters.limits import matter_limit, single
from matters.resolve import Given, Needed, Resolved, resolve
from papers import slip as s
from papers.flow import Lane
from papers.receipt import head
from papers.sheet import Block, Facts, Flow, Heading, Sheet, Signature, Table, Words

if TYPE_CHECKING:
    from config.locales import Locale
    from config.settings import Settings
    from matters.application import Application
    from matters.catalogue import Catalogue, Item, Matter
    from papers.notice import Notice

NOTICE_SCALE = 1.5  # of the type on a notice on A4: 15 points, as on a slip


def guide(catalogue: Catalogue, matter: Matter, settings: Settings, words: Locale) -> Sheet:
    """The guide of a whole matter, before anybody has answered anything."""

    def say(key: str, **values: object) -> str:
        return words(f"guide.{key}", **values)

    found = resolve(matter, Given(sources=frozenset(settings.county.sources)), open_ended=True)
    blocks: list[Block] = []
    if catalogue.label:
        blocks.append(Words(catalogue.label, small=True))
    if matter.lead or matter.not_here:
        blocks.append(Words(matter.lead + matter.not_here))
    blocks.append(Facts(_facts(matter, found, settings, words)))
    place = settings.place
    where = ((say("hall"), place.hall), (say("hours"), place.hours), (say("phone"), place.phone))
    blocks += [Words(say("where"), bold=True), Facts(where), Words(say("free"), small=True)]
    blocks.append(Heading(say("items")))
    for state in found.items:
        blocks += [Words(state.item.title, bold=True), Facts(_gathered(_item(state.item, words), words))]
    if matter.takes_applications:
        if found.materials:
            blocks.append(Heading(say("materials")))
            blocks.append(_materials(found, words))
    elif matter.advice:
        blocks.append(Heading(say("materials")))
        rows = tuple((one.title, one.hint) for one in matter.advice)
        blocks.append(Table((say("material"), say("remark")), (0.4, 0.6), rows))
    lanes = lanes_of(found, words)
    if lanes:
        blocks += [Heading(say("flow")), Flow(lanes)]
    if matter.delivery:
        blocks.append(Heading(say("delivery")))
        for way in matter.delivery:
            reason = way.reason.replace("{collect_at}", settings.place.collect_at)
            said = reason if reason and "{" not in reason else ""  # a blank that only a person's answers fill
            blocks.append(Words(f"· {way.title}　{said}".rstrip()))
    foot = say("foot", county=place.county, version=catalogue.version)
    return Sheet(say("title", matter=matter.title), tuple(blocks), foot, say("above", county=place.county))


def slip(catalogue: Catalogue, matter: Matter, settings: Settings, words: Locale) -> s.Slip:
    """The guide as a slip: what the sheet says, without what only officials look up."""

    def say(key: str, **values: object) -> str:
        return words(f"guide.{key}", **values)

    found = resolve(matter, Given(sources=frozenset(settings.county.sources)), open_ended=True)
    place = settings.place
    blocks: list[s.Block] = [*head(place.county, place.hall, words), s.Title(say("slip")), s.Rule()]
    blocks += [s.Section(matter.title), s.Text(matter.lead + matter.not_here), s.Dashes()]
    known = dict(_facts(matter, found, settings, words))
    blocks += [s.Text(say("line", name=say(key), value=known[say(key)])) for key in ("who", "limit", "fee")]
    after = {lane.item.id: "、".join(one.short for one in lane.after) for lane in ways(found)}
    for lane in ways(found):
        item = lane.item
        blocks += [s.Dashes(), s.Section(item.title)]
        if after[item.id]:
            blocks.append(s.Text(say("after", items=after[item.id])))
        facts = dict(_item(item, words))
        named = ("department", "limit", "fee", "result", "basis")
        blocks += [s.Text(say("line", name=say(key), value=facts[say(key)])) for key in named]
        if lane.steps:
            blocks.append(s.Text(say("line", name=say("flow"), value=" → ".join(lane.steps))))
    blocks += [s.Dashes(), s.Section(say("materials"))]
    if matter.takes_applications:
        rows = _materials(found, words).rows
        blocks += [s.Needed(row[0], row[2], row[3]) for row in rows]
    else:
        blocks += [s.Needed(one.title, say("state.if_any" if one.if_any else "state.bring"), one.hint)
                   for one in matter.advice]  # fmt: skip
    blocks += [s.Rule(), s.Boxed(say("free"))]
    if place.hours:
        blocks.append(s.Small(words("papers.notice.hours", hours=place.hours)))
    foot = say("foot", county=place.county, version=catalogue.version)
    blocks += [s.Small(words("papers.phone_row", phone=place.phone)), s.Small(foot)]
    if catalogue.label:
        blocks.append(s.Small(words("papers.example")))
    return s.Slip("guide", tuple(blocks))


def notice(paper: Notice, words: Locale) -> Sheet:
    """The one-time notice on A4: what the slip says, for who has an A4 printer."""

    def say(key: str, **values: object) -> str:
        return words(f"papers.notice.{key}", **values)

    fee = say("fee_unknown") if paper.fee_fen is None else say("fee_none")
    if paper.fee_fen:
        fee = say("fee_some", fee=f"{paper.fee_fen / 100:g}")
    limit = paper.limit_words or say("limit_unknown")
    if paper.limit_days is not None:
        limit = words("guide.after_acceptance", days=paper.limit_days) if paper.limit_days else limit
    rows = [(say("fee"), fee), (say("limit"), limit)]
    if paper.minutes:
        rows.append((say("minutes"), say("minutes_value", minutes=paper.minutes)))
    blocks: list[Block] = [Words(words("papers.example"), small=True)] if paper.example else []
    blocks += [Heading(paper.title)]
    if paper.lead:
        blocks.append(Words(paper.lead))
    blocks.append(Facts(tuple(rows)))
    if paper.needs:
        blocks.append(Heading(say("needs")))
        head = (words("guide.material"), words("guide.bring_or_not"), words("guide.remark"))
        blocks.append(Table(head, (0.36, 0.18, 0.46), tuple((n.title, say(n.state), n.hint) for n in paper.needs)))
    where = [(words("guide.hall"), paper.hall), (words("guide.phone"), paper.phone)]
    if paper.hours:
        where.insert(1, (words("guide.hours"), paper.hours))
    blocks += [Facts(tuple(where)), Words(words("guide.free"), small=True)]
    foot = words("papers.foot_plain", terminal=paper.terminal)
    return Sheet(say("title"), tuple(blocks), foot, words("guide.above", county=paper.county), scale=NOTICE_SCALE)


def _facts(matter: Matter, found: Resolved, settings: Settings, words: Locale) -> tuple[tuple[str, str], ...]:
    def say(key: str, **values: object) -> str:
        return words(f"guide.{key}", **values)

    limit = matter_limit(matter, found.chosen, settings.limit_profile)
    fees = [state.item.fee_fen for state in found.items if state.chosen or not matter.takes_applications]
    rows = [(say("official"), matter.official), (say("who"), _known(matter.who, words))]
    if matter.names:
        rows.append((say("names"), "、".join(matter.names)))
    if limit.days is None:
        days = say("unknown")
    else:
        days = say("on_the_spot") if limit.days == 0 else say("after_acceptance", days=limit.days)
    rows.append((say("limit"), days))
    if not fees or None in fees:
        fee = say("unknown")
    else:
        total = sum(one or 0 for one in fees)
        fee = say("no_fee") if total == 0 else say("fee_some", yuan=f"{total / 100:g}")
    rows.append((say("fee"), fee))
    return tuple(rows)


def _known(text: str, words: Locale) -> str:
    return words("guide.unknown") if text in ("", "unknown") else text


def _item(item: Item, words: Locale) -> tuple[tuple[str, str], ...]:
    def say(key: str, **values: object) -> str:
        return words(f"guide.{key}", **values)

    days = single(item)
    limit = say("unknown") if days is None else say("on_the_spot") if days == 0 else say("after_acceptance", days=days)
    if item.limit.statutory is not None:
        limit += say("statutory", days=item.limit.statutory)
    fee = say("unknown") if item.fee_fen is None else say("no_fee")
    if item.fee_fen:
        fee = say("fee_some", yuan=f"{item.fee_fen / 100:g}")
    return (
        (say("official"), item.official),
        (say("department"), item.department),
        (say("code"), item.code or say("unknown")),
        (say("basis"), item.basis.text if item.basis.known else say("unknown")),
        (say("decides"), say(f"tier.{item.decides}") if item.decides else say("unknown")),
        (say("mode_here"), say(f"mode.{item.village.value}")),
        (say("visits"), say("unknown") if item.visits is None else say("visits_count", count=item.visits)),
        (say("intermediary"), _intermediary(item, words)),
        (say("limit"), limit),
        (say("fee"), fee),
        (say("result"), _known(item.result, words)),
    )


def _gathered(rows: tuple[tuple[str, str], ...], words: Locale) -> tuple[tuple[str, str], ...]:
    """What is not known in one row at the end: a page of 还不知道 hides what is known."""
    unknown = words("guide.unknown")
    names = [name for name, value in rows if value == unknown]
    known = tuple(row for row in rows if row[1] != unknown)
    if not names:
        return known
    return (*known, (words("guide.unknown_row"), words("guide.unknown_ask", names="、".join(names))))


def _intermediary(item: Item, words: Locale) -> str:
    """Who outside government is needed, for how much and how long (001 18: that has to be published)."""
    if item.intermediary is None:
        return words("guide.unknown")
    told = []
    for one in item.intermediary:
        days = words("guide.unknown") if one.days is None else words("guide.intermediary_days", days=one.days)
        told.append(f"{one.title}（{one.fee}，{days}）")
    return "、".join(told) or words("guide.intermediary_none")


def _materials(found: Resolved, words: Locale) -> Table:
    def say(key: str) -> str:
        return words(f"guide.{key}")

    titles = {state.item.id: state.item.short for state in found.items}

    def row(need: Needed) -> tuple[str, ...]:
        material = need.material
        state = (
            "exempt" if need.exempt else "commitment" if material.commitment else "later" if material.later else "bring"
        )
        if state in ("later", "bring") and not need.certain:
            state = "if_any"
        remark = need.exempt.words if need.exempt else material.why
        if need.unconnected is not None and need.certain:
            remark += "　" + say("unconnected")
        pages = f"{say('kind.' + material.kind)} {material.pages}"
        return (
            material.title,
            pages,
            say(f"state.{state}"),
            remark,
            "、".join(titles[n] for n in need.items if n in titles),
        )

    head = tuple(say(key) for key in ("material", "pages", "bring_or_not", "why", "for"))
    return Table(head, (0.22, 0.13, 0.15, 0.3, 0.2), tuple(row(need) for need in found.materials))


def lanes_of(found: Resolved, words: Locale) -> tuple[Lane, ...]:
    """The chosen items as the flow chart draws them."""
    return tuple(
        Lane(
            lane.item.short,
            lane.steps,
            words("guide.after", items="、".join(one.short for one in lane.after)) if lane.after else "",
        )
        for lane in lanes(found)
    )


def form(catalogue: Catalogue, matter: Matter, application: Application, settings: Settings, words: Locale) -> Sheet:
    """The form as one person filled it: the main form, a schedule for each item, what was promised and signed."""

    def say(key: str, **values: object) -> str:
        return words(f"guide.{key}", **values)

    titles = {item.id: item.title for item in matter.items}
    known = application.known
    main: list[tuple[str, str]] = [(say("form.name"), known.name), (say("form.id_number"), known.id_number)]
    main += [
        (
            situation.label,
            next((o.title for o in situation.options if o.id == application.situations[situation.id]), ""),
        )
        for situation in matter.situations
        if situation.id in application.situations
    ]
    schedules: dict[str, list[tuple[str, str]]] = {}
    for field in matter.fields:
        if field.id not in application.fields:
            continue
        # On the paper that is handed in the whole answer stands; only screens and receipts mask it.
        value = application.fields[field.id].value
        text = value if field.kind in ("phone", "id_number", "bank") else shown(field, value)
        of = [name for name in field.items if name in application.items]
        where = main if len(of) != 1 or len(application.items) == 1 else schedules.setdefault(of[0], [])
        where.append((field.label, text))
    blocks: list[Block] = [Words(catalogue.label, small=True)] if catalogue.label else []
    blocks += [Heading(say("form.main")), Facts(tuple(main))]
    items = "、".join(titles.get(name, name) for name in application.items)
    blocks.append(Facts(((say("form.items"), items),)))
    for name, rows in schedules.items():
        blocks += [Heading(say("form.schedule", item=titles.get(name, name))), Facts(tuple(rows))]
    if application.materials:
        blocks.append(Heading(say("materials")))
        given = [(m.title, say(f"by.{m.by}") if f"guide.by.{m.by}" in words else m.by, str(len(m.pages) or "–"))
                for m in application.materials]  # fmt: skip
        blocks.append(Table((say("material"), say("bring_or_not"), say("pages")), (0.5, 0.3, 0.2), tuple(given)))
    for promise in application.commitments:
        title = next((one.title for one in matter.promises if one.id == promise.id), promise.id)
        blocks.append(Heading(title))
        blocks += [Words(f"{n}. {clause.replace('**', '')}") for n, clause in enumerate(promise.clauses, 1)]
        blocks.append(Signature(say("form.signature"), promise.strokes))
    foot = say("foot", county=settings.place.county, version=application.catalogue)
    title = say("form.title", matter=application.matter_title)
    return Sheet(title, tuple(blocks), foot, say("above", county=settings.place.county))
