"""Carries out what a step asks for.

Each effect is a coroutine that can be cancelled at any moment and ends in a result; an expected failure is `Failed`
with the code of a fault card.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, TypeVar

from hardware.ports import Fault
from kiosk.visiting.portraits import Portraits
from matters import effects
from matters.application import Application, to_json
from matters.effects import AnyEffect
from matters.outcomes import (
    AtCounty,
    CardRead,
    CaseRow,
    CasesFound,
    CodeScanned,
    Done,
    DraftOpened,
    FaceTaken,
    Failed,
    PaperLine,
    PaperRead,
    PhoneRead,
    PictureTaken,
    Printed,
    Result,
    SocialCardRead,
    Submitted,
)

if TYPE_CHECKING:
    from kiosk.visiting.conductor import Tell
    from kiosk.visiting.process import VisitProcess
    from offline.drafts import Drafts
    from offline.submit import Desk
    from wire.lookup import LookupCase

SWITCH_OFF_S = 0.4
ASK_AGAIN_S = 5.0  # the outbox is asked this often, should a word of sync's have been missed

T = TypeVar("T")


class Performer:
    """One visit's effects. `application` is what was handed in, with its id."""

    def __init__(self, process: VisitProcess) -> None:
        self._process = process
        self._ports: dict[str, Any] = process.devices.ports
        self._at_county: dict[str, asyncio.Event] = {}
        self.application: Application | None = None
        self._id = ""
        self._opened_desk: Desk | None = None
        self._thread = ThreadPoolExecutor(1, "desk")
        self._copied: tuple[Application, Application, dict[str, bytes]] | None = None  # asked for, handed in, its files
        self._films: Counter[int] = Counter()  # by camera: how many effects want it on
        self._portraits = Portraits(process)
        self._forgotten = False  # a picture was thrown away since the last filming began
        self._how: dict[type, Callable[[Any, Tell], Awaitable[Result]]] = {
            effects.ReadCard: self._read_card,
            effects.ReadSocialCard: self._read_social,
            effects.Film: self._film,
            effects.Shoot: self._shoot,
            effects.FilmFace: self._film_face,
            effects.TakeFace: self._take_face,
            effects.Forget: self._forget,
            effects.ReadPaper: self._read_paper,
            effects.PrintNotice: self._print_notice,
            effects.Submit: self._submit,
            effects.HandInWords: self._hand_in_words,
            effects.PrintReceipt: self._print_receipt,
            effects.AwaitCounty: self._await_county,
            effects.SendRating: self._send_rating,
            effects.CallClerk: self._call_clerk,
            effects.LookUp: self._look_up,
            effects.ScanCode: self._scan,
            effects.ReadPhoneCode: self._read_phone,
            effects.PutAside: self._put_aside,
            effects.OpenDraft: self._open_draft,
            effects.ForgetDraft: self._forget_draft,
        }

    async def perform(self, effect: AnyEffect, tell: Tell) -> Result:
        return await self._how[type(effect)](effect, tell)

    def acknowledged(self, application: str) -> None:
        """The county has signed for it."""
        self._at_county.setdefault(application, asyncio.Event()).set()

    # ------------------------------------------------------------------ devices

    async def _read_card(self, _: effects.ReadCard, tell: Tell) -> Result:
        reader = self._ports.get("id_card")
        if reader is None:
            return Failed("reader.absent")
        record = await reader.read(lambda: tell("card.reading"))
        if isinstance(record, Fault):
            self._process.journal.note("card.failed", code=record.code)
            return Failed(record.code)
        self._process.journal.note("card.read", kind=record.kind)
        self._portraits.card(record.id_number, record.photo)
        return CardRead(
            kind=record.kind,
            name=record.name,
            id_number=record.id_number,
            sex=record.sex,
            nation=record.nation,
            birth=record.birth,
            address=record.current_address,
            issuer=record.issuer,
            valid_from=record.valid_from,
            valid_to=record.valid_to,
        )

    async def _read_social(self, _: effects.ReadSocialCard, tell: Tell) -> Result:
        """What a social-security card lets anybody read."""
        reader = self._ports.get("social_card")
        if reader is None:
            return Failed("social_reader.absent")
        record = await reader.read(lambda: tell("card.reading"))
        if isinstance(record, Fault):
            self._process.journal.note("card.failed", code=record.code)
            return Failed(record.code)
        self._process.journal.note("card.read", kind="social")
        return SocialCardRead(record.name, record.id_number, record.card_number, record.generation, record.valid_to)

    async def _scan(self, effect: effects.ScanCode, _: Tell) -> Result:
        """A receipt's code, or a slip's; whatever else is held there is none of our business and goes nowhere."""
        from hardware.scanner import CodeKind
        from offline.drafts import code_of

        scanner = self._ports.get("scanner")
        if scanner is None:
            return Failed("scanner.absent")
        code = await scanner.scan()
        if isinstance(code, Fault):
            return Failed(code.code)
        if effect.kind == "slip":
            digits = code_of(code.text)
            return CodeScanned(digits) if digits else Failed("draft.wrong_code")
        return CodeScanned(code.text) if code.kind is CodeKind.RECEIPT else Failed("code.not_receipt")

    async def _read_phone(self, _: effects.ReadPhoneCode, tell: Tell) -> Result:
        """A phone's code, passed on to be checked."""
        from kiosk.visiting import phoning

        process, scanner = self._process, self._ports.get("scanner")
        if scanner is None:
            return Failed("scanner.absent")
        asker = phoning.Asker(process.county_url, process.state, process.settings.county.suite)
        read = await phoning.read(scanner, asker, lambda: bool(process.line.get("online")), tell)
        if isinstance(read, PhoneRead):
            process.journal.note("phone.checked", kind=read.kind)
        elif read.code.startswith("phone."):
            process.journal.note("phone.refused", code=read.code)
        return read

    async def _film(self, effect: effects.Film, _: Tell) -> Result:
        camera = self._ports.get("camera")
        if camera is None:
            return Failed("camera.absent")
        with self._filming(camera):
            # A page that was just taken must be changed before the next is taken by itself, unless it is taken again.
            retake, self._forgotten = self._forgotten, False
            fault = await camera.start(effect.shape, effect.colour, retake=retake)
            return self._kept(fault if fault is not None else await camera.taken())

    async def _shoot(self, effect: effects.Shoot, _: Tell) -> Result:
        camera = self._ports.get("camera")
        if camera is None:
            return Failed("camera.absent")
        with self._filming(camera):
            taken = await camera.shoot()
            if isinstance(taken, Fault) and taken.code == "camera.stopped":
                fault = await camera.start(effect.shape, effect.colour)
                taken = fault if fault is not None else await camera.shoot()
            return self._kept(taken)

    @contextlib.contextmanager
    def _filming(self, camera: Any) -> Iterator[None]:
        """The camera runs on for a moment after an effect: the next (shoot now, another page) often follows."""
        self._films[id(camera)] += 1
        try:
            yield
        finally:
            self._films[id(camera)] -= 1
            asyncio.get_running_loop().call_later(SWITCH_OFF_S, self._switch_off, camera)

    def _switch_off(self, camera: Any) -> None:
        if self._films[id(camera)] == 0:
            self._process.spawn(self._off(camera))

    async def _off(self, camera: Any) -> None:
        if self._films[id(camera)] == 0:  # still: an effect may have begun since this was spawned
            await camera.stop()

    async def _film_face(self, _: effects.FilmFace, tell: Tell) -> Result:
        camera = self._ports.get("face_camera")
        if camera is None:
            return Failed("face_camera.absent")
        with self._filming(camera):
            return Failed(await self._portraits.film(camera, tell))

    async def _take_face(self, effect: effects.TakeFace, _: Tell) -> Result:
        camera = self._ports.get("face_camera")
        if camera is None:
            return Failed("face_camera.absent")
        with self._filming(camera):
            taken = await self._portraits.take(camera, effect.id_number)
        if isinstance(taken, FaceTaken):
            self._process.journal.note("face.taken", card="shown" if taken.card is not None else "none")
            for page in self._portraits.pages(taken):
                self._process.spawn(self._at_desk(lambda desk, page=page: desk.prepare(page)))  # type: ignore[misc]
        return taken

    def _kept(self, taken: Any) -> Result:
        if isinstance(taken, Fault):
            return Failed(taken.code)
        handle = self._process.pictures.keep(taken.sha256, taken.jpeg)
        self._process.spawn(self._at_desk(lambda desk: desk.prepare(taken.jpeg)))
        return PictureTaken(handle, taken.sha256, taken.width, taken.height, len(taken.jpeg), taken.verdict)

    async def _read_paper(self, effect: effects.ReadPaper, _: Tell) -> Result:
        """Nobody waits for it; what is read stays in this process."""
        if self._process.reader is None:
            return Failed("reading.broken")
        text = await self._process.reader.read(self._process.pictures.get(effect.picture))
        if isinstance(text, Fault):
            return Failed(text.code)
        return PaperRead(tuple(PaperLine(*line) for line in text.lines), text.turn)

    async def _forget(self, effect: effects.Forget, _: Tell) -> Result:
        sha256 = self._process.pictures.forget(effect.picture)
        await self._at_desk(lambda desk: desk.forget(sha256))
        self._forgotten = True
        return Done()

    async def _print_notice(self, effect: effects.PrintNotice, _: Tell) -> Result:
        """Whole sheets where there is a printer for them; else, or if it fails, the slip."""
        from kiosk.visiting import slips

        made = slips.guide_papers(self._process) if effect.guide else slips.notice_papers(self._process)
        document = self._ports.get("document_printer")
        if document is not None:
            printed = await document.print(await asyncio.to_thread(made.sheet))
            if isinstance(printed, Printed):
                return printed
            if self._ports.get("receipt_printer") is None:
                return Failed(printed.code)
        return await self._print(made.slip())

    async def _print_receipt(self, effect: effects.PrintReceipt, _: Tell) -> Result:
        from kiosk.visiting.slips import receipt_slip

        printed = await self._print(receipt_slip(self._process, effect.copy), job=effect.id)
        if isinstance(printed, Printed) and printed.confirmed:
            await self.printed(effect.copy)
        return printed

    async def _print(self, slip: Any, job: str = "") -> Result:
        printer = self._ports.get("receipt_printer")
        if printer is None:
            return Failed("printer.absent")
        printed = await printer.print(slip, job)
        if isinstance(printed, Printed):
            return printed
        if self.application is not None:
            self._process.journal.note("receipt.failed", record=self.application.id, code=printed.code)
        return Failed(printed.code)

    # ------------------------------------------------------------------ put aside, gone on with

    def _drafts(self) -> Drafts:
        from offline.drafts import Drafts

        settings = self._process.settings
        return Drafts(self._process.state, settings.visits.aside_days, suite=settings.county.suite)

    def drafts_count(self) -> int:
        """How many visits lie put aside on this terminal."""
        return self._drafts().count()

    def drafts_lie_here(self) -> bool:
        return self._process.settings.visits.aside_days > 0 and self.drafts_count() > 0

    async def _draft(self, work: Callable[[Drafts], T]) -> T | Failed:
        return await self._blocking(lambda: work(self._drafts()))

    async def _blocking(self, work: Callable[[], T]) -> T | Failed:
        """Something that blocks (scrypt, sealing, fsync), in the desk's thread; one at a time: the outbox is one
        connection."""
        from offline.errors import OfflineError

        def blocking() -> T | Failed:
            try:
                return work()
            except OfflineError as error:
                return Failed(error.code)

        return await asyncio.get_running_loop().run_in_executor(self._thread, blocking)

    async def _put_aside(self, effect: effects.PutAside, _: Tell) -> Result:
        """Sealed on the disk, then the slip, then what it takes the place of goes. Without a slip nothing stays."""
        from kiosk.visiting.slips import aside_slip

        pages = self._process.pictures.by_digest(people=False)
        kept = await self._draft(lambda drafts: drafts.put(effect.content, pages, effect.id_number))
        if isinstance(kept, Failed):
            return kept
        code = kept.code
        try:
            printed = await self._print(aside_slip(self._process, code, kept.until))
        except BaseException:
            self._drafts().remove(code)
            raise
        if isinstance(printed, Failed):
            await self._draft(lambda drafts: drafts.remove(code))
            return printed
        self._process.journal.note("draft.kept")
        if effect.instead:
            await self._forget_draft(effects.ForgetDraft(effect.id, effect.instead, "replaced"), _)
        return Done()

    async def _open_draft(self, effect: effects.OpenDraft, _: Tell) -> Result:
        opened = await self._draft(lambda drafts: drafts.open(effect.code, effect.id_number))
        if isinstance(opened, Failed):
            return opened
        self._process.journal.note("draft.opened")
        pictures = {}
        for name, page in opened.pages.items():
            pictures[name] = self._process.pictures.keep(name, page)
            self._process.spawn(self._at_desk(lambda desk, page=page: desk.prepare(page)))  # type: ignore[misc]
        return DraftOpened(opened.answers, pictures)

    async def _forget_draft(self, effect: effects.ForgetDraft, _: Tell) -> Result:
        gone = await self._draft(lambda drafts: drafts.remove(effect.code))
        if gone is True:
            self._process.journal.note("draft.gone", reason=effect.reason, count=1)
        return Done()

    # ------------------------------------------------------------------ handing in

    def _desk(self) -> Desk:
        """Where this visit hands in; opened once, closed with the process. Raises OfflineError."""
        from offline.submit import Desk

        if self._opened_desk is None:
            process = self._process
            storage = process.settings.storage
            point = process.pass_point
            self._opened_desk = Desk.open(
                process.state, reserve_bytes=storage.free_bytes_least, area=process.settings.place.area, point=point,
                mirror=storage.second, suite=process.settings.county.suite,
            )  # fmt: skip
        return self._opened_desk

    async def _at_desk(self, work: Callable[[Desk], T]) -> T | Failed:
        return await self._blocking(lambda: work(self._desk()))

    async def ready(self) -> Failed | None:
        """Why nobody should begin a visit that ends here, or None if they may."""
        return await self._at_desk(lambda desk: desk.ready())

    async def queue(self) -> dict[str, Any] | None:
        """How many wait, since when (seconds since 1970), last error, how many a rescue could not save;
        None while the outbox cannot say."""
        found = await self._at_desk(lambda desk: {**asdict(desk.waiting()), "lost": desk.lost()})
        return None if isinstance(found, Failed) else found

    async def _submit(self, effect: effects.Submit, _: Tell) -> Result:
        from kiosk.visiting.slips import item_details, limit_days

        application = effect.application
        if not application.id:
            application = replace(application, id=self._application_id())
        if self._copied is None or self._copied[0] != effect.application:
            made = await asyncio.to_thread(self._copies, application)
            self._copied = (effect.application, *made)
        application, chosen = self._copied[1:]
        matter = self._process.present().matter
        details = item_details(matter, application)
        days = limit_days(matter, application, self._process.settings.limit_profile)
        done = await self._at_desk(lambda desk: desk.submit(application, chosen, details, days))
        if isinstance(done, Submitted):
            self.application = application
            self._process.channel.send({"say": "committed"})
            if self._process.tested and not self._process.discreet:
                # What was entered, for a test to hold against what the county gets.
                self._process.channel.send({"say": "entered", "application": json.loads(to_json(application))})
        return done

    def _copies(self, application: Application) -> tuple[Application, dict[str, bytes]]:
        """What the pictures are handed in as. Blocks."""
        from kiosk.visiting.copying import with_copies

        process, pages = self._process, self._process.pictures.by_digest()
        visit, most = process.present(), process.settings.papers.page_bytes_most
        made, files = with_copies(application, pages, visit.matter, process.words, visit.setting.today, most)
        of_the_person = (page.sha256 for page in (*made.known.face, *made.known.card_photo))
        return made, files | {name: pages[name] for name in of_the_person}  # as they were taken

    async def _hand_in_words(self, effect: effects.HandInWords, _: Tell) -> Result:
        record = self._application_id()
        done = await self._at_desk(lambda desk: desk.say(record, effect.subject, effect.words, effect.phone))
        if isinstance(done, Submitted):
            self._process.channel.send({"say": "committed"})
        return done

    def _application_id(self) -> str:
        """The same for every try of this visit, so that pressing again after an unclear end makes no second case."""
        if not self._id:
            from wire import uuid7

            self._id = uuid7.uuid7(int(time.time() * 1000), os.urandom(10))
        return self._id

    async def _await_county(self, effect: effects.AwaitCounty, _: Tell) -> Result:
        heard = self._at_county.setdefault(effect.application, asyncio.Event())
        while not heard.is_set():
            if await self._at_desk(lambda desk: desk.at_county(effect.application)) is True:
                break
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(heard.wait(), ASK_AGAIN_S)
        return AtCounty(effect.application)

    async def _send_rating(self, effect: effects.SendRating, _: Tell) -> Result:
        done = await self._at_desk(lambda desk: desk.rate(effect.application, effect.level, effect.reasons))
        self._process.channel.send({"say": "committed"})
        return done

    async def _call_clerk(self, effect: effects.CallClerk, _: Tell) -> Result:
        """Light and sound at once; "reached" only when the county has signed for the call."""
        speaker, lights = self._ports.get("speaker"), self._ports.get("lights")
        if speaker is not None:
            self._process.spawn(speaker.tone("notice"))
        if lights is not None:
            from hardware.lights import Meaning

            self._process.spawn(lights.show(Meaning.CALLING))
        called = await self._at_desk(lambda desk: desk.call_clerk(effect.where))
        self._process.channel.send({"say": "committed"})
        self._process.journal.note("clerk.called", step=effect.where)
        if isinstance(called, Failed):
            return called
        heard = self._at_county.setdefault(called, asyncio.Event())
        with contextlib.suppress(TimeoutError):
            wait = self._process.settings.visits.county_wait_s if self._process.line.get("online") else 0.0
            await asyncio.wait_for(heard.wait(), wait)
        return Done() if heard.is_set() else Failed("county.offline")

    async def _look_up(self, effect: effects.LookUp, _: Tell) -> Result:
        from offline.county import County, CountyError
        from offline.errors import OfflineError
        from offline.identity import load
        from wire import lookup
        from wire.errors import WireError

        if effect.id_number:
            await self._print_lost(effect.id_number)
        try:
            identity = await asyncio.to_thread(load, self._process.state)
            proof: lookup.ByReceipt | lookup.ByCard = (
                lookup.by_receipt(effect.receipt) if effect.receipt else lookup.ByCard(effect.id_number, "card")
            )
            asking = lookup.ask(proof, identity.terminal, identity.county, self._process.settings.county.suite or None)
            async with County(self._process.county_url, identity, time.time) as county:
                cases = asking.read(await county.lookup(asking.body))
        except CountyError:
            return Failed("county.offline")
        except (OfflineError, WireError) as error:
            return Failed("code.not_receipt" if error.code.startswith("receipt.") else error.code)
        return CasesFound(_grouped(cases))

    async def _print_lost(self, id_number: str) -> None:
        """Receipts of this card that were committed and never printed: power went, paper was out."""
        from kiosk.visiting.slips import lost_slip

        lost = await self._at_desk(lambda desk: desk.unprinted(id_number))
        for one in lost if not isinstance(lost, Failed) else ():
            printed = await self._print(lost_slip(self._process, one.number, one.code), job=one.id)
            if isinstance(printed, Printed):
                record = one.id
                await self._at_desk(lambda desk: desk.printed(record, 1))  # noqa: B023 - awaited before record changes
                self._process.journal.note("receipt.recovered", record=record)

    async def printed(self, copy: int) -> None:
        """The person has the receipt: the card need not bring it back any more."""
        if self.application is not None:
            record = self.application.id
            await self._at_desk(lambda desk: desk.printed(record, copy))


def _grouped(cases: Iterable[LookupCase]) -> tuple[CaseRow, ...]:
    """The applications, each with the cases of its items; the parent comes before them."""
    rows: dict[str, CaseRow] = {}
    for case in cases:
        row = CaseRow(case.receipt, case.title, str(case.state), case.at, case.days, case.by, case.late)
        if case.item == 0:
            rows[case.application] = row
        elif (parent := rows.get(case.application)) is not None:
            rows[case.application] = replace(parent, items=(*parent.items, row))
    return tuple(rows.values())
