"""One matter out of its file: each of its parts read by name and type, each key asked for once. What is wrong becomes a
finding; what is missing and may be gets its plain value."""

from __future__ import annotations

from collections.abc import Mapping

from matters import catalogue as model
from matters.catalogue import Confidence, Days, Matter, Mode
from matters.findings import Finding, Weight
from matters.knowing import with_levels
from matters.tables import UNKNOWN, Notes, Table, place_of

KINDS = ("name", "text", "digits", "phone", "id_number", "money", "date", "address", "bank", "credit", "choice")
SHAPES = ("a4", "card", "booklet", "certificate", "any")
SIX = ("law", "verify", "own", "commit", "check", "share")  # 六个一律 (000 三(四)2), in the order of the plan
EXEMPTIONS = ("card_read", "generated", *SIX, "licence", "result")
BY_DATA = ("check", "share", "licence")  # hold only where the county has connected the source
COMPLEXITIES = ("general", "fairly_complex", "complex", "market_access")
KINDS_OF_CONSENT = ("general", "guardian", "sensitive", "face")
NINE = ("official", "code", "type", "basis", "materials", "form", "steps", "limit", "result")  # 九同 (000 三(四)1)
CONFIDENCES = tuple(one.value for one in Confidence)
MODES = tuple(one.value for one in Mode)


class Parts:
    """Reads matters; `shared` are the definitions that they may add to, by kind and id."""

    def __init__(self, shared: Mapping[str, Mapping[str, Table]], notes: Notes) -> None:
        self.shared, self.notes = shared, notes

    def entries(self, table: Table, kind: str) -> list[Table]:
        """Members of a list, each merged with the shared definition of its id; a bare id is the definition itself."""
        found = []
        for node in table.tables(kind):
            if isinstance(node.value, str):
                base = self.shared[kind].get(node.value)
                if base is None:
                    self.notes.append(Finding("no_such", Weight.ERROR, place_of(node), (("id", node.value),)))
                    continue
                found.append(Table(base.node, self.notes, kind))
                found[-1].place = place_of(node)
                continue
            if not isinstance(node.value, dict):
                self.notes.append(Finding("wants_table", Weight.ERROR, place_of(node), (("name", kind),)))
                continue
            own = node.value.get("id")
            shared = (
                self.shared.get(kind, {}).get(own.value) if own is not None and isinstance(own.value, str) else None
            )
            found.append(Table(node, self.notes, kind, shared))
        return found

    def matter(self, t: Table) -> Matter:
        return with_levels(
            Matter(
                id=t.text("matter"),
                title=t.text("title"),
                official=t.text("official", t.text("title")),
                names=t.texts("names"),
                pinyin=t.texts("pinyin"),
                examples=t.texts("examples"),
                picture=t.text("picture"),
                event=t.text("event"),
                heading=t.text("heading"),
                lead=t.text("lead", ""),
                who=t.text("who", UNKNOWN),
                limit=_days(t.table("limit")),
                complexity=t.one_of("complexity", COMPLEXITIES, "general"),
                reply_days=t.number("reply_days"),
                situations=t.each("situations", self.situation),
                items=tuple(self.item(one) for one in self.entries(t, "items")),
                fields=tuple(self.field(one) for one in self.entries(t, "fields")),
                materials=tuple(self.material(one) for one in self.entries(t, "materials")),
                promises=tuple(self.promise(one) for one in self.entries(t, "promises")),
                delivery=tuple(self.delivery(one) for one in self.entries(t, "delivery")),
                delivery_title=t.text("delivery_title", ""),
                delivery_hint=t.text("delivery_hint", ""),
                items_title=t.text("items_title", ""),
                consents=self.consents(t),
                ages=self.ages(t.table("ages")),
                confidence=Confidence(t.one_of("confidence", CONFIDENCES)),
                materials_before=t.number("materials_before"),
                advice=t.each("advice", self.advice),
                not_here=t.text("not_here", ""),
                place=t.place,
            )
        )

    def situation(self, t: Table) -> model.Situation:
        return model.Situation(
            id=t.text("id"),
            title=t.text("title"),
            label=t.text("label"),
            hint=t.text("hint", ""),
            options=t.each("options", self.choice),
            when=t.condition(),
            place=t.place,
        )

    def choice(self, t: Table) -> model.Choice:
        return model.Choice(
            t.text("id"), t.text("title"), t.text("reason", ""), t.text("icon", ""), t.condition(),
            t.one_of("sex", ("1", "2"), ""),
        )  # fmt: skip

    def item(self, t: Table) -> model.Item:
        basis = t.text("basis")
        code = t.text("code")
        made = model.Item(
            id=t.text("id"),
            title=t.text("title"),
            official=t.text("official"),
            reason=t.text("reason", ""),
            department=t.text("department"),
            code="" if code == UNKNOWN else code,
            basis=model.Basis("" if basis == UNKNOWN else basis, basis != UNKNOWN),
            limit=_days(t.table("limit")),
            fee_fen=t.number("fee_fen"),
            village=Mode(t.one_of("village", MODES, "agent")),
            town=Mode(t.one_of("town", MODES, "agent")),
            steps=t.texts("steps"),
            result=t.text("result", UNKNOWN),
            confidence=Confidence(t.one_of("confidence", CONFIDENCES)),
            gives=t.one_of("gives", model.GIVES),
            type=_known(t.one_of("type", (*model.TYPES, UNKNOWN), UNKNOWN)),
            decides=_known(t.one_of("decides", (*model.TIERS, UNKNOWN), UNKNOWN)),
            in_person=t.text("in_person", ""),
            fee_basis=_known(t.text("fee_basis", "")),
            intermediary=self.intermediary(t),
            visits=t.number("visits"),
            commitment={"yes": True, "no": False}.get(t.one_of("commitment", ("yes", "no", UNKNOWN), UNKNOWN)),
            published=t.each("published", self.published),
            short=t.text("short", t.text("title")),
            usual=t.flag("usual", True),
            required=t.text("required", ""),
            settled=t.text("settled", ""),
            needs=t.texts("needs"),
            tie=t.text("tie", ""),
            when=t.condition(),
            place=t.place,
        )
        t.rest()
        return made

    def intermediary(self, t: Table) -> tuple[model.Intermediary, ...] | None:
        """`none` where nobody outside is needed; a list of who is; left out or unknown: nobody knows."""
        node = t.raw("intermediary")
        if node is None or node.value == UNKNOWN:
            return None
        if node.value == "none":
            return ()
        return t.each(
            "intermediary",
            lambda one: model.Intermediary(
                one.text("title"), one.text("fee"), one.number("days"), _known(one.text("basis"))
            ),
        )

    def published(self, t: Table) -> model.Published:
        """The nine things as another level publishes them; materials and form as lists of what is asked for."""
        tier = t.one_of("tier", model.TIERS)
        values = [(key, "、".join(t.texts(key))) for key in NINE if t.has(key)]
        return model.Published(tier, tuple(values), t.place)

    def field(self, t: Table) -> model.Field:
        kind = t.one_of("kind", KINDS)
        made = model.Field(
            id=t.text("id"),
            title=t.text("title"),
            label=t.text("label"),
            kind=kind,
            hint=t.text("hint", ""),
            main=t.text("main", ""),
            unit=t.text("unit", ""),
            limit=t.number("limit") or 0,
            least=t.number("least"),
            most=t.number("most"),
            earliest=t.text("earliest", ""),
            latest=t.text("latest", ""),
            optional=t.flag("optional", False),
            sensitive=t.flag("sensitive", False),
            minor=t.flag("minor", False),
            options=t.each("options", self.choice),
            suggestions=t.texts("suggestions"),
            receipt=t.text("receipt", ""),
            fill=self.fills(t),
            change=t.flag("change", True),
            items=t.texts("for"),
            when=t.condition(),
            place=t.place,
        )
        if (kind == "choice") != bool(made.options):
            t.wrong(None, "options", id=made.id)
        t.rest()
        return made

    def fills(self, t: Table) -> tuple[model.Fill, ...]:
        node = t.raw("fill")
        if node is None:
            return ()
        if isinstance(node.value, str):
            return (model.Fill(node.value),)
        return t.each("fill", lambda one: model.Fill(one.text("from"), one.condition()))

    def material(self, t: Table) -> model.Material:
        title = t.text("title")
        made = model.Material(
            id=t.text("id"),
            title=title,
            short=t.text("short", title),
            hint=t.text("hint", ""),
            icon=t.text("icon"),
            kind=t.one_of("kind", ("original", "copy", "form")),
            source=t.one_of("source", ("applicant", "government", "other")),
            shape=t.one_of("shape", SHAPES),
            pages=t.number("pages", 1) or 1,
            colour=t.flag("colour", True),
            why=t.text("why"),
            confidence=Confidence(t.one_of("confidence", CONFIDENCES)),
            page_hints=t.texts("page_hints"),
            commitment=t.text("commitment", ""),
            basis=_known(t.text("basis", "")),
            issuer=t.text("issuer", ""),
            specimen=t.texts("specimen"),
            good=t.texts("good"),
            sensitive=t.flag("sensitive", False),
            later=t.flag("later", False),
            exempt=t.each("exempt", self.exempt),
            read=self.look(t.table("read")),
            fills=t.each("fills", lambda f: model.PaperFill(f.text("field"), f.texts("labels"), f.condition())),
            copy=self.copy(t.table("copy")),
            items=t.texts("for"),
            when=t.condition(),
            place=t.place,
        )
        if not 1 <= made.pages <= 20:
            t.wrong(t.raw("pages"), "pages", value=str(made.pages))
        t.rest()
        return made

    def look(self, t: Table | None) -> model.PaperLook | None:
        if t is None:
            return None
        sides = t.each("sides", lambda side: side.texts("marks"))
        made = model.PaperLook(t.texts("marks"), sides, t.flag("person", False), t.flag("expires", False))
        if not made.marks and not made.sides:
            t.wrong(None, "missing", name="marks", what="read")
        t.rest()
        return made

    def copy(self, t: Table | None) -> model.PaperCopy:
        if t is None:
            return model.PaperCopy()
        made = model.PaperCopy(
            t.one_of("sheet", ("a4",), ""), t.flag("watermark", False), t.flag("pdf", False), t.flag("original", False)
        )
        t.rest()
        return made

    def exempt(self, t: Table) -> model.Exempt:
        made = model.Exempt(
            t.one_of("reason", EXEMPTIONS), t.text("words"), t.text("source", ""), t.condition(), t.text("item", "")
        )
        if made.reason in BY_DATA and not made.source:
            t.wrong(None, "missing", name="source", what=f"exempt: {made.reason}")
        if (made.reason == "result") != bool(made.item):
            t.wrong(None, "missing", name="item", what="exempt: result")
        return made

    def promise(self, t: Table) -> model.Promise:
        clauses = []
        for node in t.tables("clauses"):
            if isinstance(node.value, str):
                clauses.append(model.Clause(node.value))
                continue
            one = Table(node, self.notes, "clauses")
            clauses.append(model.Clause(one.text("text"), one.condition()))
            one.rest()
        made = model.Promise(
            id=t.text("id"),
            title=t.text("title"),
            clauses=tuple(clauses),
            decline=t.text("decline", ""),
            declaration=t.flag("declaration", False),
            items=t.texts("for"),
            when=t.condition(),
            place=t.place,
        )
        if not clauses:
            t.wrong(None, "missing", name="clauses", what="promises")
        t.rest()
        return made

    def delivery(self, t: Table) -> model.Delivery:
        made = model.Delivery(
            t.text("id"), t.text("title"), t.text("reason", ""), t.text("icon"), t.text("after"), t.condition(), t.place
        )
        t.rest()
        return made

    def consents(self, t: Table) -> tuple[model.Asking, ...]:
        """The matter's own texts, and the shared ones where it has none; which are asked is a rule (consents)."""
        own = [self.consent(one) for one in self.entries(t, "consents")]
        kinds = {asking.kind for asking in own}
        rest = [one for name, one in self.shared["consents"].items() if name not in kinds]
        own += [self.consent(Table(one.node, self.notes, "consents")) for one in rest]
        return tuple(sorted(own, key=lambda asking: KINDS_OF_CONSENT.index(asking.kind)))

    def consent(self, t: Table) -> model.Asking:
        made = model.Asking(
            t.one_of("id", KINDS_OF_CONSENT),
            t.texts("collected"),
            t.text("purpose"),
            t.text("recipients"),
            t.text("kept_until"),
        )
        t.rest()
        return made

    def advice(self, t: Table) -> model.Advice:
        return model.Advice(t.text("icon"), t.text("title"), t.text("hint", ""), t.flag("if_any", False))

    def ages(self, t: Table | None) -> model.Ages:
        if t is None:
            return model.Ages()
        made = model.Ages(t.number("least"), t.number("most"))
        t.rest()
        return made


def _known(text: str) -> str:
    return "" if text == UNKNOWN else text


def _days(t: Table | None) -> Days:
    if t is None:
        return Days()
    made = Days(
        t.number("statutory"),
        t.number("committed"),
        Confidence(t.one_of("confidence", CONFIDENCES, "sample")),
        t.text("note", ""),
    )
    for key in ("statutory", "committed"):
        value = getattr(made, key)
        if value is not None and not 0 <= value <= 400:
            t.wrong(t.raw(key), "days", name=key, value=str(value))
    t.rest()
    return made
