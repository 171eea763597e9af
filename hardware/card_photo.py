"""The photograph on an identity card's chip, by whatever can decode it: a program of the vendor's, run beside us.

1,024 bytes in a form (WLT) that only the ministry's own library knows; none of it is in this tree. Who has one names a
program in the settings: it gets the bytes on standard input and writes a picture (BMP, PNG or JPEG, 102 by 126) on
standard output. It runs in a process of its own with nothing of ours in its environment: a library that crashes or
hangs costs the photograph and nothing else. Without one the photograph stays as the card gave it.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
from collections.abc import Sequence

from hardware.ports import Fault

PHOTO_BYTES = 1024
SIZE = (102, 126)  # px, GA/T 467
DECODE_S = 5.0
PICTURE_BYTES_MOST = 200_000  # a BMP of that size has 38,610
NONE = "card.no_photo"


async def decoded(photo: bytes | None, program: Sequence[str], within_s: float = DECODE_S) -> bytes | Fault:
    """The photograph as PNG. Faults: card.no_photo, with why in its note."""
    if photo is None or len(photo) != PHOTO_BYTES:
        return Fault(NONE, "the card gave none")
    if not program:
        return Fault(NONE, "no decoder is named (cards.photo_decoder)")
    try:
        process = await asyncio.create_subprocess_exec(
            *program,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={"PATH": os.defpath},
            start_new_session=True,
        )
    except OSError as error:
        return Fault(NONE, f"the decoder cannot be started: {error.strerror}")
    try:
        out = await asyncio.wait_for(_talk(process, photo), within_s)
        status = await asyncio.wait_for(process.wait(), within_s)
    except TimeoutError:
        return Fault(NONE, "the decoder hangs")
    except (OSError, ValueError) as error:
        return Fault(NONE, f"the decoder: {error}")
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if status != 0:
        return Fault(NONE, f"the decoder ended with {status}")
    return await asyncio.to_thread(_png, out)


async def _talk(process: asyncio.subprocess.Process, photo: bytes) -> bytes:
    if process.stdin is None or process.stdout is None:
        raise ValueError("no way to it")
    with contextlib.suppress(ConnectionError):  # one that does not listen is judged by what it says
        process.stdin.write(photo)
        await process.stdin.drain()
    process.stdin.close()
    out = bytearray()
    while piece := await process.stdout.read(65536):
        out += piece
        if len(out) > PICTURE_BYTES_MOST:
            raise ValueError("it says too much")
    return bytes(out)


def _png(out: bytes) -> bytes | Fault:
    from PIL import Image

    try:
        with Image.open(io.BytesIO(out), formats=("BMP", "PNG", "JPEG")) as picture:
            if picture.size != SIZE:
                return Fault(NONE, f"the decoder gave a picture of {picture.width} x {picture.height}")
            made = io.BytesIO()
            picture.convert("RGB").save(made, "PNG")
    except (OSError, ValueError, SyntaxError):
        return Fault(NONE, "the decoder gave no picture")
    return made.getvalue()
