"""What the app holds of the input methods: asks the worker, starts it again when it has gone, and never fails itself.

A request that meets a dead or hanging worker is asked once more of a fresh one, then answered with nothing found: the
person writes the stroke again, the visit goes on.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COMMAND = (sys.executable, "-m", "screens.input")
ANSWER_S = 2.0  # an answer takes 5 ms; a worker that takes so long hangs
START_S = 10.0  # a start, and the engine's own at its first use, on a busy weak core
REST_S = 5.0  # after so many starts in a row (TRIES) that brought no answer, no further one for so long
TRIES = 4
LINE_BYTES_MOST = 1 << 20

Strokes = Sequence[Sequence[Sequence[float]]]


@dataclass(frozen=True)
class Pinyin:
    """What keys may mean: how they were cut into syllables, words best first, and how many keys each word uses up."""

    spelled: str
    words: tuple[str, ...]
    taken: tuple[int, ...]


class _Gone(Exception):
    """The worker ended, hangs, or cannot be started."""


class InputMethods:
    """The client. `command` starts the worker (`--channel N` is added), `folder` holds the compiled schema between
    starts (nothing personal); without it every worker makes one of its own and removes it."""

    def __init__(
        self,
        command: Sequence[str] = COMMAND,
        folder: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._command = [*command, *(("--folder", str(folder)) if folder else ())]
        self._clock = clock
        self._lock = asyncio.Lock()  # one request at a time: the worker answers in turn anyway
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._warm: set[str] = set()  # kinds of request the present worker has already answered
        self._next = 0
        self._misses = 0  # workers in a row that were started and answered nothing
        self._rest_until = 0.0
        self._closed = False

    # ------------------------------------------------------------ what the screens ask

    async def recognise(self, strokes: Strokes, most: int = 10) -> list[str]:
        """Characters that the strokes may mean, best first; points in 0..1 of the pad, origin top left."""
        drawn = [[[round(x, 4), round(y, 4)] for x, y in stroke] for stroke in strokes]
        answer = await self._ask({"do": "recognise", "strokes": drawn, "most": most})
        return [str(word) for word in answer.get("words", ())]

    async def pinyin(self, keys: str, most: int = 120) -> Pinyin:
        """What the letters may mean. After a word that takes fewer keys, ask again with the rest."""
        answer = await self._ask({"do": "pinyin", "keys": keys, "most": most})
        words, taken = answer.get("words", ()), answer.get("taken", ())
        return Pinyin(str(answer.get("spelled", keys)), tuple(map(str, words)), tuple(map(int, taken)))

    @property
    def answers(self) -> bool:
        """False while so many workers in a row came to nothing that no further one is started for a while."""
        return self._clock() >= self._rest_until

    async def start(self) -> bool:
        """Starts the worker ahead of the first request; whether it runs. Not needed, only quicker."""
        async with self._lock:
            with contextlib.suppress(_Gone):
                await self._ensure()
            return self._process is not None

    async def close(self) -> None:
        """Ends the worker."""
        self._closed = True
        async with self._lock:
            await self._drop()

    # ------------------------------------------------------------ the worker

    async def _ask(self, message: dict[str, Any]) -> dict[str, Any]:
        async with self._lock:
            for _ in range(2):
                try:
                    await self._ensure()
                    answer = await self._exchange(message)
                except _Gone:
                    await self._drop()
                    self._misses += 1
                    if self._misses >= TRIES:
                        self._misses, self._rest_until = 0, self._clock() + REST_S
                    continue
                except asyncio.CancelledError:
                    # The answer would be taken for the next request's, so this worker has done its last.
                    await self._drop()
                    raise
                self._misses = 0
                return answer
            return {}

    async def _ensure(self) -> None:
        if self._closed or self._clock() < self._rest_until:
            raise _Gone
        if self._process is not None:
            return
        ours, theirs = socket.socketpair()
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._command, "--channel", str(theirs.fileno()), pass_fds=(theirs.fileno(),),
                stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
        except OSError:
            ours.close()
            raise _Gone from None
        finally:
            theirs.close()
        self._reader, self._writer = await asyncio.open_connection(sock=ours, limit=LINE_BYTES_MOST)
        self._warm.clear()
        if (await self._receive(START_S)).get("event") != "ready":
            raise _Gone

    async def _exchange(self, message: dict[str, Any]) -> dict[str, Any]:
        writer = self._writer
        if writer is None:
            raise _Gone
        self._next += 1
        writer.write(json.dumps({**message, "id": self._next}, ensure_ascii=False).encode() + b"\n")
        answer = await self._receive(ANSWER_S if message["do"] in self._warm else START_S)
        if answer.get("id") != self._next:
            raise _Gone
        self._warm.add(message["do"])
        return answer

    async def _receive(self, seconds: float) -> dict[str, Any]:
        reader = self._reader
        if reader is None:
            raise _Gone
        try:
            line = await asyncio.wait_for(reader.readline(), seconds)
            message = json.loads(line)
        except (TimeoutError, OSError, ValueError):
            raise _Gone from None
        return message if isinstance(message, dict) else {}

    async def _drop(self) -> None:
        if self._writer is not None:
            self._writer.close()
        process, self._process = self._process, None
        self._reader = self._writer = None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
