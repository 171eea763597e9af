"""The search for what is left of a person finds what is there, in every form, and finds nothing after a visit."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kiosk.cli.privacy import check_ending
from kiosk.privacy import ENCODINGS, Words, dumps_forbidden, search_file, search_folder, search_process, tree

NAME, NUMBER = "欧阳月桂", "431199199203070021"
WORDS = Words({"name": NAME, "number": NUMBER, "photograph": bytes(range(200, 232))})

HOLDER = """
import gc, sys
kind = sys.argv[1]
name = "".join(chr(c) for c in (0x6b27, 0x9633, 0x6708, 0x6842))
if kind == "str":
    held = name + "!"
elif kind == "wide":
    held = name + chr(0x1F600)
elif kind == "freed":
    import ctypes
    libc = ctypes.CDLL(None)
    libc.malloc.restype = ctypes.c_void_p
    at = libc.malloc(4096)
    data = name.encode("utf-8")
    ctypes.memmove(at + 2048, data, len(data))
    libc.free(ctypes.c_void_p(at))
elif kind == "bytes":
    held = name.encode("gb18030")
else:
    held = None
    del name
    gc.collect()
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize(("kind", "found"), [("str", True), ("wide", True), ("freed", True), ("bytes", True)])
def test_a_name_in_another_process_is_found_even_where_python_no_longer_reaches(kind: str, found: bool) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, kind], stdin=subprocess.PIPE, stdout=subprocess.PIPE, close_fds=True
    )
    assert process.stdout is not None
    try:
        process.stdout.readline()
        searched = search_process(process.pid, WORDS)
        assert process.pid in tree(os.getpid())
        assert ("name" in {each.what for each in searched.found}) is found
        assert not any(NAME in each.where + each.what for each in searched.found)  # the finding does not repeat it
        assert searched.bytes > 1_000_000
    finally:
        process.kill()
        process.wait()
    assert search_process(process.pid, WORDS).found == []


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_word_in_a_file_is_found_in_every_encoding_and_across_pieces(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"\0" * ((8 << 20) - 7) + f"..{NAME}..".encode(encoding) + b"\0" * 100)
    (finding,) = search_file(path, WORDS).found
    assert finding.what == "name"


def test_only_what_was_written_since_is_looked_through_and_names_count_too(tmp_path: Path) -> None:
    (tmp_path / "old").write_text(NUMBER)
    os.utime(tmp_path / "old", (1, 1))
    (tmp_path / f"{NUMBER}.jpg").write_bytes(b"")
    (tmp_path / "photo").write_bytes(b"x" + bytes(range(200, 232)))
    found = search_folder(tmp_path, WORDS, since=time.time() - 60).found
    assert sorted(each.what for each in found) == ["number", "photograph"]


def test_a_process_that_may_leave_a_core_file_is_told_from_one_that_may_not() -> None:
    import resource

    def forbid() -> None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    process = subprocess.Popen(["sleep", "60"], preexec_fn=forbid)
    try:
        assert dumps_forbidden(process.pid)
    finally:
        process.kill()
        process.wait()


@pytest.mark.journey
@pytest.mark.timeout(300)
@pytest.mark.skipif(os.geteuid() != 0, reason="the memory of processes that forbid dumps may only be read by root")
def test_after_a_visit_that_its_person_left_nothing_of_them_is_anywhere(tmp_path: Path) -> None:
    checked = check_ending("stopped", tmp_path)
    assert {"name", "number", "address", "phone", "photograph"} <= set(checked.seen)  # it was there to be seen
    assert checked.searched.found == []
    assert checked.searched.processes >= 3
