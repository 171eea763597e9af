"""The cable of a simulated serial device: a pty under a name that stays the same when it is pulled and put back, as a
udev name does."""

from __future__ import annotations

import asyncio
import os
import pty
import tty
from collections.abc import Callable
from pathlib import Path


class Cable:
    """`link`: the name. `readable`: called on the loop while bytes wait. `master`: the device's end, -1 when pulled."""

    def __init__(self, link: Path, readable: Callable[[], None] | None = None) -> None:
        self.link = link
        self.master = self._slave = -1
        self._readable = readable

    @property
    def plugged(self) -> bool:
        return self.master >= 0

    def plug(self) -> None:
        if self.plugged:
            return
        self.master, self._slave = pty.openpty()
        tty.setraw(self._slave)  # held open: a pty whose last slave closes reports an error instead of silence
        os.set_blocking(self.master, False)
        self.link.unlink(missing_ok=True)
        self.link.symlink_to(os.ttyname(self._slave))
        if self._readable is not None:
            asyncio.get_running_loop().add_reader(self.master, self._readable)

    def unplug(self) -> None:
        if not self.plugged:
            return
        if self._readable is not None:
            asyncio.get_running_loop().remove_reader(self.master)
        self.link.unlink(missing_ok=True)
        os.close(self.master)
        os.close(self._slave)
        self.master = self._slave = -1
