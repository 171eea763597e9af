"""What goes on paper and to the county, out of a visit as it stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from kiosk.visiting.setting import clock_sure
from matters import visit as visits
from matters.answers import shown
from matters.application import Application
from matters.limits import matter_limit, single
from matters.steps import HandedIn, Notice
from papers.notice import Need, notice
from papers.notice import Notice as NoticePaper
from papers.receipt import Handed, Receipt, mask, receipt, recovered
from papers.said import Said, said
from wire.receipt import check_mark

if TYPE_CHECKING:
    from config.locales import Locale
    from kiosk.visiting.process import VisitProcess
    from matters.catalogue import Item, Matter
    from wire.messages import ItemDetail


@dataclass(frozen=True)
class Papers:
    """One thing to print, for either printer. `sheet` takes a moment: for a thread."""

    slip: Callable[[], Any]
    sheet: Callable[[], bytes]  # A4, as a PDF


def notice_papers(process: VisitProcess) -> Papers:
    """The one-time notice as it is on the screen."""
    from kiosk import guides
    from papers.sheet import pdf

    paper, words = notice_paper(process), process.words
    return Papers(lambda: notice(paper, words), lambda: pdf(guides.notice(paper, words)))


def guide_papers(process: VisitProcess) -> Papers:
    """The guide of the matter that is looked at."""
    from kiosk import guides
    from papers.sheet import pdf

    visit, settings, words = process.present(), process.settings, process.words
    matter = visit.matter
    if matter is None:
        raise LookupError("no matter is looked at")
    return Papers(
        lambda: guides.slip(visit.catalogue, matter, settings, words),
        lambda: pdf(guides.guide(visit.catalogue, matter, settings, words)),
    )


def notice_paper(process: VisitProcess) -> NoticePaper:
    """What the notice on the screen says, for paper. Raises LookupError when something else is on the screen."""
    visit = process.present()
    step = visits.step(visit)
    if not isinstance(step, Notice):
        raise LookupError("the notice is not what is shown")
    place = process.settings.place
    return NoticePaper(
        county=place.county,
        hall=place.hall,
        title=step.where.title if step.where is not None else step.title,
        lead=step.lead,
        fee_fen=step.fee_fen if step.fee_known else None,
        minutes=step.minutes,
        limit_days=step.limit_days,
        limit_words=step.limit_words,
        needs=tuple(Need(row.title, row.state.value, row.hint) for row in step.rows),
        phone=place.phone,
        terminal=process.settings.terminal,
        hours=place.hours,
        on=datetime.now().astimezone().date().isoformat(),
        example=bool(visit.catalogue.label),
    )


def receipt_slip(process: VisitProcess, copy: int) -> Any:
    """The receipt of what was handed in. Says what is true at this moment: at the county, or kept here."""
    visit = process.present()
    step = visits.step(visit)
    application = process.performer.application
    submitted = visit.submitted
    if submitted is not None and visit.answers.said:
        return said_slip(process, visit, step)
    if application is None or submitted is None or visit.matter is None:
        raise LookupError("nothing has been handed in")
    following = step.following if isinstance(step, HandedIn) else ()
    fees = [item.fee_fen for item in visit.matter.items if item.id in application.items]
    place = process.settings.place
    words = process.words

    def line(code: str, values: tuple[tuple[str, str], ...]) -> str:
        return words("papers.receipt.following", title=words(f"next.{code}.title", **dict(values)),
                     text=words(f"next.{code}.text", **dict(values)))  # fmt: skip

    return receipt(
        Receipt(
            county=place.county,
            hall=place.hall,
            matter=application.matter_title,
            name=mask(application.known.name),
            at=submitted.at,
            number=submitted.number,
            qr=submitted.code,
            items=item_lines(visit.matter, application, words),
            materials=tuple(
                Handed(m.title, m.by, sum(page.count for page in m.pages))
                for m in application.materials
                if m.by != "exempt"
            ),
            following=tuple(line(one.code, one.values) for one in following if one.state != "done"),
            at_county=visit.at_county,
            phone=place.phone,
            terminal=process.settings.terminal,
            check=check_mark(submitted.code),
            fee_fen=None if None in fees else sum(fee for fee in fees if fee is not None),
            clock_sure=clock_sure(datetime.now().astimezone()),
            copy=copy,
            example=bool(visit.catalogue.label),
            helper=next((mask(one.name) for one in application.helpers if one.role == "relative"), ""),
            answers=tuple(
                (field.label, shown(field, application.fields[field.id].value), field.receipt)
                for field in visit.matter.fields
                if field.receipt and field.id in application.fields
            ),
        ),
        words,
    )


def item_lines(matter: Matter, application: Application, words: Locale) -> tuple[str, ...]:
    """What was handed in, each item with its own days where they are known and there is more than one."""

    def line(item: Item) -> str:
        days = single(item) if len(application.items) > 1 else None
        if days is None:
            return item.title
        return words("papers.receipt.item_days" if days else "papers.receipt.item_now", title=item.title, days=days)

    items = {item.id: item for item in matter.items}
    return tuple(line(items[name]) if name in items else name for name in application.items)


def said_slip(process: VisitProcess, visit: visits.Visit, step: Any) -> Any:
    """The receipt of a question or complaint: number, when, what about; never the words themselves."""
    submitted = visit.submitted
    if submitted is None:
        raise LookupError("nothing has been handed in")
    place, words = process.settings.place, process.words
    following = step.following if isinstance(step, HandedIn) else ()
    return said(
        Said(
            county=place.county,
            hall=place.hall,
            about=visit.catalogue.words.get(f"say.subject.{visit.answers.said.get('subject', '')}", ""),
            at=submitted.at,
            number=submitted.number,
            at_county=visit.at_county,
            following=tuple(
                words("papers.receipt.following", title=words(f"next.{one.code}.title"),
                      text=words(f"next.{one.code}.text"))
                for one in following
            ),
            phone=place.phone,
            terminal=process.settings.terminal,
            check=check_mark(submitted.code),
            clock_sure=clock_sure(datetime.now().astimezone()),
        ),
        words,
    )  # fmt: skip


def lost_slip(process: VisitProcess, number: str, code: str) -> Any:
    """A receipt that never came out, by what is left of it here: number and code. The rest the county holds."""
    place = process.settings.place
    at = datetime.now().astimezone().isoformat(timespec="minutes")
    return recovered(place.county, place.hall, number, code, at, place.phone, process.settings.terminal,
                     check_mark(code), process.words)  # fmt: skip


def aside_slip(process: VisitProcess, code: str, until: float) -> Any:
    """The slip of a visit that is being put aside. `code`: its digits; `until`: seconds since 1970."""
    from offline.drafts import grouped, qr_of
    from offline.errors import OfflineError
    from offline.identity import load
    from papers.aside import Aside, aside

    visit, place = process.present(), process.settings.place
    try:
        public_url = load(process.state).county.public_url
    except OfflineError:
        public_url = ""
    # The last whole day: whoever comes on the day that is printed must not come too late by an hour.
    last = datetime.fromtimestamp(until).astimezone().date() - timedelta(days=1)
    return aside(
        Aside(
            county=place.county,
            hall=place.hall,
            matter=visit.matter.title if visit.matter is not None else "",
            digits=grouped(code),
            qr=qr_of(code, public_url),
            until=last.isoformat(),
            phone=place.phone,
            terminal=process.settings.terminal,
            example=bool(visit.catalogue.label),
        ),
        process.words,
    )


def limit_days(matter: Matter | None, application: Application, profile: str) -> int | None:
    """The limit of the whole, as the screens told it."""
    return matter_limit(matter, application.items, profile).days if matter is not None else None


def item_details(matter: Matter | None, application: Application) -> tuple[ItemDetail, ...]:
    """What the catalogue of this visit says of the items, so that the county need not hold the same version."""
    from wire.messages import ItemDetail

    items = {item.id: item for item in matter.items} if matter is not None else {}
    return tuple(
        ItemDetail(
            name,
            items[name].title if name in items else name,
            items[name].department if name in items else "",
            items[name].code if name in items and len(items[name].code) == 31 else "",
            single(items[name]) if name in items else None,
        )
        for name in application.items
    )
