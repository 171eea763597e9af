"""The worker behind its channel, and a client that never fails the app."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from screens.input import InputMethods
from screens.input.client import REST_S
from tests.input.test_engines import WRITTEN


@pytest.fixture
async def methods(tmp_path: Path) -> AsyncIterator[InputMethods]:
    made = InputMethods(folder=tmp_path / "input")
    yield made
    await made.close()


def files_below(folder: Path) -> list[Path]:
    return list(folder.rglob("*"))


def texts_below(folder: Path) -> list[str]:
    """All that was written, but for Rime's compiled tables (whose names and bytes test_engines watches)."""
    return [file.read_text("utf-8") for file in files_below(folder) if file.is_file() and file.suffix != ".bin"]


def pid_of(methods: InputMethods) -> int:
    assert methods._process is not None
    return methods._process.pid


async def test_both_methods_answer_through_the_worker(methods: InputMethods) -> None:
    assert "王" in await methods.recognise(WRITTEN["王"])
    found = await methods.pinyin("wangxl")
    assert found.spelled == "wang x l"
    assert found.words
    assert len(found.words) == len(found.taken)


async def test_a_worker_that_was_killed_is_started_again_within_the_same_request(methods: InputMethods) -> None:
    assert "王" in await methods.recognise(WRITTEN["王"])
    before = pid_of(methods)
    os.kill(before, signal.SIGKILL)
    assert "王" in await methods.recognise(WRITTEN["王"])
    assert pid_of(methods) != before


async def test_a_worker_that_hangs_is_replaced(methods: InputMethods, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("screens.input.client.ANSWER_S", 0.3)
    await methods.recognise(WRITTEN["王"])
    before = pid_of(methods)
    os.kill(before, signal.SIGSTOP)
    assert "王" in await methods.recognise(WRITTEN["王"])
    assert pid_of(methods) != before


async def test_a_worker_that_cannot_be_started_costs_nothing_but_the_word() -> None:
    methods = InputMethods(command=["/nonexistent/input"])
    assert await methods.recognise(WRITTEN["王"]) == []
    assert (await methods.pinyin("wang")).words == ()
    await methods.close()


async def test_a_worker_that_dies_at_every_start_is_left_alone_for_a_while() -> None:
    now = [0.0]
    methods = InputMethods(command=[sys.executable, "-c", "raise SystemExit(1)"], clock=lambda: now[0])
    assert methods.answers
    for _ in range(2):  # each tries twice
        assert await methods.recognise(WRITTEN["王"]) == []
    assert not methods.answers
    now[0] += REST_S
    assert methods.answers
    await methods.close()


async def test_nonsense_from_a_worker_is_no_answer() -> None:
    code = "import socket,sys; s=socket.socket(fileno=int(sys.argv[-1])); s.sendall(b'[1]\\n{{{\\n' * 9); s.recv(9)"
    methods = InputMethods(command=[sys.executable, "-c", code])
    assert await methods.recognise(WRITTEN["王"]) == []
    await methods.close()


async def test_a_request_that_is_given_up_does_not_answer_the_next_one(methods: InputMethods) -> None:
    await methods.pinyin("wang")
    given_up = asyncio.create_task(methods.pinyin("chenxiaohe"))
    await asyncio.sleep(0)
    given_up.cancel()
    found = await methods.pinyin("lan")
    assert found.spelled == "lan"


async def test_requests_at_the_same_time_each_get_their_own_answer(methods: InputMethods) -> None:
    found = await asyncio.gather(*(methods.pinyin(keys) for keys in ("wang", "chen", "lan", "zhou")))
    assert [one.spelled for one in found] == ["wang", "chen", "lan", "zhou"]


async def test_what_is_typed_leaves_no_trace_in_the_folder(methods: InputMethods, tmp_path: Path) -> None:
    await methods.pinyin("wangxiaolan")
    await methods.recognise(WRITTEN["王"])
    await methods.close()
    assert texts_below(tmp_path)
    for text in texts_below(tmp_path):
        assert "wangxiaolan" not in text
        assert "王" not in text


@pytest.mark.parametrize(
    "line",
    [
        b"nonsense\n",
        b"[]\n",
        b'{"id": 1}\n',
        b'{"id": 1, "do": "recognise"}\n',
        b'{"id": 1, "do": "recognise", "strokes": [[["x", 1]]]}\n',
        b'{"id": 1, "do": "recognise", "strokes": [[[NaN, 1e400]]], "most": "many"}\n',
        b'{"id": 1, "do": "pinyin", "keys": 7}\n',
        b'{"id": 1, "do": "shutdown"}\n',
    ],
)
async def test_a_malformed_request_is_refused_and_the_worker_goes_on(line: bytes, tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "screens.input", "--folder", str(tmp_path)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin
    assert process.stdout
    assert b'"ready"' in await process.stdout.readline()
    process.stdin.write(line)
    assert b'"error"' in await process.stdout.readline()
    process.stdin.write(b'{"id": 2, "do": "recognise", "strokes": [[[0.1, 0.5], [0.9, 0.5]]]}\n')
    assert "一" in (await process.stdout.readline()).decode()
    process.stdin.close()
    assert await process.wait() == 0


async def test_the_worker_of_its_own_folder_takes_it_away_again(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "screens.input"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    out, _ = await process.communicate(b'{"id": 1, "do": "pinyin", "keys": "lan"}\n')
    assert "兰" in out.decode()
    assert files_below(tmp_path) == []
