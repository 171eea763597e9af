"""A machine with cameras, as its kernel and udev show them: nodes, names by socket and by maker, what USB says of each.

The nodes are character devices that every machine has (nobody opens them); /sys is a folder.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

NODES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random")


@dataclass(frozen=True)
class Usb:
    model: str
    serial: str = ""
    name: str = "camera"


PAPERS = Usb("1a2b:0001", "P77", "DeskCam")
FACE = Usb("1a2b:0002", "F12", "FaceCam")


class Machine:
    """`plug` and `pull` cameras; numbers are given in the order of plugging in, the lowest that is free."""

    def __init__(self, folder: Path) -> None:
        self.sys, self.dev = folder / "sys", folder / "dev"
        self._plugged: dict[int, tuple[str, Usb]] = {}
        for part in (self.sys / "class/video4linux", self.sys / "dev/char"):
            part.mkdir(parents=True)
        for kind in ("by-id", "by-path"):
            (self.dev / "v4l" / kind).mkdir(parents=True)

    def by_path(self, socket: str) -> str:
        return f"{self.dev}/v4l/by-path/pci-usb-{socket}-video-index0"

    def by_id(self, camera: Usb) -> str:
        return f"{self.dev}/v4l/by-id/usb-{camera.name}{'_' + camera.serial if camera.serial else ''}-video-index0"

    def plug(self, socket: str, camera: Usb) -> int:
        number = min(set(range(len(NODES))) - set(self._plugged))
        self._plugged[number] = (socket, camera)
        self._write()
        return number

    def pull(self, socket: str) -> None:
        self._plugged = {number: what for number, what in self._plugged.items() if what[0] != socket}
        self._write()

    def _write(self) -> None:
        for folder in (self.sys / "class/video4linux", self.sys / "dev/char", self.dev / "v4l/by-id",
                       self.dev / "v4l/by-path", self.dev):  # fmt: skip
            for entry in folder.iterdir():
                if entry.is_symlink():
                    entry.unlink()
        for number, (socket, camera) in self._plugged.items():
            usb = self.sys / "devices" / socket
            video = usb / f"{socket}:1.0" / "video4linux" / f"video{number}"
            video.mkdir(parents=True, exist_ok=True)
            vendor, product = camera.model.split(":")
            for file, text in (("idVendor", vendor), ("idProduct", product), ("serial", camera.serial)):
                (usb / file).write_text(text + "\n")
            (video / "name").write_text(camera.name + "\n")
            (video / "index").write_text("0\n")
            if not (video / "device").is_symlink():
                (video / "device").symlink_to(usb / f"{socket}:1.0")
            (self.sys / "class/video4linux" / video.name).symlink_to(video)
            device = Path(NODES[number]).stat().st_rdev
            (self.sys / "dev/char" / f"{os.major(device)}:{os.minor(device)}").symlink_to(video)
            node = self.dev / f"video{number}"
            node.symlink_to(NODES[number])
            for name in (Path(self.by_path(socket)), Path(self.by_id(camera))):
                name.unlink(missing_ok=True)  # of two cameras with one name the last that was plugged in has it
                name.symlink_to(NODES[number])
