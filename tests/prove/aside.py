"""Visits put aside: what was promised with the slip opens with slip and card until it is forgotten, and not after;
nobody else can open or read it, and half a write is never taken for a draft.

`python -m tests.prove.aside BASE ROUNDS SECONDS` (run under the shim) is the part with kills.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from offline import drafts as module
from offline.drafts import DAY_S, Drafts, NotHere
from offline.errors import OfflineError
from tests.offline.world import World
from tests.prove.tally import Tally

AT = 1_773_283_260.0
CARD, OTHER = "431199199305120134", "431199199604090027"
PLAIN = "欧阳先放一放"
KEPT_DAYS = 7.0
Say = Callable[[str], object]


def content(number: int) -> tuple[object, dict[str, bytes]]:
    """Answers and pages of the visit of this number; the words stand in both."""
    pages = {f"{number:063d}{n}": f"{PLAIN}{number}".encode() * (400 + 300 * n) for n in range(number % 3)}
    return {"matter": "newborn", "name": PLAIN, "number": number}, pages


def cheap() -> None:
    """scrypt as cheap as it goes: here the order of writes is proved, thousands of times."""
    module.COST = 2**7


def drafts_of(state: Path, at: float = AT) -> Drafts:
    return Drafts(state, KEPT_DAYS, lambda: at)


def put(state: Path, number: int, say: Say, at: float = AT) -> str:
    """Put one aside; when its slip is out, that is said."""
    answers, pages = content(number)
    code = drafts_of(state, at).put(answers, pages, CARD).code
    say(f"kept {code} {number} {at}")
    return code


def forget(state: Path, code: str, say: Say) -> None:
    say(f"going {code}")
    drafts_of(state).remove(code)
    say(f"gone {code}")


def program(state: Path, say: Say) -> None:
    """All that befalls them, in one run."""
    cheap()
    first = put(state, 1, say)
    drafts_of(state).open(first, CARD)
    second = put(state, 2, say)  # gone on with, and put aside anew
    forget(state, first, say)
    third = put(state, 3, say, AT + 4 * DAY_S)
    say(f"going {second}")
    drafts_of(state, AT + 8 * DAY_S).expire()
    say(f"gone {second}")
    forget(state, third, say)
    put(state, 4, say)


def check(state: Path, _: World | None, marks: Sequence[str], tally: Tally, where: str) -> None:
    """What was said about each still holds, nothing can be read, and the next one is put aside and forgotten well."""
    cheap()
    said = [text.split() for text in marks]
    kept = {words[1]: (int(words[2]), float(words[3])) for words in said if words[0] == "kept"}
    going = {words[1] for words in said if words[0] == "going"}
    gone = {words[1] for words in said if words[0] == "gone"}
    try:
        for code, (number, at) in kept.items():
            here = drafts_of(state, at + 3600.0)
            try:
                opened = here.open(code, CARD)
            except NotHere:
                if code not in going:
                    tally.fail("lost", f"{where}: draft {number}")
                continue
            if code in gone:
                tally.fail("twice", f"{where}: draft {number} came back")
            if (opened.answers, dict(opened.pages)) != content(number):
                tally.fail("changed", f"{where}: draft {number}")
            try:
                here.open(code, OTHER)
                tally.fail("unsound", f"{where}: opened with another card")
            except OfflineError:
                pass
        secrets = [PLAIN.encode(), CARD.encode(), *(code[4:].encode() for code in kept)]
        for path in state.rglob("*"):
            raw = path.read_bytes() if path.is_file() else b""
            if any(secret in raw for secret in secrets):
                tally.fail("unsound", f"{where}: {path.name} can be read")
        code = put(state, 9, lambda _: None)
        if drafts_of(state).open(code, CARD).answers != content(9)[0]:
            tally.fail("changed", f"{where}: the next one")
        drafts_of(state, AT + 100 * DAY_S).expire()
        if any((state / "drafts").iterdir()):
            tally.fail("unsound", f"{where}: something is left when its days are over")
    except (OfflineError, OSError) as error:
        tally.fail("unsound", f"{where}: {error}")


# ---------------------------------------------------------------- killed at each operation


def putting(state: Path, say: Say, _: str) -> None:
    put(state, 2, say)


def removing(state: Path, say: Say, code: str) -> None:
    forget(state, code, say)


def anew(state: Path, say: Say, code: str) -> None:
    drafts_of(state).open(code, CARD)
    put(state, 3, say)
    forget(state, code, say)


def over(state: Path, say: Say, code: str) -> None:
    say(f"going {code}")
    drafts_of(state, AT + 8 * DAY_S).expire()
    say(f"gone {code}")


WORKS = (putting, removing, anew, over)


def main(base: Path, rounds: int, until: float) -> None:
    """Each work killed at each of its operations, before and after, until it comes to its end unkilled."""
    cheap()
    arm, tally, kills = ctypes.CDLL(None).prove_arm, Tally(), 0
    state, told = base / "state", base / "told"

    def say(text: str) -> None:
        with told.open("a") as file:
            file.write(text + "\n")

    for number in range(rounds):
        for work in WORKS:
            for after in (False, True):
                at, killed = 0, True
                while killed and time.monotonic() < until:
                    at += 1
                    shutil.rmtree(state, ignore_errors=True)
                    state.mkdir()
                    told.write_text("")
                    code = put(state, 1, say) if work is not putting or number % 2 else ""
                    killed = child(lambda: work(state, say, code), arm, at, after, tally)  # noqa: B023 - run at once
                    kills += killed
                    tally.states += 1
                    where = f"{work.__name__}, {'after' if after else 'before'} operation {at}"
                    check(state, None, told.read_text().splitlines(), tally, where)
                    tally.operations = max(tally.operations, at)
        tally.passes += time.monotonic() < until
    print(json.dumps(asdict(tally) | {"kills": kills}))


def child(work: Callable[[], object], arm: Callable[[int, int], object], at: int, after: bool, tally: Tally) -> bool:
    """Do it in a process of its own that dies at its `at`-th operation; whether it did."""
    process = os.fork()
    if process == 0:
        status = 99
        try:
            arm(at, int(after))
            work()
            status = 0
        finally:
            os._exit(status)
    _, status = os.waitpid(process, 0)
    if os.WIFSIGNALED(status):
        if os.WTERMSIG(status) != signal.SIGKILL:
            tally.fail("unsound", f"ended by signal {os.WTERMSIG(status)}")
        return True
    if os.WEXITSTATUS(status):
        tally.fail("unsound", "the program failed")
    return False


def prove(work: Path, shim: Path, rounds: int = 1, seconds: float = float("inf")) -> tuple[Tally, int]:
    """Kill at every operation, so many times; the tally and how many were killed."""
    base = work / "aside"
    base.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "tests.prove.aside", str(base), str(rounds), str(time.monotonic() + seconds)],
        env=os.environ | {"LD_PRELOAD": str(shim), "PROVE_ROOT": str(base / "state")}, check=True,
        stdout=subprocess.PIPE,
    )  # fmt: skip
    said = json.loads(done.stdout.splitlines()[-1])
    kills = said.pop("kills")
    return Tally(**said), kills


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
