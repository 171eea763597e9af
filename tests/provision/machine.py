"""A machine that is not there: QEMU with the image's disk, a screen that can be photographed and touched, holes that
sticks and keyboards are put into. What goes on within is looked at by a shell that a test lays into its copy of the
image; nothing of it is in the image that a vendor gets."""

from __future__ import annotations

import base64
import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image

from tests.seeing import lines

FIRMWARE = Path("/usr/share/OVMF/OVMF_CODE.fd")
VARIABLES = Path("/usr/share/OVMF/OVMF_VARS.fd")
PATIENCE_S = 1200.0  # every instruction is emulated, beside other work: no word about how fast a real machine starts
BOOT_AT = 1024 * 1024  # of the start partition, as provision/image/make.sh lays it
ROOT_AT = 257 * 1024 * 1024
LARGER = 2 * 1024**3
PORT = "village.test"
LISTENER = f"""#!/bin/bash
exec 3<>/dev/virtio-ports/{PORT}
while read -r line <&3; do
  base64 -d <<<"$line" >/run/village-test
  said=$(bash /run/village-test 2>&1 </dev/null)
  echo "$? $(printf %s "$said" | base64 -w0)" >&3
done
"""
UNIT = """[Unit]
Before=village-terminal-first-start.service village-terminal.service
StartLimitIntervalSec=0

[Service]
ExecStartPre=/bin/bash -c '[ ! -e /dev/vdb ] || [ -e /var/lib/kiosk/terminal.json ] || \
  { tar -C /var/lib/kiosk -xf /dev/vdb && chown -R kiosk:kiosk /var/lib/kiosk; }'
ExecStart=/bin/bash /usr/local/sbin/village-test
Restart=always
RestartSec=1
StandardOutput=journal
"""


def lay(image: Path, name: str, text: str) -> None:
    """A file onto the start partition, as somebody with another computer would."""
    subprocess.run(
        ["mcopy", "-o", "-i", f"{image}@@{BOOT_AT}", "-", f"::village-terminal/{name}"],
        input=text.encode(),
        check=True,
    )


def laid(image: Path) -> set[str]:
    """What lies in that folder."""
    done = subprocess.run(
        ["mdir", "-b", "-i", f"{image}@@{BOOT_AT}", "::village-terminal"], capture_output=True, text=True, check=True
    )
    return {line.rsplit("/", 1)[-1] for line in done.stdout.split()}


def copied(image: str, folder: Path) -> Path:
    """A copy of the image on a larger disk, as a vendor writes it."""
    copy = folder / "disk.img"
    subprocess.run(["cp", "--sparse=always", image, str(copy)], check=True)
    os.truncate(copy, copy.stat().st_size + LARGER)
    return copy


def lay_shell(image: Path, folder: Path) -> None:
    """A shell for the test into a copy of an image, and what lays a second disk's tar into the terminal's state."""
    listener, unit, orders = folder / "listener", folder / "unit", folder / "orders"
    listener.write_text(LISTENER)
    unit.write_text(UNIT)
    target = "/etc/systemd/system/village-test.service"
    orders.write_text(
        f"write {listener} /usr/local/sbin/village-test\nwrite {unit} {target}\n"
        f"symlink /etc/systemd/system/multi-user.target.wants/village-test.service {target}\n"
    )
    done = subprocess.run(
        ["debugfs", "-w", "-f", str(orders), f"{image}?offset={ROOT_AT}"], capture_output=True, text=True, check=True
    )
    assert "File not found" not in done.stderr, done.stderr


class Shell:
    """Orders to the machine as its root gives them; one at a time."""

    def __init__(self, address: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(address))
        self._lines = self._socket.makefile("r", encoding="ascii")

    def __call__(self, script: str, within_s: float = PATIENCE_S, *, status: int | None = 0) -> str:
        """What it says. Raises AssertionError for another exit status; None: any."""
        self._socket.settimeout(within_s)
        self._socket.sendall(base64.b64encode(script.encode()) + b"\n")
        ended, _, said = self._lines.readline().strip().partition(" ")
        text = base64.b64decode(said).decode("utf-8", "replace").strip()
        assert status is None or int(ended) == status, f"{ended}: {script}\n{text}"
        return text

    def until(self, script: str, wanted: str, within_s: float = PATIENCE_S) -> str:
        """What it says once that contains what is wanted; "" wants silence."""
        deadline = time.monotonic() + within_s
        while True:
            said = self(script, status=None)
            if wanted in said if wanted else not said:
                return said
            assert time.monotonic() < deadline, f"{script}: not {wanted!r} but {said!r}"
            time.sleep(1.0)

    def put(self, path: str, content: bytes) -> None:
        self(f"base64 -d >{path} <<'END'\n{base64.encodebytes(content).decode()}END")

    def get(self, path: str) -> bytes:
        return base64.b64decode(self(f"base64 -w0 {path}"))


class Machine:
    """Running. Screen positions are shares of its width and height, from the top left."""

    def __init__(self, process: subprocess.Popen[bytes], control: Path, folder: Path) -> None:
        self._process = process
        self._folder = folder
        self._slow = False
        self._read: Image.Image | None = None
        self._words: dict[str, tuple[float, float]] = {}
        self._socket = socket.socket(socket.AF_UNIX)
        deadline = time.monotonic() + 20
        while True:
            try:
                self._socket.connect(str(control))
                break
            except OSError:
                if time.monotonic() > deadline or process.poll() is not None:
                    raise
                time.sleep(0.1)
        self._lines = self._socket.makefile("r", encoding="utf-8")
        self._lines.readline()
        self._ask("qmp_capabilities")

    def _ask(self, what: str, **arguments: Any) -> Any:
        self._socket.sendall(json.dumps({"execute": what, "arguments": arguments}).encode() + b"\n")
        while True:
            answer = json.loads(self._lines.readline())
            if "return" in answer or "error" in answer:
                assert "return" in answer, answer
                return answer["return"]

    def picture(self) -> Image.Image:
        file = self._folder / "screen.ppm"
        self._ask("screendump", filename=str(file))
        return Image.open(file).convert("RGB")

    def words(self) -> dict[str, tuple[float, float]]:
        """Every line on the screen, and where its middle is. Read anew only where something has changed."""
        picture = self.picture()
        if picture != self._read:
            self._read, self._words = picture, lines(picture)
        return self._words

    def until(self, text: str, within_s: float = PATIENCE_S) -> tuple[float, float]:
        """Where a line with this text stands (the lowest: keys stand below), once it does. Raises AssertionError with
        what stands there instead."""
        deadline = time.monotonic() + within_s
        while True:
            words = self.words()
            found = [place for line, place in words.items() if text in line]
            if found:
                return max(found, key=lambda place: place[1])
            assert time.monotonic() < deadline, f"{text!r} is not among {sorted(words)}"
            assert self._process.poll() is None, "the machine went out"
            time.sleep(1.0)

    def touch(self, place: tuple[float, float]) -> None:
        self.hold(place, 0.2)

    def _finger(self, place: tuple[float, float], down: bool) -> None:
        at = [
            {"type": "abs", "data": {"axis": axis, "value": int(share * 32767)}}
            for axis, share in zip("xy", place, strict=True)
        ]
        self._ask("input-send-event", events=at)
        self._ask("input-send-event", events=[{"type": "btn", "data": {"button": "left", "down": down}}])

    def press(self, *keys: str) -> None:
        """Keys together, by QEMU's names."""
        self._ask("send-key", keys=[{"type": "qcode", "data": key} for key in keys])

    def hold(self, place: tuple[float, float], seconds: float) -> None:
        """A finger that rests."""
        self._finger(place, True)
        time.sleep(seconds)
        self._finger(place, False)

    def hold_until(self, place: tuple[float, float], text: str) -> tuple[float, float]:
        """A finger that rests until this text stands there, and then lets go: a slow machine may count late. Where."""
        self._finger(place, True)
        try:
            return self.until(text)
        finally:
            self._finger(place, False)

    def shell(self) -> Shell:
        """Only where the image has one (lay_shell)."""
        return Shell(self._folder / "shell")

    def plug(self, stick: Path, *, bytes_per_s: int = 0, name: str = "stick") -> None:
        """A USB stick with this content; `bytes_per_s`: a slow one."""
        file = {"driver": "file", "filename": str(stick)}
        if bytes_per_s:
            if not self._slow:
                self._ask("object-add", **{"qom-type": "throttle-group", "id": "slow"})
                self._slow = True
            self._ask("qom-set", path="/objects/slow", property="limits", value={"bps-total": bytes_per_s})
            node = {"driver": "throttle", "throttle-group": "slow", "file": file}
        else:
            node = {"driver": "raw", "file": file}
        self._ask("blockdev-add", **{"node-name": f"{name}-node"}, **node)
        self._ask("device_add", driver="usb-storage", drive=f"{name}-node", id=name, bus="xhci.0", removable=True)

    def pull(self, name: str = "stick") -> None:
        """Out, whatever it is doing."""
        self.unplug(name)
        deadline = time.monotonic() + 60
        while True:
            try:
                self._ask("blockdev-del", **{"node-name": f"{name}-node"})
                return
            except AssertionError:  # what was on its way to it still ends
                assert time.monotonic() < deadline
                time.sleep(0.2)

    def plug_device(self, driver: str, name: str) -> None:
        """Another thing on USB, by QEMU's name for it."""
        self._ask("device_add", driver=driver, id=name, bus="xhci.0")

    def unplug(self, name: str) -> None:
        self._ask("device_del", id=name)

    def pull_the_plug(self) -> None:
        self._process.kill()
        self._process.wait()


@contextmanager
def machine(
    image: Path, folder: Path, memory_mb: int = 2048, *, state: Path | None = None, stick: Path | None = None
) -> Iterator[Machine]:
    """Two cores, a panel of 1080 x 1920, no network beyond itself. `state`: a tar for a shell that was laid in;
    `stick`: a USB stick that is in when it starts."""
    variables = folder / "firmware.fd"
    if not variables.exists():
        shutil.copy(VARIABLES, variables)
    control = folder / "control"
    control.unlink(missing_ok=True)
    more: list[str] = []
    if state is not None:
        more += ["-drive", f"if=virtio,format=raw,readonly=on,file={state}"]
    if stick is not None:
        more += ["-blockdev", f"driver=file,node-name=stick-node,filename={stick}"]
        more += ["-device", "usb-storage,drive=stick-node,id=stick,bus=xhci.0,removable=on"]
    process = subprocess.Popen(
        [
            "qemu-system-x86_64", "-machine", "q35", "-accel", "tcg,thread=multi", "-cpu", "Nehalem", "-smp", "2",
            "-m", str(memory_mb),
            "-drive", f"if=pflash,format=raw,unit=0,readonly=on,file={FIRMWARE}",
            "-drive", f"if=pflash,format=raw,unit=1,file={variables}",
            "-drive", f"if=virtio,format=raw,file={image}",
            "-device", "virtio-vga,xres=1080,yres=1920,edid=on", "-display", "none",
            "-device", "qemu-xhci,id=xhci", "-device", "usb-tablet",
            "-netdev", "user,id=n,restrict=on", "-device", "virtio-net,netdev=n",
            "-qmp", f"unix:{control},server=on,wait=off", "-serial", f"file:{folder / 'serial.log'}",
            "-chardev", f"socket,id=shell,path={folder / 'shell'},server=on,wait=off",
            "-device", "virtio-serial", "-device", f"virtserialport,chardev=shell,name={PORT}", *more,
        ],
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield Machine(process, control, folder)
    finally:
        process.kill()
        process.wait()
