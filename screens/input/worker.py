"""The process of the input methods: reads requests, asks the engines, answers. One JSON object a line.

    out  {"event": "ready", "handwriting": true, "pinyin": true}
    in   {"id": 1, "do": "recognise", "strokes": [[[x, y], …], …], "most": 10}
    out  {"id": 1, "words": ["王", …]}
    in   {"id": 2, "do": "pinyin", "keys": "wangxl", "most": 30}
    out  {"id": 2, "spelled": "wang x l", "words": […], "taken": […]}
    out  {"id": 3, "error": "unknown" | "malformed" | "absent"}

An engine is loaded when it is first needed. Nothing of what passes is logged, and an error says nothing of its cause's
content. The process ends when its channel closes.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from screens.input.rime import PinyinEngine
    from screens.input.zinnia import Handwriting

MOST = 200
LINE_BYTES_MOST = 1 << 20


class Worker:
    """Both engines, each made at its first use and remembered as missing when it cannot be."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._handwriting: Handwriting | None = None
        self._pinyin: PinyinEngine | None = None
        self._missing: set[str] = set()

    def ready(self) -> dict[str, Any]:
        """What can be expected of this process, judged by the files alone."""
        from screens.input import rime, zinnia

        return {"event": "ready", "handwriting": zinnia.MODEL.is_file(), "pinyin": rime.SHARED.is_dir()}

    def answer(self, message: object) -> dict[str, Any]:
        """The answer to one request. Raises nothing that a request can cause."""
        if not isinstance(message, dict):
            return {"error": "malformed"}
        out: dict[str, Any] = {"id": message.get("id")}
        known: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "recognise": self._recognise,
            "pinyin": self._spell,
        }
        do = known.get(str(message.get("do")))
        if do is None:
            return {**out, "error": "unknown"}
        try:
            return {**out, **do(message)}
        except (TypeError, ValueError, KeyError, OverflowError):
            return {**out, "error": "malformed"}

    def _recognise(self, message: dict[str, Any]) -> dict[str, Any]:
        from screens.input.zinnia import Handwriting, HandwritingError

        strokes = [[(float(x), float(y)) for x, y in stroke] for stroke in message["strokes"]]
        if self._handwriting is None and "handwriting" not in self._missing:
            try:
                self._handwriting = Handwriting()
            except HandwritingError:
                self._missing.add("handwriting")
        if self._handwriting is None:
            return {"error": "absent"}
        return {"words": self._handwriting.recognise(strokes, _most(message))}

    def _spell(self, message: dict[str, Any]) -> dict[str, Any]:
        from screens.input.rime import PinyinEngine, PinyinError

        keys = message["keys"]
        if not isinstance(keys, str):
            raise TypeError
        if self._pinyin is None and "pinyin" not in self._missing:
            try:
                self._pinyin = PinyinEngine(self._folder)
            except (PinyinError, OSError):
                self._missing.add("pinyin")
        if self._pinyin is None:
            return {"error": "absent"}
        found = self._pinyin.spell(keys, _most(message))
        return {"spelled": found.spelled, "words": found.words, "taken": found.taken}


def _most(message: dict[str, Any]) -> int:
    return min(max(int(message.get("most", 10)), 1), MOST)


def serve(requests: BinaryIO | io.BufferedRWPair, answers: BinaryIO | io.BufferedRWPair, worker: Worker) -> None:
    """Answers until the channel closes."""

    def say(message: dict[str, Any]) -> None:
        answers.write(json.dumps(message, ensure_ascii=False).encode() + b"\n")
        answers.flush()

    say(worker.ready())
    while line := requests.readline(LINE_BYTES_MOST):
        try:
            message = json.loads(line)
        except ValueError:
            say({"error": "malformed"})
            continue
        say(worker.answer(message))


def main(argv: list[str] | None = None) -> int:
    """The process. Exit status 0 when its channel closed."""
    parser = argparse.ArgumentParser(prog="python -m screens.input", description="pinyin and handwriting")
    parser.add_argument("--channel", type=int, default=None, help="inherited socket; default: stdin and stdout")
    parser.add_argument("--folder", type=Path, default=None, help="for the compiled schema; kept, and never personal")
    arguments = parser.parse_args(argv)
    os.umask(0o077)
    own: str | None = None if arguments.folder else tempfile.mkdtemp(prefix="village-terminal-input-")
    try:
        worker = Worker(Path(own) if own else arguments.folder)
        if arguments.channel is None:
            serve(sys.stdin.buffer, sys.stdout.buffer, worker)
        else:
            with socket.socket(fileno=arguments.channel) as channel, channel.makefile("rwb") as stream:
                serve(stream, stream, worker)
    except (BrokenPipeError, ConnectionResetError):
        pass  # whoever asked has gone
    finally:
        if own:
            shutil.rmtree(own, ignore_errors=True)
    return 0
