"""Cards, papers, signature: what the terminal takes in."""

from __future__ import annotations

from typing import Any, cast

from kivy.clock import Clock
from kivy.graphics import Color, Rectangle

from config.faults import fault_card
from matters.events import BY_KEY, Signed
from matters.steps import Capture, Card, CardShown, Commitment, Face, Need, NeedRow, Review
from screens import art, shapes
from screens.paper_hints import hint_words
from screens.sheets.base import Sheet, label_width, shows
from screens.text import textures
from screens.theme import look
from screens.widgets import clauses, live
from screens.widgets.base import Column, Grid, Icon, Item, Picture, Row, Text
from screens.widgets.fields import StrokePad
from screens.widgets.frame import BACK, KeySpec
from screens.widgets.scene import MovingArrow
from screens.widgets.touch import DRAWING
from screens.words import say

__all__ = ["clauses", "live"]
PREVIEW_PER_SECOND = 20
STRIP = 3  # papers shown under the camera
SIGNED_BY = 3  # presses of the choose key: deliberate, and possible for a hand that shakes

REMARKS = {
    # remark of a frame: (tone, icon)
    "looking": ("plain", "hand-finger"),
    "found": ("plain", "focus-2"),
    "steady": ("good", "hand-off"),
    "blurred": ("care", "hand-stop"),
    "moving": ("care", "hand-stop"),
    "hand": ("care", "hand-off"),
    "dark": ("care", "bulb"),
    "glare": ("care", "sun"),
    "shadow": ("care", "sun"),
    "blank": ("care", "refresh"),
    "cut_off": ("care", "maximize"),
    "too_far": ("care", "zoom-in"),
    "several": ("care", "files"),
    "same_page": ("plain", "circle-check"),  # it still lies there: nothing is wrong yet
    "empty": ("plain", "hand-finger"),
    "held": ("good", "focus-2"),
}


@shows(Card)
class CardSheet(Sheet):
    """Waiting for an identity card."""

    def main(self) -> KeySpec | None:
        state = self.step.state
        if state == "gone":
            return KeySpec("type", say("card.type_main"), icon_end="arrow-right") if self.step.can_type else None
        words = {"reading": "card.reading_main", "checking": "card.checking_main"}.get(state, "card.waiting")
        return KeySpec("main", say(words), kind="waiting")

    def told(self) -> None:
        step = self.step
        message = self.ids.message
        message.tone, message.icon, message.second = "plain", "hand-stop", ""
        if step.state == "reading":
            self.ids.title.text = say("card.reading_title")
            message.text = say("card.reading")
        elif step.state == "checking":
            self.ids.title.text = say("card.checking_title")
            message.icon, message.text = "device-mobile", say("card.checking")
        elif step.problem:
            words = say.fault(step.problem)
            self.ids.title.text = words.title
            message.tone, message.icon, message.text = "care", "info-circle", words.text
        else:
            self.ids.title.text = say("card.title", whose=step.whose)
            message.text = say("card.wait")
        self.ids.type.shown = step.can_type and step.state != "gone"
        if step.state in ("waiting", "gone"):
            message.second = self._also(step)
        tell_behalf(self.ids.behalf, step.behalf)
        self.ids.picture.elastic = True
        instead = {"gone": "fault-card-reader-gone", "checking": "fault-phone-code"}.get(step.state, "")
        if step.state == "again" and step.problem.startswith("phone.") and fault_card(step.problem).who == "resident":
            instead = fault_card(step.problem).picture  # the phone again: what to do with it
        self.ids.picture.name = instead or "card-on-reader"
        self.ids.picture.of = 600 if instead else 968
        self.ids.picture.here = say("card.here") if not instead and step.state in ("waiting", "again") else ""
        self.ids.picture.where_words = "" if instead else say("card.where")

    @staticmethod
    def _also(step: Card) -> str:
        """What does as well as an identity card, for writing name and number; and that a phone does not just now."""
        there = {"social": step.social, "phone": step.phone, "offline": step.phone == "offline"}
        which = "_".join(name for name, yes in there.items() if yes)
        return say(f"card.{which}") if which else ""


class CardPicture(Picture):
    """The card over the lit plate, with the words that say where."""

    silent = False
    here = ""
    where_words = ""

    def __init__(self, **kwargs: Any) -> None:
        self._arrow = MovingArrow()
        super().__init__(**kwargs)
        self.add_widget(self._arrow)

    def inside(self, x: int, y: int, width: int, height: int) -> None:
        self._arrow.shown = bool(self.here)
        if not self.here:
            self._arrow.vanish()
            return
        left, bottom, wide, high = self._drawing()
        self._arrow.of = 88 * wide / max(1, look.u(self.of))
        side = self._arrow.natural()
        top = look.height - bottom - high
        self._arrow.place(left + round(0.436 * wide) - side // 2, top + round(0.51 * high) - side // 2, side, side)

    def _drawing(self) -> tuple[int, int, int, int]:
        """Left, bottom, width, height of what is drawn in the box."""
        x, y, width, height = self.box
        wanted, high = self._size()
        share = min(1.0, width / wanted, height / high)
        wanted, high = round(wanted * share), round(high * share)
        return x + (width - wanted) // 2, look.height - y - (height + high) // 2, wanted, high

    def words(self) -> str:
        return "，".join(words for words in (self.here, self.where_words) if words)

    def type_sizes(self) -> tuple[tuple[str, int], ...]:
        if not self.words():
            return ()
        share = self._drawing()[2] / max(1, self._size()[0])
        return tuple(("status", max(look.near(look.u(size) * share), look.least_type("status"))) for size in (52, 38))

    def state(self) -> object:
        return (self.name, self.of, self.here, self.where_words)

    def paint(self) -> None:
        super().paint()
        left, bottom, wanted, high = self._drawing()
        share = wanted / max(1, self._size()[0])
        group = self.canvas.before
        for words, px, py, size, bold, colour in (
            (self.here, 0.436, 0.274, 52, True, "#FFFFFF"),
            (self.where_words, 0.871, 0.522, 38, False, "ink2"),
        ):
            if words:
                drawn = max(look.near(look.u(size) * share), look.least_type("status"))
                texture = textures(words, drawn, bold)
                at = (left + round(px * wanted - texture.width / 2), bottom + round(py * high - texture.height / 2))
                group.add(Color(*look.colour(colour)))
                group.add(Rectangle(pos=at, size=texture.size, texture=texture))


class CardRow(Item):
    """One value that was read."""


def tell_behalf(key: Any, behalf: str) -> None:
    """The key that says one acts for somebody else, or for oneself after all."""
    key.shown = bool(behalf)
    if behalf:
        key.text = say(f"card.behalf_{behalf}")


def card_label(code: str) -> str:
    return say.other(f"card_row.{code}")


@shows(CardShown)
class CardShownSheet(Sheet):
    """What was read, before going on."""

    def main(self) -> KeySpec | None:
        return KeySpec("main", say(f"card_shown.{self.step.whose}.main"), icon_end="arrow-right")

    def told(self) -> None:
        step = self.step
        self.ids.title.text = say(f"card_shown.{step.whose}.title")
        self.ids.rows.items = step.rows
        wide = label_width((card_label(code) for code, _ in step.rows), "body")
        for row in self.ids.rows.inner():
            row.ids.label.wide = max(168, wide)
        tell_behalf(self.ids.behalf, step.behalf)
        self.ids.again.text = say("card_shown.again_phone" if step.source == "phone" else "card_shown.again")
        message = self.ids.message
        message.second = ""
        if step.problem:
            message.tone, message.icon = "care", "info-circle"
            message.text, message.second = say.problem(step.problem)
        else:
            message.tone, message.icon, message.text = "good", "hand-stop", say("card_shown.take")


class StripCell(Row):
    """One paper of the strip under the camera: done, now, to come."""

    radius = 20
    pad = (22, 14, 14, 14)
    gap = 18.0

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._icon, self._texts, self._name, self._state = Icon(), Column(), Text(), Text()
        self._texts.gap, self._texts.grow = 0.0, 1.0
        self._icon.of = 56
        self._name.bold, self._name.leading, self._name.role, self._name.smaller = True, 1.25, "key", "sub"
        self._state.role, self._state.colour, self._state.leading = "small", "ink2", 1.25
        self._texts.add_widget(self._name)
        self._texts.add_widget(self._state)
        self.add_widget(self._icon)
        self.add_widget(self._texts)

    def tell(self, row: NeedRow) -> None:
        self.now = row.state is Need.NOW
        done = row.state in (Need.TAKEN, Need.EXEMPT)
        self._icon.name = "camera" if self.now else "circle-check" if done else row.icon or "file-text"
        self._icon.colour = "good" if done else "ink" if self.now and not look.contrast else "accent"
        self._name.text = row.title
        if row.state is Need.TAKEN:
            self._state.text = say("capture.taken", pages=row.pages)
        else:
            self._state.text = say(f"capture.state.{row.state}")

    now = False

    def state(self) -> object:
        return self.now

    def paint(self) -> None:
        from screens.widgets.fields import current_box

        x, _, width, height = self.box
        if self.now:
            current_box(self.canvas.before, x + look.u(2), self.y + look.u(2), width - look.u(4), height - look.u(4))
            return
        shapes.box(
            self.canvas.before, x, self.y, width, height, radius=look.u(self.radius), fill=look.colour("card"),
            edge=look.u(2), line=look.colour("card_line"),
        )  # fmt: skip


class Strip(Grid):
    """The papers around the present one."""

    gap = 20.0

    def tell(self, rows: tuple[NeedRow, ...], *, fewer: bool = False) -> None:
        """`fewer`: something beside it needs the room."""
        most = 2 if look.elder or (fewer and not look.portrait) else STRIP
        self.columns = most if look.portrait else 1
        now = next((index for index, row in enumerate(rows) if row.state is Need.NOW), 0)
        first = min(max(0, now - most + 1), max(0, len(rows) - most)) if now >= most else 0
        shown = rows[first : first + most]
        made = self.inner()
        for child in made[len(shown) :]:
            self.remove_widget(child)
        for _ in range(len(made), len(shown)):
            cell = StripCell()
            cell.grow = 1.0
            self.add_widget(cell)
        for cell, row in zip(cast("list[StripCell]", self.inner()), shown, strict=True):
            cell.tell(row)


@shows(Capture)
class CaptureSheet(Sheet):
    """A paper under the camera, live."""

    pad = (56, 30, 56, 24)

    def __init__(self, **kwargs: Any) -> None:
        self._ticking: Any = None
        self._remark = ""
        super().__init__(**kwargs)

    def main(self) -> KeySpec | None:
        step = self.step
        if step.problem.startswith("camera."):
            return KeySpec("again", say("capture.again"), icon_end="refresh")
        return KeySpec("main", say("capture.main"), icon_end="camera")

    def told(self) -> None:
        step = self.step
        title = say("capture.title", title=step.title)
        if step.pages > 1:
            title = say("capture.title_page", title=step.title, page=step.page)
        self.ids.title.text = title
        self.ids.strip.tell(step.strip, fewer=bool(step.specimen))
        self.ids.strip.shown = len(step.strip) > 1
        gone = step.problem.startswith("camera.")
        self.ids.preview.shown = not gone
        self.ids.gone.shown = gone
        self.ids.commit.shown, self.ids.skip.shown = step.can_commit, step.can_skip
        self.ids.others.shown = step.can_commit or step.can_skip
        self._say(self._remark)

    def renewed(self) -> None:
        self._remark = ""
        self.ids.preview.blank()

    def opened(self) -> None:
        self._ticking = Clock.schedule_interval(self._look, 1 / PREVIEW_PER_SECOND)
        self._look(0)

    def closed(self) -> None:
        if self._ticking is not None:
            self._ticking.cancel()

    def _look(self, _dt: float) -> None:
        if self.parent is None or not self.ids.preview.shown:
            return
        frame = self.stage().services.frame()
        if frame is None:
            return
        self.ids.preview.feed(frame)
        if frame.remark != self._remark:
            self._remark = frame.remark
            self._say(frame.remark)
            self.stage().rearrange()

    def corners_moved(self, corners: tuple[tuple[float, float], ...]) -> None:
        """A finger has set the corners: the camera keeps to them."""
        self.stage().services.hold(corners)

    def _say(self, remark: str) -> None:
        step = self.step
        message = self.ids.message
        # A county's catalogue may name a picture that this terminal has not got: then the words stand alone.
        specimen = step.specimen if step.specimen and art.picture(step.specimen, DRAWING) is not None else ""
        message.picture, message.room_for = "", "" if step.problem else specimen
        if step.problem:
            words = say.fault(step.problem)
            message.tone, message.icon, message.text, message.second = "care", "info-circle", words.title, words.text
            self.ids.preview.caption = say("capture.caption.looking")
            return
        code = {"": "looking", "ok": "found"}.get(remark, remark.removeprefix("capture."))
        found = code not in ("looking", "empty", "cut_off", "several", "not_paper", "same_page")
        if step.paper is not None and code in ("looking", "empty"):  # on the page before, while the next is awaited
            message.tone, message.icon = "care", "info-circle"
            message.text, message.second = hint_words(step.paper, say.locale, "before")
        elif code in REMARKS:
            message.tone, message.icon = REMARKS[code]
            message.text = say(f"capture.remark.{code}")
            message.second = say(f"capture.second.{code}")
            if code in ("looking", "empty"):
                message.picture = specimen
                good = say("capture.good", good=say("capture.good_mark").join(step.good)) if step.good else ""
                message.second = "\n".join(part for part in (step.hint, good) if part) or message.second
        else:
            words = say.fault(f"capture.{code}")
            message.tone, message.icon, message.text, message.second = "care", "info-circle", words.title, words.text
        self.ids.preview.caption = say("capture.caption.found" if found else "capture.caption.looking")
        self.ids.preview.good = found


DARK = "face_camera.dark"  # the camera is well, the last try was not


@shows(Face)
class FaceSheet(Sheet):
    """The person before the camera, live, and the picture that was taken of them."""

    pad = (56, 30, 56, 24)

    def __init__(self, **kwargs: Any) -> None:
        self._ticking: Any = None
        self._lit = self._dark = False
        self._shown = ""
        super().__init__(**kwargs)

    def main(self) -> KeySpec | None:
        if self.step.state == "taken":
            return KeySpec("main", say("face.use"), icon_end="arrow-right")
        if self._gone():
            return KeySpec("again", say("capture.again"), icon_end="refresh")
        if not self._lit:
            return KeySpec("main", say("face.waiting"), kind="waiting")
        return KeySpec("main", say("face.take"), icon_end="camera")

    def _gone(self) -> bool:
        return bool(self.step.problem) and self.step.problem != DARK

    def told(self) -> None:
        step, ids = self.step, self.ids
        taken, gone = step.state == "taken", self._gone()
        ids.photo.shown, ids.gone.shown, ids.preview.shown = taken, gone, not taken and not gone
        ids.again.shown = taken
        if gone or taken:
            self._dim()
        ids.preview.caption = say("face.caption" if self._lit else "face.opening")
        self._say()
        if self.parent is not None:
            self._feed()

    def _say(self) -> None:
        step, message = self.step, self.ids.message
        if step.state == "taken":
            self.ids.title.text = say("face.taken_title")
            message.tone, message.icon = "good", "circle-check"
            message.text, message.second = say("face.taken"), say("face.taken_second")
        elif self._gone():
            words = say.fault(step.problem)
            self.ids.title.text = say("face.title")
            message.tone, message.icon, message.text, message.second = "care", "info-circle", words.title, words.text
        elif step.problem or self._dark:
            words = say.fault(DARK)
            self.ids.title.text = say("face.title")
            message.tone, message.icon, message.text, message.second = "care", "bulb", words.title, words.text
        else:
            self.ids.title.text = say("face.title")
            message.tone, message.icon = "plain", "user-check"
            message.text, message.second = say("face.look"), say("face.why")

    def _dim(self) -> None:
        """Nothing of the person stays in the preview when they do not stand before it."""
        self._lit = self._dark = False
        self.ids.preview.blank()

    def renewed(self) -> None:
        self._shown = ""
        self._dim()

    def opened(self) -> None:
        self._feed()
        self._ticking = Clock.schedule_interval(self._look, 1 / PREVIEW_PER_SECOND)
        self._look(0)

    def closed(self) -> None:
        if self._ticking is not None:
            self._ticking.cancel()
        self._shown = ""
        self.ids.photo.feed(b"")
        self._dim()

    def _feed(self) -> None:
        if self._shown != self.step.picture:
            self._shown = self.step.picture
            self.ids.photo.feed(self.stage().services.picture(self._shown) if self._shown else b"")
            self.ids.photo.repaint()

    def _look(self, _dt: float) -> None:
        if self.parent is None or not self.ids.preview.shown:
            return
        frame = self.stage().services.face()
        if frame is None:
            return
        self.ids.preview.feed(frame)
        dark = frame.remark == "capture.dark"
        if dark != self._dark or not self._lit:
            self._lit, self._dark = True, dark
            self.ids.preview.caption = say("face.caption")
            self._say()
            self.stage().rearrange()


@shows(Review)
class ReviewSheet(Sheet):
    """The straightened picture, judged."""

    pad = (56, 30, 56, 24)

    def __init__(self, **kwargs: Any) -> None:
        self._shown = ""
        super().__init__(**kwargs)

    def main(self) -> KeySpec | None:
        if self.step.verdict == "ok":
            return KeySpec("main", say("review.main"), icon_end="arrow-right")
        return KeySpec("again", say("review.again_main"), icon_end="camera")

    def left(self) -> KeySpec | None:
        if self.step.verdict != "ok":
            return KeySpec("left", say("review.keep"))
        return KeySpec(BACK, say("counter.back"), icon="arrow-left") if self.step.can_go_back else None

    def told(self) -> None:
        step = self.step
        good = step.verdict == "ok"
        message = self.ids.message
        if good:
            self.ids.title.text = say("review.title", title=step.title)
            message.tone, message.icon = "good", "circle-check"
            message.text, message.second = say("review.good"), say("review.good_second")
            if step.paper is not None:
                message.tone, message.icon = "care", "info-circle"
                message.text, message.second = hint_words(step.paper, say.locale)
        else:
            words = say.fault(step.verdict)
            self.ids.title.text = words.title
            message.tone, message.icon, message.text, message.second = "care", "info-circle", words.text, ""
        self.ids.again.shown = good
        self.ids.add.shown = step.can_add and good
        if self.parent is not None:
            self._feed()

    def opened(self) -> None:
        self._feed()

    def _feed(self) -> None:
        if self._shown != self.step.picture:
            self._shown = self.step.picture
            self.ids.photo.feed(self.stage().services.picture(self.step.picture))
            self.ids.photo.repaint()


@shows(Commitment)
class CommitmentSheet(Sheet):
    """A promise, signed with a finger."""

    def main(self) -> KeySpec | None:
        if not self.step.strokes:
            return KeySpec("main", say("commitment.waiting"), kind="waiting")
        return KeySpec("main", say("commitment.main"), icon_end="signature")

    def told(self) -> None:
        step = self.step
        self.ids.clauses.tell(step.clauses)
        self.ids.pad.set(() if step.strokes == BY_KEY else step.strokes)
        self.ids.pad.hint = say("commitment.by_key" if step.strokes == BY_KEY else "commitment.hint")
        if not step.strokes:
            self.presses = 0
        self.ids.decline.shown = bool(step.decline)
        message = self.ids.problem
        message.shown = bool(step.problem)
        if step.problem:
            message.text, message.second = say.problem(step.problem)

    presses = 0  # of the choose key on the box, one after the other

    def renewed(self) -> None:
        self.presses = 0

    def by_key(self, moved: bool) -> str:
        """The keypad's focus came to the box (`moved`) or its key was pressed there: what is to be said of it. Pressed
        three times it stands for a signature; whoever goes away in between begins again."""
        if moved:
            self.presses = 0
            return say("keypad.signed" if self.step.strokes == BY_KEY else "keypad.sign")
        self.presses += 1
        if self.presses < SIGNED_BY:
            return say("keypad.sign_more", count=SIGNED_BY - self.presses)
        stage = self.stage()
        stage.emit(Signed(stage.clock(), BY_KEY))
        return say("keypad.signed")

    def strokes_changed(self, pad: StrokePad) -> None:
        stage = self.stage()
        stage.emit(Signed(stage.clock(), pad.value()))

    def heard(self, ident: str) -> bool:
        if ident != "again":
            return False
        stage = self.stage()
        self.ids.pad.set(())
        stage.emit(Signed(stage.clock(), ()))
        return True
