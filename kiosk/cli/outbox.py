"""`kiosk outbox …` and `kiosk audit …`: what waits, and what happened."""

from __future__ import annotations

import argparse
import contextlib
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kiosk.cli.common import DONE, FINDING, complain, settings_of, show, state_of

if TYPE_CHECKING:
    from offline.outbox import Outbox


@contextlib.contextmanager
def _outbox(arguments: argparse.Namespace, *, thorough: bool = False) -> Iterator[Outbox]:
    from offline.outbox import Outbox

    outbox = Outbox.open(state_of(arguments), time.time, check=thorough)
    try:
        yield outbox
    finally:
        outbox.close()


def _utc(at: float | None) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds") if at is not None else "-"


def status(arguments: argparse.Namespace) -> int:
    """How many wait, since when, last trouble."""
    with _outbox(arguments) as outbox:
        found = outbox.status()
    show(
        {**asdict(found), "oldest_since": _utc(found.oldest_since) if found.oldest_since is not None else None},
        arguments.json,
        lambda: (
            f"waiting: {found.waiting}   since: {_utc(found.oldest_since)}   "
            f"set aside: {found.dead}   last trouble: {found.last_error or '-'}"
        ),
    )
    return DONE


def list(arguments: argparse.Namespace) -> int:  # noqa: A001 - the verb's name
    """Every record and its state, oldest first; with `--gone` those that the county has, newest first."""
    with _outbox(arguments) as outbox:
        entries = outbox.entries()
        gone = outbox.delivered(arguments.gone) if arguments.gone else []
    if arguments.gone:
        show(
            [asdict(one) for one in gone],
            arguments.json,
            lambda: (
                "\n".join(
                    f"{one.sequence:6d}  {one.number or '-':8}  {one.kind:11}  at the county since {_utc(one.at)}  "
                    f"{f'as case {one.case} ({one.cases})' if one.case else '-'}  {one.id}"
                    for one in gone
                )
                or "-"
            ),
        )
        return DONE
    show(
        [asdict(entry) for entry in entries],
        arguments.json,
        lambda: (
            "\n".join(
                f"{e.sequence:6d}  {e.number or '-':8}  {e.kind:11}  {e.state:8} since {_utc(e.since)}  "
                f"tried {e.tries}  {e.last_error or '-'}  {e.id}"
                for e in entries
            )
            or "-"
        ),
    )
    return DONE


def send(arguments: argparse.Namespace) -> int:
    """Send what waits now; exit status 1 while something still waits."""
    from offline.errors import Busy
    from offline.process import send_once

    settings = settings_of(arguments)
    if not settings.county.url:
        return complain("no county: set county.url in the settings")
    with _outbox(arguments) as outbox:
        before = outbox.status().waiting
        print(f"sending {before} …", file=sys.stderr)
        try:
            send_once(state_of(arguments), settings.county.url, settings.storage.second)
        except Busy:
            outbox.hurry()  # the running terminal's own sync does it
            print("the terminal is running: it sends them within a minute", file=sys.stderr)
        after = outbox.status()
    show({"before": before, **asdict(after)}, arguments.json, lambda: f"waiting: {after.waiting} (before: {before})")
    return DONE if after.waiting == 0 else complain(f"{after.waiting} still wait: {after.last_error or 'no reason'}")


def export(arguments: argparse.Namespace) -> int:
    """Sealed records to a folder; what is there already and whole is left as it is."""
    from kiosk.sticks import take_out

    arguments.folder.mkdir(parents=True, exist_ok=True)
    done = take_out(state_of(arguments), arguments.folder)
    show(
        asdict(done),
        arguments.json,
        lambda: f"copied: {done.copied}   there already: {done.there}   {done.bytes} bytes",
    )
    if done.lost:
        return complain(f"damaged here, not copied: {', '.join(done.lost)}")
    return DONE if not done.trouble else complain(f"{done.left} not copied: {TROUBLES[done.trouble]}")


TROUBLES = {
    "full": "no room on it", "read_only": "it cannot be written", "gone": "it was pulled, or does not answer",
    "broken": "it does not hold what is written to it",
}  # fmt: skip


def take_in(arguments: argparse.Namespace) -> int:
    """The county's acknowledgements from a stick; each counts only by its signature, and twice does no harm."""
    from kiosk.sticks import bring_in

    taken, left = bring_in(state_of(arguments), arguments.folder, settings_of(arguments).storage.second)
    catalogue = _catalogue(arguments)
    value = {
        "gone": [*taken.gone], "refused": [asdict(each) for each in taken.refused], "waiting": left,
        "catalogue": catalogue,
    }  # fmt: skip
    text = f"acknowledged: {len(taken.gone)}   still waiting: {left}"
    show(value, arguments.json, lambda: "\n".join([text, *(f"catalogue {one['text']}" for one in catalogue)]))
    return DONE if not taken.refused else complain(
        "not the county's word: " + ", ".join(f"{each.record} ({each.text})" for each in taken.refused)
    )  # fmt: skip


def _catalogue(arguments: argparse.Namespace) -> Sequence[dict[str, str]]:
    """The catalogue a stick may carry, checked and taken into use or refused; from the next visit on it is used."""
    from kiosk.taking_in import bring, run

    state = state_of(arguments)
    if not bring(state, arguments.folder):
        return ()
    return [
        {**asdict(one), "text": f"{one.version}: {one.code or 'taken'} {one.detail}".strip()}
        for one in run(state, settings_of(arguments).catalogue)
    ]


def lost(arguments: argparse.Namespace) -> int:
    """What a rescue could not save, by id, for the window; `--seen`: it knows, and staff are told no more."""
    from offline.rescue import lost as gone
    from offline.rescue import seen

    with _outbox(arguments) as outbox:
        found = gone(outbox)
        if arguments.seen:
            seen(outbox)
    show([*found], arguments.json, lambda: "\n".join(found) or "-")
    return FINDING if found and not arguments.seen else DONE


def verify(arguments: argparse.Namespace) -> int:
    """Check the database and every sealed file."""
    from offline.errors import Corrupt

    try:
        with _outbox(arguments, thorough=True) as outbox:
            damaged = [*outbox.damaged()]
    except Corrupt as error:
        show({"sound": False, "damaged": []}, arguments.json, str(error))
        return FINDING
    show({"sound": not damaged, "damaged": damaged}, arguments.json, lambda: "\n".join(damaged) or "sound")
    return FINDING if damaged else DONE


def audit_show(arguments: argparse.Namespace) -> int:
    """The last hundred events."""
    from offline.trail import Trail

    trail = Trail.open(state_of(arguments), time.time)
    try:
        entries = trail.show()
    finally:
        trail.close()
    show(
        [asdict(entry) for entry in entries],
        arguments.json,
        lambda: "\n".join(f"{e.number:6d}  {e.at}  {e.event}  {dict(e.fields)}" for e in entries) or "-",
    )
    return DONE


def audit_verify(arguments: argparse.Namespace) -> int:
    """Find any removed, changed or reordered entry."""
    from offline.trail import Head, Trail

    anchor = None
    if arguments.anchor:
        number, _, digest = arguments.anchor.partition("-")
        if not number.isdecimal() or len(digest) != 64:
            return complain("--anchor wants NUMBER-HASH, as `gateway anchors` shows it")
        anchor = Head(int(number), digest)
    trail = Trail.open(state_of(arguments), time.time)
    try:
        finding = trail.verify(anchor)
        head = trail.head()
    finally:
        trail.close()
    value = {"sound": finding is None, "entries": head.number, "finding": asdict(finding) if finding else None}
    text = f"sound, {head.number} entries" if finding is None else f"{finding.number}: {finding.text}"
    show(value, arguments.json, text)
    return DONE if finding is None else FINDING
