"""Bad pictures cost little and say why."""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from hardware.document import PictureError, capture_check, decode, read


def encoded(picture: Pillow.Image, kind: str = "PNG", **more: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **more)
    return out.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_header(width: int, height: int, between: bytes = b"", pixels: bytes = bytes(1000)) -> bytes:
    """A PNG that claims a size and holds next to nothing: a decompression bomb's outside."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + between + chunk(b"IDAT", zlib.compress(pixels, 9)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def bmp_header(width: int, height: int) -> bytes:
    return b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, *[0] * 6)


PLAIN = Pillow.new("RGB", (60, 40), (200, 30, 10))


@pytest.mark.parametrize("data", [b"", b"hello, not a picture", b"\xff\xd8\xff", b"%PDF-1.7\n", bytes(5000)])
def test_what_is_no_picture_is_said_to_be_none(data: bytes) -> None:
    with pytest.raises(PictureError) as caught:
        decode(data)
    assert caught.value.code == "capture.unreadable"


@pytest.mark.parametrize("size", [(10000, 10000), (60000, 60000), (200000, 300)])
def test_a_picture_too_large_is_refused_by_its_header(size: tuple[int, int]) -> None:
    with pytest.raises(PictureError) as caught:
        decode(png_header(*size))
    assert caught.value.code == "capture.too_large"


def test_a_real_hundred_megapixels_is_refused() -> None:
    data = encoded(Pillow.new("L", (12000, 9000), 200), "JPEG")
    with pytest.raises(PictureError, match="12000×9000"):
        decode(data)


@pytest.mark.parametrize("size", [(1, 1), (1, 4000), (31, 500)])
def test_a_picture_too_small_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(PictureError) as caught:
        decode(encoded(Pillow.new("RGB", size)))
    assert caught.value.code == "capture.unreadable"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_truncated_picture_is_refused(kind: str) -> None:
    noise = Pillow.fromarray(np.random.default_rng(1).integers(0, 255, (200, 300, 3), np.uint8))
    data = encoded(noise, kind)
    with pytest.raises(PictureError) as caught:
        decode(data[: len(data) // 2])
    assert caught.value.code == "capture.unreadable"


@pytest.mark.parametrize(
    ("picture", "colour"),
    [
        (PLAIN, (10, 30, 200)),
        (PLAIN.convert("L"), (78, 78, 78)),
        (PLAIN.convert("P"), None),
        (PLAIN.convert("1"), None),
        (Pillow.new("RGBA", (60, 40), (200, 30, 10, 0)), (255, 255, 255)),
        (Pillow.new("RGBA", (60, 40), (200, 30, 10, 255)), (10, 30, 200)),
        (Pillow.new("LA", (60, 40), (90, 255)), (90, 90, 90)),
        (Pillow.fromarray(np.full((40, 60), 32768, np.uint16)), (128, 128, 128)),
    ],
)
def test_any_mode_becomes_three_channels(picture: Pillow.Image, colour: tuple[int, int, int] | None) -> None:
    image = decode(encoded(picture))
    assert image.shape == (40, 60, 3)
    assert image.dtype == np.uint8
    if colour is not None:
        assert np.abs(image[20, 30].astype(int) - colour).max() <= 1


def test_cmyk_keeps_its_colours() -> None:
    blue, green, red = (int(v) for v in decode(encoded(PLAIN.convert("CMYK"), "JPEG", quality=95))[20, 30])
    assert red > 150
    assert green < 90
    assert blue < 90


def test_the_orientation_a_phone_wrote_is_applied() -> None:
    exif = Pillow.Exif()
    exif[0x0112] = 6  # turned: rows run from the right
    image = decode(encoded(PLAIN, "JPEG", exif=exif))
    assert image.shape == (60, 40, 3)


def test_a_smaller_picture_will_do_for_looking() -> None:
    big = encoded(Pillow.new("RGB", (4000, 3000), (90, 90, 90)), "JPEG")
    assert 960 <= max(decode(big, 960).shape) <= 2000
    assert decode(big).shape == (3000, 4000, 3)


def test_a_file_that_cannot_be_read_names_itself(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.jpg", tmp_path):
        with pytest.raises(PictureError) as caught:
            read(path)
        assert caught.value.code == "capture.unreadable"
        assert str(path) in str(caught.value)


def test_check_gives_a_line_for_every_picture_also_a_bad_one(tmp_path: Path) -> None:
    bad, empty = tmp_path / "bad.jpg", tmp_path / "empty.png"
    bad.write_bytes(b"nothing")
    empty.write_bytes(encoded(Pillow.new("RGB", (640, 480), (90, 90, 90))))
    lines = list(capture_check([bad, empty]))
    assert [line["verdict"] for line in lines] == ["capture.unreadable", "capture.empty"]
    assert all(set(line) == {"corners", "quality", "verdict", "ms"} for line in lines)
    assert all(line["corners"] is None for line in lines)


LIMITED = """
import base64, json, resource, sys
from hardware.document.pictures import PictureError, decode

def now():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * resource.getpagesize()

more, seconds = 100_000_000, 20
used = resource.getrusage(resource.RUSAGE_SELF).ru_utime
resource.setrlimit(resource.RLIMIT_AS, (now() + more, now() + more))
resource.setrlimit(resource.RLIMIT_CPU, (int(used) + seconds, int(used) + seconds))
for line in sys.stdin:
    try:
        decode(base64.b64decode(line))
        said = "ok"
    except PictureError as error:
        said = error.code
    print(json.dumps(said), flush=True)
"""


def test_bombs_are_refused_by_a_process_that_has_neither_memory_nor_time_for_them() -> None:
    """A hundred megabytes beside what is loaded, and seconds: whoever unpacks one of these dies of it."""
    import base64

    swollen = zlib.compress(bytes(300_000_000), 9)
    unreadable, large = "capture.unreadable", "capture.too_large"
    bombs = {
        "a billion pixels": (png_header(40_000, 40_000), large),
        "a real hundred megapixels": (encoded(Pillow.new("L", (12000, 9000), 200), "JPEG"), large),
        "a line of pixels": (png_header(2_000_000_000, 1), large),
        "a bitmap's header": (bmp_header(30_000, 30_000), large),
        "a text that swells": (png_header(60, 40, chunk(b"zTXt", b"a\0\0" + swollen)), unreadable),
        "a colour profile that swells": (png_header(60, 40, chunk(b"iCCP", b"a\0\0" + swollen)), unreadable),
        "pixels that do not end": (png_header(60, 40, pixels=bytes(100_000_000)), "ok"),
        "one pixel": (encoded(Pillow.new("RGB", (1, 1))), unreadable),
        "cut short": (encoded(Pillow.effect_noise((900, 600), 60), "JPEG")[:20_000], unreadable),
    }
    lines = "\n".join(base64.b64encode(data).decode() for data, _ in bombs.values())
    done = subprocess.run([sys.executable, "-c", LIMITED], input=lines, capture_output=True, text=True, timeout=120)
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert dict(zip(bombs, said, strict=False)) == {name: code for name, (_, code) in bombs.items()}, done.stderr[-800:]
