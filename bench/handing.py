"""From the last button to the disk: handing in, and the outbox by itself.

The bare loop does the same durable writes with the same numbers of bytes, unsealed: each page a file (write, fsync,
rename), the folder's fsync, then one transaction in SQLite (WAL, synchronous=FULL) with a row of the envelope's size.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from bench.figures import Figure, Report, median
from bench.terminal import enrol
from bench.tools import Say, write_bare
from matters.application import Answer, Application, GivenMaterial, Known, Page
from matters.outcomes import Submitted
from offline.outbox import Outbox, Sealed, Signed
from offline.submit import Desk

PAGES, PAGE_BYTES = 5, 400_000
SMALL_BYTES = 1200  # a rating as it is sent: sealed message and envelope


def application(number: int, pages: list[bytes]) -> Application:
    """An invented person's, with pictures."""
    given = tuple(Page(hashlib.sha256(page).hexdigest(), len(page), 1240, 1754, "ok") for page in pages)
    return Application(
        id="", matter="newborn", matter_title="新生儿出生", catalogue="bench", items=("household",),
        fields={"name": Answer("王小兰", "card"), "phone": Answer(f"138{number:08d}", "typed")},
        known=Known("card", "王小兰", "431199199001011239"),
        materials=(GivenMaterial("booklet", "户口簿", "photo", pages=given),),
    )  # fmt: skip


class Bare:
    """A folder and a table, written with as little as makes them last."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "files"
        self._folder.mkdir(parents=True)
        self._database = sqlite3.connect(folder / "bare.db", isolation_level=None)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=FULL")
        self._database.execute("CREATE TABLE records (sequence INTEGER PRIMARY KEY, id TEXT, envelope BLOB)")

    def hand_in(self, contents: list[bytes], envelope: bytes) -> None:
        if contents:
            write_bare(self._folder, contents, [os.urandom(32).hex() for _ in contents])
        self._database.execute("BEGIN IMMEDIATE")
        self._database.execute("INSERT INTO records (id, envelope) VALUES (?, ?)", (os.urandom(16).hex(), envelope))
        self._database.execute("COMMIT")

    def close(self) -> None:
        self._database.close()


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def whole_applications(folder: Path, rounds: int, say: Say) -> tuple[list[float], list[float], list[float]]:
    """Milliseconds each: ours, the bare loop, and sealing alone (no disk)."""
    from wire.seal import seal

    state = folder / "state"
    state.mkdir()
    enrol(state, folder / "county")
    desk, bare = Desk.open(state, area="431199"), Bare(folder / "bare")
    ours, theirs, sealing = [], [], []
    try:
        for number in range(rounds + 1):
            pages = [os.urandom(PAGE_BYTES) for _ in range(PAGES)]
            given = application(number, pages)
            by_name = {hashlib.sha256(page).hexdigest(): page for page in pages}
            spent: list[object] = []

            def submit(
                given: Application = given, by_name: dict[str, bytes] = by_name, spent: list[object] = spent
            ) -> None:
                spent.append(desk.submit(given, by_name))

            for page in pages:  # as the terminal does it when a picture is taken, long before the button
                desk.prepare(page)
            took = timed(submit)
            if not isinstance(spent[0], Submitted):
                raise RuntimeError(f"handing in failed: {spent[0]}")
            beside = timed(lambda pages=pages: bare.hand_in(pages, b"\0" * 4000))  # type: ignore[misc]
            if number:
                ours.append(took)
                theirs.append(beside)
                sealing.append(_sealing(state, given, pages, seal))
            say(f"handing in {number}/{rounds}")
    finally:
        desk.close()
        bare.close()
    return ours, theirs, sealing


def _sealing(state: Path, given: Application, pages: list[bytes], seal: Callable[..., object]) -> float:
    from offline import identity
    from wire.messages import ApplicationMessage, ItemDetail

    who = identity.load(state)
    name = "01960000-0000-7000-8000-000000000000"
    message = ApplicationMessage(
        id=name, terminal=who.terminal, at="2026-03-12T02:41:00Z", application=replace(given, id=name),
        items=(ItemDetail("household", "上户口"),), secret="ab" * 16, county_area="431199",
    )  # fmt: skip
    return timed(lambda: seal(message, pages, who.county))


def small_records(folder: Path, rounds: int) -> tuple[list[float], list[float]]:
    """Milliseconds of one commit of a small record each, turn about in tens."""
    outbox, bare = Outbox.open(folder, time.time), Bare(folder / "bare")
    envelope = os.urandom(SMALL_BYTES)
    ours, theirs = [], []
    try:
        for number in range(rounds):
            record = Sealed(
                "rating", f"{number:08d}-0000-7000-8000-000000000000", hashlib.sha256(bytes([number % 256])).hexdigest()
            )
            took = timed(lambda record=record: outbox.commit(record, lambda _sequence: Signed(envelope)))  # type: ignore[misc]
            beside = timed(lambda: bare.hand_in([], envelope))
            ours.append(took)
            theirs.append(beside)
    finally:
        outbox.close()
        bare.close()
    return ours, theirs


def measure(say: Say, quick: bool = False) -> Report:
    whole, small = (6, 100) if quick else (20, 500)
    # On the disk of the checkout: /tmp may be memory, where fsync costs nothing.
    place = Path("build") / "bench"
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="handing-", dir=place) as name:
        folder = Path(name)
        ours, theirs, sealing = whole_applications(folder, whole, say)
        say("outbox commits")
        (folder / "small").mkdir()
        commits, inserts = small_records(folder / "small", small)
    mb = f"{PAGES} pages of {PAGE_BYTES // 1000} kB"
    figures = [
        # Goals are said as speed: ours at least 0.8 of the bare loop's is at most 1.25 of its time.
        Figure(
            f"button to sealed and durable, {mb}", median(ours), "ms", "bare loop, unsealed", median(theirs), most=1.25
        ),
        Figure(
            f"sealing {mb}, done when a picture is taken", median(sealing), "ms", "bare loop, unsealed", median(theirs)
        ),
        Figure(
            "outbox commit of a small record", median(commits), "ms", "bare SQLite, FULL", median(inserts), most=1.25
        ),
    ]
    return Report("handing", figures, {"submit_ms": ours, "bare_ms": theirs, "sealing_ms": sealing,
                                       "commit_ms": commits, "insert_ms": inserts})  # fmt: skip
