"""Reading printed text: characters wrong on clean forms and after our pipeline, time a page, memory while and after."""

from __future__ import annotations

import asyncio
import io
import statistics
import threading
import time
from collections.abc import Callable, Sequence

from bench.figures import Figure, Report
from bench.papers.forms import Form, Image, Word, Wrongs, form, photograph, spoiled
from bench.processes import proportional_bytes
from hardware.document.enhancing import enhance
from hardware.document.finding import find
from hardware.document.geometry import rectify
from hardware.document.judging import OK, judge
from hardware.document.saving import jpeg
from hardware.ports import Fault
from hardware.reading.reader import PageText, PaperReader
from matters.papertext import plain

MIB = 1 << 20
BYTES_MOST = 500_000
COUNTS, QUICK = (8, 8, 24), (2, 2, 6)  # forms: clean, photographed, photographed and spoiled


def distance(one: str, other: str) -> int:
    """Levenshtein's: characters to put in, take out or change."""
    before = list(range(len(other) + 1))
    for n, sign in enumerate(one, 1):
        now = [n]
        for m, there in enumerate(other, 1):
            now.append(min(before[m - 1] + (sign != there), before[m] + 1, now[m - 1] + 1))
        before = now
    return before[-1]


def wrong(words: Sequence[Word], size: tuple[int, int], read: PageText) -> tuple[int, int]:
    """(wrong characters, all characters) of a form: each word against the lines that lie in its box, from left to
    right; what was read where nothing is printed counts as wrong."""
    width, height = size
    lines = [
        (plain(text), (box[0] * width, box[1] * height, box[2] * width, box[3] * height)) for text, _, box in read.lines
    ]
    texts: dict[int, list[tuple[float, str]]] = {n: [] for n in range(len(words))}
    stray = 0
    for text, (left, top, right, bottom) in lines:
        x, y = (left + right) / 2, (top + bottom) / 2
        near = [
            n
            for n, word in enumerate(words)
            if word.box[0] - 12 <= x <= word.box[2] + 12 and word.box[1] - 14 <= y <= word.box[3] + 14
        ]
        if near:
            texts[near[0]].append((left, text))
        else:
            stray += len(text)
    errors = sum(distance(plain(word.text), "".join(t for _, t in sorted(texts[n]))) for n, word in enumerate(words))
    return errors + stray, sum(len(plain(word.text)) for word in words)


def piped(picture: Image) -> tuple[bytes, str]:
    """What our pipeline makes of a photograph, and its verdict; b"" where no paper was found."""
    found = find(picture)
    if found is None or not found.sure:
        return b"", "capture.empty"
    _, verdict = judge(picture, found.corners, shape="a4", others=found.others)
    page = enhance(rectify(picture, found.corners), even=True)
    return jpeg(page, shape="a4", colour=True, bytes_most=BYTES_MOST)[0], verdict


def encoded(page: Form) -> bytes:
    kept = io.BytesIO()
    page.page.save(kept, "JPEG", quality=90, dpi=(200, 200))
    return kept.getvalue()


class Watch:
    """The highest proportional memory of a process while it lives."""

    def __init__(self, reader: PaperReader) -> None:
        self._reader, self.most, self._over = reader, 0, False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._over:
            if self._reader.pid is not None:
                self.most = max(self.most, proportional_bytes([self._reader.pid]))
            time.sleep(0.03)

    def end(self) -> int:
        self._over = True
        self._thread.join()
        return self.most


def measure(progress: Callable[[str], None], quick: bool) -> Report:
    return asyncio.run(_measure(progress, quick))


async def _measure(progress: Callable[[str], None], quick: bool) -> Report:
    report = Report("reading")
    counts = QUICK if quick else COUNTS
    reader = PaperReader(idle_s=0.5)
    began = time.monotonic()
    await reader.read(encoded(form(0)))
    first = time.monotonic() - began
    watch = Watch(reader)
    errors: dict[str, list[tuple[int, int]]] = {"clean": [], "photographed": [], "good": [], "refused": []}
    seconds: list[float] = []
    spoils = []

    async def page(kind: str, seed: int, data: bytes) -> None:
        drawn = form(seed)
        at = time.monotonic()
        read = await reader.read(data)
        seconds.append(time.monotonic() - at)
        if isinstance(read, Fault):
            raise RuntimeError(read.code)
        size = drawn.page.size
        errors[kind].append(wrong(drawn.words, size, read))

    for seed in range(1, counts[0] + 1):
        progress(f"reading: clean {seed}")
        await page("clean", seed, encoded(form(seed)))
    for seed in range(101, counts[1] + 101):
        progress(f"reading: photographed {seed - 100}")
        data, verdict = piped(photograph(form(seed).page, seed, Wrongs()))
        if not data:
            raise RuntimeError("no paper found on a good photograph")
        await page("photographed", seed, data)
    for seed in range(1001, counts[2] + 1001):
        progress(f"reading: spoiled {seed - 1000}")
        data, verdict = piped(photograph(form(seed).page, seed, spoiled(seed)))
        if data:
            await page("good" if verdict == OK else "refused", seed, data)
        spoils.append((seed, verdict))
    most = watch.end()
    pid = reader.pid
    await asyncio.sleep(2.0)
    after = proportional_bytes([pid]) if pid is not None else 0
    await reader.close()

    def rate(kind: str) -> float:
        return 100.0 * sum(bad for bad, _ in errors[kind]) / max(1, sum(count for _, count in errors[kind]))

    report.figures = [
        Figure("reading: wrong characters, clean forms", rate("clean"), "%", "goal", 1.0, most=1.0),
        Figure("reading: wrong characters, photographed forms", rate("photographed"), "%", "goal", 1.0, most=1.0),
        Figure(
            "reading: right characters of what is called good", 100 - rate("good"), "%", "goal", 98.0, least=1.0,
            note=f"{len(errors['good'])} of {counts[2]} called good",
        ),
        Figure("reading: right characters of the others", 100 - rate("refused"), "%", "good ones", 100 - rate("good")),
        Figure("reading: a page, with the process warm", statistics.median(seconds), "s", "limit", 30.0, most=1.0),
        Figure("reading: a first page, with starting it", first, "s", "limit", 30.0, most=1.0),
        Figure("reading: highest memory while it reads", most / MIB, "MiB", "nothing", 0.0),
        Figure("reading: memory when nothing is read", after / MIB, "MiB", "goal", 0.0, most=1.0),
    ]  # fmt: skip
    report.runs = {"errors": errors, "seconds": seconds, "verdicts": spoils}
    return report
