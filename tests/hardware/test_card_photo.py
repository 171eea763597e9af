"""The photograph's decoder is a program that anybody may put in; whatever it does costs the photograph and no more."""

import asyncio
import io
import sys
from pathlib import Path

import pytest
from PIL import Image

from hardware.card_photo import PHOTO_BYTES, SIZE, decoded
from hardware.ports import Fault
from hardware.sample_cards import sample_cards

# A decoder that knows one thing: the first three bytes are the colour of the whole picture.
GOOD = """
import sys
from PIL import Image
photo = sys.stdin.buffer.read()
assert len(photo) == 1024
Image.new("RGB", (102, 126), tuple(photo[:3])).save(sys.stdout.buffer, "BMP")
"""


def program(folder: Path, source: str) -> tuple[str, ...]:
    file = folder / "decoder.py"
    file.write_text(source, "utf-8")
    return (sys.executable, str(file))


async def test_the_program_gets_the_cards_bytes_and_its_picture_comes_back(tmp_path: Path) -> None:
    photo = sample_cards()["wang-xiaolan"].record.photo
    assert photo is not None
    got = await decoded(photo, program(tmp_path, GOOD))
    assert isinstance(got, bytes)
    with Image.open(io.BytesIO(got)) as picture:
        assert (picture.format, picture.size) == ("PNG", SIZE)
        assert picture.getpixel((50, 60)) == tuple(photo[:3])


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("import os; os.abort()", "ended with"),
        ("import sys; sys.exit(3)", "ended with 3"),
        ("import time; time.sleep(60)", "hangs"),
        ("print('no picture')", "no picture"),
        ("import sys; sys.stdout.buffer.write(bytes(300_000))", "too much"),
        (GOOD.replace("102, 126", "200, 126"), "200 x 126"),
        (GOOD.replace("Image.new", "Image.nothing"), "ended with 1"),
    ],
)
async def test_a_decoder_that_falls_short_costs_the_photograph_and_says_why(
    tmp_path: Path, source: str, why: str
) -> None:
    got = await decoded(bytes(PHOTO_BYTES), program(tmp_path, source), within_s=1.5 if "sleep" in source else 20.0)
    assert isinstance(got, Fault)
    assert got.code == "card.no_photo"
    assert why in got.note


async def test_a_secret_of_ours_is_not_in_its_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIOSK_STATE", str(tmp_path))
    source = GOOD.replace("import sys", "import os, sys\nassert 'KIOSK_STATE' not in os.environ", 1)
    assert isinstance(await decoded(bytes(PHOTO_BYTES), program(tmp_path, source), 20.0), bytes)


@pytest.mark.parametrize(
    ("photo", "named", "why"),
    [(None, ("x",), "gave none"), (bytes(10), ("x",), "gave none"), (bytes(1024), (), "no decoder"),
     (bytes(1024), ("/nowhere/decoder",), "cannot be started")],
)  # fmt: skip
async def test_without_photograph_or_decoder_there_is_none(
    photo: bytes | None, named: tuple[str, ...], why: str
) -> None:
    got = await decoded(photo, named)
    assert isinstance(got, Fault)
    assert why in got.note


async def test_nobody_who_goes_away_leaves_it_running(tmp_path: Path) -> None:
    mark = tmp_path / "lives"
    source = f"import pathlib, time\ntime.sleep(3)\npathlib.Path({str(mark)!r}).touch()"
    work = asyncio.create_task(decoded(bytes(PHOTO_BYTES), program(tmp_path, source), 20.0))
    await asyncio.sleep(0.5)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    await asyncio.sleep(3.2)
    assert not mark.exists()
