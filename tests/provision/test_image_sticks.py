"""What is put into the USB holes of a terminal that started from the disk image: a courier's stick that goes to the
county and back, one that is pulled too early, sticks that mean no good, a keyboard.

One emulated machine for most of them, left by each as it was found. Only where KIOSK_TEST_IMAGE names an image
(`make test-image`).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from kiosk.staff import StaffPin
from tests.kiosk.test_commands import APPLICATION
from tests.offline.peers import Gateway, enrolled, start_gateway
from tests.provision import sticks
from tests.provision.machine import LARGER, Machine, Shell, copied, laid, lay, lay_shell, machine

IMAGE = os.environ.get("KIOSK_TEST_IMAGE", "")
pytestmark = [pytest.mark.skipif(not IMAGE, reason="make test-image"), pytest.mark.timeout(3600)]

NAME, PIN = "示例-河口-07", "135790"
SETTINGS = f"""terminal = "{NAME}"

[place]
county = "示例县"
hall = "河口村便民服务中心"

[screen]
attract_s = 0.0
"""
NETWORK = """[Match]
Name=en* eth*

[Network]
Address=192.0.2.17/24
"""
DIGITS = {str(n): (0.194 + 0.306 * ((n - 1) % 3), 0.514 + 0.084 * ((n - 1) // 3)) for n in range(1, 10)}
DIGITS["0"] = (0.5, 0.766)
MOUNTED = "findmnt -rno TARGET,SOURCE | grep /dev/sd"
PLACES = "findmnt -rno TARGET | grep ^/run/village-stick/sd"
HOME = "您今天来办什么事"


@dataclass
class Hall:
    """A terminal with power and no line, enrolled, its staff PIN set; and the county that enrolled it."""

    machine: Machine
    shell: Shell
    county: Gateway
    folder: Path
    seen: list[str] = field(default_factory=list)

    def waiting(self, count: int) -> None:
        """Hand applications in until so many wait."""
        page = json.loads(json.dumps(APPLICATION))
        self.shell.put("/run/application.json", json.dumps(page).encode())
        self.shell(
            "chown kiosk /run/application.json; head -c 300000 /dev/urandom >/run/page.jpg; chmod 644 /run/page.jpg"
        )
        for _ in range(count - self.status()["waiting"]):
            self.shell("kiosk submit /run/application.json --json")

    def status(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.shell("kiosk outbox status --json"))
        return found

    def mounted(self) -> str:
        """Where the machine has put the stick that is in."""
        return self.shell.until(PLACES, "/run/village-stick/sd")

    def main(self) -> str:
        """What must not end: the start of the machine, and the terminal's process."""
        return self.shell("cat /proc/sys/kernel/random/boot_id; systemctl show -p MainPID,NRestarts village-terminal")

    def to_sticks(self) -> None:
        """From the home screen to the courier's page, as staff do."""
        one = self.machine
        one.until(HOME)
        key = one.hold_until(one.until("河口村"), "打开")
        for digit in PIN:
            one.touch(DIGITS[digit])
            time.sleep(0.5)
        one.touch(key)
        one.touch(one.until("存到U盘带走"))
        one.until("请插上U盘")

    def fill(self) -> None:
        self.machine.until("找到U盘了")
        self.machine.touch(self.machine.until("存到U盘"))

    def to_home(self) -> None:
        one = self.machine
        one.touch(one.until("知道了"))
        one.touch(one.until("退出"))
        one.until(HOME)

    def picture(self, name: str) -> None:
        keep = os.environ.get("KIOSK_PICTURES")
        if keep:
            self.machine.picture().save(Path(keep) / f"{name}.png")


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    folder = tmp_path_factory.mktemp("hall")
    county = start_gateway(folder / "county")
    try:
        disk = copied(IMAGE, folder)
        for name, text in (("settings.toml", SETTINGS), ("wired.network", NETWORK), ("ask-doctor", "")):
            lay(disk, name, text)
        lay_shell(disk, folder)
        state = folder / "state"
        enrolled(county, state, NAME)
        StaffPin(state).set(PIN)
        subprocess.run(["tar", "-C", str(state), "-cf", str(folder / "state.tar"), "."], check=True)
        with machine(disk, folder, state=folder / "state.tar") as one:
            shell = one.shell()
            one.until(HOME)
            yield Hall(one, shell, county, folder)
    finally:
        county.stop()


def test_the_root_partition_took_the_rest_of_the_disk(hall: Hall) -> None:
    size = int(hall.shell("findmnt -brno SIZE /"))
    assert size > Path(IMAGE).stat().st_size + LARGER - 600 * 1024**2  # less the start partition and its own tables


def test_what_was_laid_onto_the_start_partition_is_in_force(hall: Hall) -> None:
    hall.shell.until("ip -4 -o addr", "192.0.2.17/24")
    left = hall.shell("ls /boot/efi/village-terminal").split()
    assert sorted(left) == ["READ-ME.txt", "doctor.txt"]
    report = hall.shell("cat /boot/efi/village-terminal/doctor.txt")
    assert "县里认得这台机器" in report, report
    hall.shell("test -e /var/lib/kiosk/staff.json && touch /boot/efi/village-terminal/forget-staff-pin")
    hall.shell("cp -p /var/lib/kiosk/staff.json /run/ && /opt/village-terminal/first-start")
    assert "No such file" in hall.shell("ls /var/lib/kiosk/staff.json", status=2)
    hall.shell("cp -p /run/staff.json /var/lib/kiosk/")
    assert hall.status()["dead"] == 0
    assert hall.shell("find /var/lib/kiosk ! -user kiosk") == ""  # whoever gives the terminal's commands


def test_whom_the_county_has_its_certificate_from_is_told_by_a_file(hall: Hall, tmp_path: Path) -> None:
    """The app's own handshake with a server of that certificate, seen from the server: refused before, done after."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "3650",
         "-subj", "/CN=county", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", tmp_path / "key.pem",
         "-out", tmp_path / "county-ca.crt"],
        check=True, capture_output=True,
    )  # fmt: skip
    for name in ("key.pem", "county-ca.crt"):
        hall.shell.put(f"/run/{name}", (tmp_path / name).read_bytes())
    hall.shell.put("/run/own.toml", f'terminal = "{NAME}"\n[county]\nurl = "https://127.0.0.1:9443"\n'.encode())
    hall.shell("chmod 644 /run/own.toml")

    def server_says() -> str:
        hall.shell(
            "timeout 200 openssl s_server -accept 127.0.0.1:9443 -cert /run/county-ca.crt -key /run/key.pem -brief"
            " -naccept 1 </dev/null >/run/tls.log 2>&1 & sleep 3"
        )
        hall.shell("KIOSK_CONFIG=/run/own.toml timeout 120 kiosk doctor", status=None)
        return hall.shell("cat /run/tls.log")

    said = server_says()
    assert "error" in said, said  # it came, and went away without a word
    hall.shell("cp /run/county-ca.crt /boot/efi/village-terminal/ && /opt/village-terminal/first-start")
    assert "county-ca" not in hall.shell("ls /boot/efi/village-terminal")
    assert "error" not in server_says()  # it came again, and nobody was turned away
    hall.shell("rm /usr/local/share/ca-certificates/county-ca.crt && update-ca-certificates --fresh")


def courier(county: Gateway, folder: Path) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "gateway", "courier", str(folder), "--state", str(county.folder), "--json"],
        capture_output=True, check=True,
    )  # fmt: skip
    return json.loads(done.stdout)


def test_a_stick_pulled_in_the_midst_stops_nobody_is_mended_and_filled_the_next_time(
    hall: Hall, tmp_path: Path
) -> None:
    hall.waiting(3)
    stick, before = sticks.fat(tmp_path / "stick.img"), hall.main()
    hall.to_sticks()
    hall.machine.plug(stick, bytes_per_s=60_000)
    hall.fill()
    hall.machine.until("先别拔")
    deadline = time.monotonic() + 120
    while not sticks.below(stick, "village-outbox"):
        assert time.monotonic() < deadline
        time.sleep(0.5)
    hall.machine.pull()
    hall.machine.until("U盘断开了")
    hall.picture("stick-pulled")
    hall.shell.until("ls /run/village-stick", "let-go")
    hall.shell.until(MOUNTED, "")
    hall.shell.until("nsenter -t $(systemctl show -p MainPID --value village-terminal) -m " + MOUNTED, "")
    assert sticks.left_dirty(stick)
    hall.to_home()
    assert hall.main() == before
    assert hall.status()["waiting"] == 3

    hall.machine.plug(stick)
    place = hall.mounted()
    done = json.loads(hall.shell(f"kiosk outbox export {place} --json"))
    assert done["copied"] + done["there"] == 3
    hall.shell(f"runuser -u kiosk -- touch /run/village-stick/let-go/{Path(place).name}")
    hall.shell.until(MOUNTED, "")
    hall.machine.pull()
    assert not sticks.left_dirty(stick)
    assert sticks.faults(stick, tmp_path) == ""
    found = sticks.below(stick, "village-outbox")
    assert len([path for path in found if path.endswith("/envelope.json")]) == 3
    assert not [path for path in found if ".part" in path]


def test_an_exfat_stick_is_mounted_for_the_terminal_alone_filled_and_let_go(hall: Hall, tmp_path: Path) -> None:
    hall.waiting(1)
    stick = sticks.exfat(tmp_path / "stick.img")
    hall.machine.plug(stick)
    place = hall.mounted()
    kind, options = hall.shell(f"findmnt -rno FSTYPE,OPTIONS --mountpoint {place}").split()
    assert kind == "exfat"
    assert {"rw", "nosuid", "nodev", "noexec", "dmask=0077", "fmask=0077"} <= set(options.split(","))
    hall.shell(f"runuser -u daemon -- ls {place}", status=2)
    done = json.loads(hall.shell(f"kiosk outbox export {place} --json"))
    assert done["copied"] >= 1
    hall.shell(f"runuser -u kiosk -- touch /run/village-stick/let-go/{Path(place).name}")
    hall.shell.until(MOUNTED, "")
    hall.machine.pull()
    hall.machine.plug(stick)
    place = hall.mounted()
    sums = hall.shell(f"cd {place}/village-outbox && find . -type f -size +1k ! -name '*.json' -exec sha256sum {{}} +")
    assert sums
    for line in sums.splitlines():
        digest, _, path = line.partition("  ")
        assert path.endswith(f"/{digest}")
    hall.shell(f"runuser -u kiosk -- touch /run/village-stick/let-go/{Path(place).name}")
    hall.shell.until(MOUNTED, "")
    hall.machine.pull()


def test_a_fat_stick_carries_what_waits_to_the_county_and_its_word_back(hall: Hall, tmp_path: Path) -> None:
    hall.waiting(2)
    waited, stick = hall.status()["waiting"], sticks.fat(tmp_path / "stick.img")
    hall.to_sticks()
    hall.machine.plug(stick)
    hall.machine.until("找到U盘了")
    hall.picture("stick-found")
    kind, options = hall.shell(f"findmnt -rno FSTYPE,OPTIONS --mountpoint {hall.mounted()}").split()
    assert kind == "vfat"
    assert {"rw", "nosuid", "nodev", "noexec", "flush", "dmask=0077", "fmask=0077"} <= set(options.split(","))
    hall.fill()
    hall.machine.until("可以拔了")
    hall.picture("stick-filled")
    assert hall.shell(MOUNTED, status=1) == ""
    hall.machine.pull()
    assert not sticks.left_dirty(stick)
    assert sticks.faults(stick, tmp_path) == ""
    hall.to_home()

    brought = sticks.taken(stick, "village-outbox", tmp_path / "at-the-county")
    said = courier(hall.county, brought)
    assert (len(said["taken"]), said["refused"]) == (waited, [])
    for word in brought.rglob("acknowledgement.json"):
        sticks.lay_on(stick, word, str(word.relative_to(brought)))

    hall.to_sticks()
    hall.machine.plug(stick)
    hall.fill()
    hall.machine.until("可以拔了")
    hall.machine.until("县里回信说收到了")
    hall.picture("stick-back")
    hall.machine.pull()
    hall.to_home()
    assert hall.status()["waiting"] == 0
    assert sticks.below(stick, "village-outbox") == []  # what the county has makes room
    assert not sticks.left_dirty(stick)


@pytest.mark.parametrize(
    ("make", "mounts"),
    [
        (lambda path, folder: sticks.suid_and_devices(path, folder), 0),
        (lambda path, _: sticks.garbage(path), 0),
        (lambda path, _: sticks.empty(path, 16), 0),
        (lambda path, folder: sticks.many_partitions(path, folder), 4),
        (lambda path, _: sticks.damaged(path), 1),
    ],
    ids=["suid", "garbage", "nothing", "partitions", "damaged"],
)
def test_a_stick_that_means_no_good_does_none_and_the_next_one_is_served(
    hall: Hall, tmp_path: Path, make: Callable[[Path, Path], Path], mounts: int
) -> None:
    before = hall.main()
    hall.machine.plug(make(tmp_path / "stick.img", tmp_path))
    hall.shell.until("lsblk -rno NAME", "sd")
    hall.shell("udevadm settle -t 300; sleep 5; systemctl list-jobs --no-legend")
    found = hall.shell(MOUNTED, status=None).splitlines()
    assert len(found) <= mounts
    assert all(line.startswith("/run/village-stick/") for line in found)
    options = hall.shell("findmnt -rno SOURCE,OPTIONS | grep /dev/sd", status=None).splitlines()
    assert all({"nosuid", "nodev", "noexec"} <= set(line.split()[1].split(",")) for line in options)
    if mounts == 1 and found:  # what can be mounted may be written to, or fail; the terminal says which
        hall.waiting(1)
        hall.shell(f"kiosk outbox export {hall.mounted()} --json", status=None)
        hall.shell(f"kiosk outbox import {hall.mounted()} --json", status=None)
    hall.machine.pull()
    hall.shell.until(MOUNTED, "")
    hall.machine.until(HOME)
    assert hall.main() == before

    good = sticks.fat(tmp_path / "good.img")
    hall.machine.plug(good)
    assert hall.mounted()
    hall.machine.pull()
    hall.shell.until(MOUNTED, "")


def test_a_keyboard_opens_nothing(hall: Hall) -> None:
    before = hall.main()
    vt = hall.shell("cat /sys/class/tty/tty0/active")
    hall.machine.plug_device("usb-kbd", "keys")
    hall.shell.until("cat /proc/bus/input/devices", "QEMU USB Keyboard")
    for keys in (
        ("ctrl", "alt", "f2"), ("ctrl", "alt", "f3"), ("alt", "f2"), ("ctrl", "alt", "backspace"),
        ("ctrl", "alt", "delete"), ("alt", "f4"), ("alt", "tab"), ("ctrl", "c"), ("ctrl", "z"), ("ctrl", "q"), ("esc",),
        ("f1",), ("f11",), ("f12",), ("meta_l",), ("menu",), ("print",), ("sleep",),
        *(("alt", "sysrq", letter) for letter in "krboe"),
    ):  # fmt: skip
        hall.machine.press(*keys)
        time.sleep(0.5)
    time.sleep(10)
    hall.machine.until(HOME)
    assert hall.main() == before
    assert hall.shell("cat /sys/class/tty/tty0/active") == vt == "tty1"
    assert hall.shell("pgrep -a getty", status=1) == ""
    hall.machine.unplug("keys")


def test_a_stick_that_bears_the_machines_own_names_is_neither_started_from_nor_asked_for_settings(
    tmp_path: Path,
) -> None:
    disk = copied(IMAGE, tmp_path)
    lay_shell(disk, tmp_path)
    stick = sticks.pretender(tmp_path / "stick.img", tmp_path, SETTINGS.replace("河口村", "假冒村"))
    kept = shutil.copy(stick, tmp_path / "kept.img")
    with machine(disk, tmp_path, stick=stick) as one:
        shell = one.shell()
        one.until(HOME)
        one.until("山背村")  # as it came from the maker
        assert shell("findmnt -rno SOURCE /; findmnt -rno SOURCE /boot/efi").split() == ["/dev/vda2", "/dev/vda1"]
        assert shell.until(PLACES, "sda1") == "/run/village-stick/sda1"  # in from the start
        one.pull_the_plug()
    assert laid(disk) == {"READ-ME.txt"}
    assert sticks.below(Path(kept), "village-terminal") == sticks.below(stick, "village-terminal") == ["settings.toml"]
