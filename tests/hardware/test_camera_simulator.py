"""The simulated camera speaks Motion JPEG and refuses, in plain words, what it cannot do."""

from __future__ import annotations

import asyncio
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as Pillow

from hardware import sample_papers
from hardware.camera_simulator import CameraSimulator
from hardware.camera_sources import HttpStream, SourceError
from hardware.document import decode, locate
from hardware.id_numbers import is_number
from hardware.simulators import Setup, SimulatorError
from tests.hardware.made_pages import on_desk


@pytest.mark.parametrize("name", sample_papers.names())
def test_every_sample_is_drawn_alike_every_time(name: str) -> None:
    first, second = sample_papers.draw(name, 3.0), sample_papers.draw(name, 3.0)
    assert first.mode == "RGB"
    assert first.tobytes() == second.tobytes()
    assert len(set(first.resize((40, 40)).get_flattened_data())) > 20  # something is on it


def test_samples_name_only_invented_people() -> None:
    text = Path(sample_papers.__file__).with_name("sample_papers.toml").read_text("utf-8")
    numbers = [
        word.strip('"],') for word in text.split() if word.strip('"],').isdecimal() and len(word.strip('"],')) == 18
    ]
    assert numbers
    assert all(number.startswith("431199") and is_number(number) for number in numbers)


async def test_a_page_and_a_photograph_are_told_apart(tmp_path: Path) -> None:
    """A flat page is laid on the desk; a picture that shows a paper is the frame."""
    image, _ = on_desk("id-card", width=800, height=600, corners=[[200, 150], [600, 160], [595, 420], [190, 410]])
    photograph = tmp_path / "photograph.png"
    cv2.imwrite(str(photograph), image)
    flat = tmp_path / "flat.png"
    sample_papers.draw("lease", 4.0).save(flat)
    simulator = CameraSimulator(Setup("camera", tmp_path, {"width": 800, "height": 600}))
    address = await simulator.start()
    try:
        await simulator.command("place", {"picture": str(photograph)})
        frames = [await asyncio.to_thread(_frame, address)]
        assert frames[-1].shape == image.shape
        assert np.abs(frames[-1].astype(int) - image).mean() < 6
        await simulator.command("place", {"picture": str(flat)})
        laid = await asyncio.to_thread(_frame, address, 6)
        found = locate(laid)
        assert found is not None
        assert 20 < found[:, 0].min() < found[:, 0].max() < 780
    finally:
        await simulator.stop()


def _frame(address: str, count: int = 6) -> np.ndarray:
    stream = HttpStream(address)
    try:
        for _ in range(count - 1):
            stream.read()
        return decode(stream.read())
    finally:
        stream.close()


async def test_a_stalled_stream_ends_the_reading_in_bounded_time(tmp_path: Path) -> None:
    simulator = CameraSimulator(Setup("camera", tmp_path, {"width": 320, "height": 240}))
    address = await simulator.start()
    try:
        stream = await asyncio.to_thread(HttpStream, address)
        await asyncio.to_thread(stream.read)
        await simulator.command("fault", {"what": "stall"})

        def read_on() -> None:
            while True:
                stream.read()

        with pytest.raises(SourceError) as caught:
            await asyncio.to_thread(read_on)
        assert caught.value.code == "camera.stalled"
        await simulator.command("mend", {})
        fresh = await asyncio.to_thread(HttpStream, address)
        assert (await asyncio.to_thread(fresh.read))[:2] == b"\xff\xd8"
        stream.close()
        fresh.close()
    finally:
        await simulator.stop()


async def test_what_is_no_stream_is_refused(tmp_path: Path) -> None:
    async def other(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: http://elsewhere.invalid/\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(other, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        with pytest.raises(SourceError) as caught:
            await asyncio.to_thread(HttpStream, f"camera+http://127.0.0.1:{port}/stream")
        assert caught.value.code == "camera.absent"
    finally:
        server.close()


@pytest.mark.parametrize(
    ("do", "args", "says"),
    [
        ("dance", {}, "knows place, remove"),
        ("place", {}, "wants picture="),
        ("place", {"picture": "no-such-thing"}, "birth-certificate"),
        ("place", {"picture": "lease", "as": "hat"}, "auto, page or frame"),
        ("blur", {"px": -1}, "0 or more"),
        ("fault", {"what": "fire"}, "blur, dark, stall, swapped and vanish"),
    ],
)
async def test_a_script_that_asks_for_nonsense_is_told(
    tmp_path: Path, do: str, args: dict[str, object], says: str
) -> None:
    simulator = CameraSimulator(Setup("camera", tmp_path, {}))
    with pytest.raises(SimulatorError, match=says):
        await simulator.command(do, args)


def test_a_picture_file_that_is_damaged_cannot_be_placed(tmp_path: Path) -> None:
    path = tmp_path / "cut.png"
    Pillow.new("RGB", (300, 300)).save(path)
    path.write_bytes(path.read_bytes()[:60])
    simulator = CameraSimulator(Setup("camera", tmp_path, {}))
    with pytest.raises(SimulatorError, match="cut"):
        asyncio.run(simulator.command("place", {"picture": str(path)}))
