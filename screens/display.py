"""A display to draw on where there is none: Xvfb, for pictures, checks and visits that are played."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator


class DisplayError(RuntimeError):
    """The display could not be started or reached. The text says what to install or do."""


@contextlib.contextmanager
def virtual_display(width: int, height: int) -> Iterator[str]:
    """Xvfb on a free display number; yields its name (":N"). Raises DisplayError."""
    read_end, write_end = os.pipe()
    try:
        process = subprocess.Popen(
            [
                "Xvfb",
                "-displayfd",
                str(write_end),
                "-screen",
                "0",
                f"{width}x{height}x24",
                "-nolisten",
                "tcp",
                "-noreset",
                "-dpi",
                "69",
            ],
            pass_fds=(write_end,),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except FileNotFoundError as error:
        raise DisplayError("Xvfb is not installed: run `make setup`") from error
    finally:
        os.close(write_end)
    try:
        with os.fdopen(read_end) as answer:
            number = answer.readline().strip()
        if not number:
            raise DisplayError(f"Xvfb did not start (exit status {process.wait()})")
        yield f":{number}"
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def some_display(width: int, height: int) -> Iterator[None]:
    """In here $DISPLAY names one: what it named before, or a virtual one of this size. Raises DisplayError."""
    if os.environ.get("DISPLAY"):
        yield
        return
    with virtual_display(width, height) as name:
        os.environ["DISPLAY"] = name
        try:
            yield
        finally:
            del os.environ["DISPLAY"]
