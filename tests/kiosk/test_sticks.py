"""A courier's stick as the machine mounts it: the very script that the installer lays down, a real file system on a
loop device where root may have one; found, filled, pulled, let go."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from config.settings import Storage
from kiosk.sticks import LET_GO, Carried, Stick, Sticks, _pulled, carry
from offline.carried import write_record
from offline.courier import FOLDER, verify
from offline.outbox import Outbox
from tests.offline.world import World, make_world, ours
from wire.keys import Enrolment

SCRIPT = Path(__file__).parent.parent.parent / "provision" / "install" / "stick"
HERE = "ext2"  # what every kernel that runs the tests can mount; FAT is a module that few containers have
SIZE = 4_000_000


@dataclass
class Terminal:
    """An enrolled terminal with three records that wait, and where its sticks are mounted."""

    state: Path
    world: World
    place: Path

    def events(self) -> Callable[..., object]:
        return lambda event, **fields: self.told.append((event, fields))

    def __post_init__(self) -> None:
        self.told: list[tuple[str, dict[str, object]]] = []

    def carry(self, sticks: Sticks) -> Carried:
        return carry(self.state, sticks, None, self.events())


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    state = tmp_path / "state"
    state.mkdir()
    world = make_world(tmp_path)
    from wire.canonical import canonical

    (state / "terminal.json").write_bytes(canonical(Enrolment(certificate=world.certificate, county=world.county)))
    shutil.copy(tmp_path / "terminal.key", state / "terminal.key")
    outbox = Outbox.open(state, time.time)
    for n in range(3):
        sealed = world.application(n, n, 100_000)
        outbox.commit(ours(sealed), world.sign(sealed))
    outbox.close()
    place = tmp_path / "sticks"
    place.mkdir()
    return Terminal(state, world, place)


class Machine:
    """systemd's part: the script is run when a stick comes, when it is pulled, and when something lies in let-go."""

    def __init__(self, place: Path, folder: Path) -> None:
        self.place, self.folder = place, folder
        self.device = ""
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._let_go, daemon=True)
        self._watch.start()

    def run(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {
            "VILLAGE_STICK_PLACE": str(self.place), "VILLAGE_STICK_TYPES": f"vfat exfat {HERE}",
            "VILLAGE_STICK_OWNER": "root",
        }  # fmt: skip
        return subprocess.run(
            [str(SCRIPT), *arguments], env=environment | more, capture_output=True, text=True, check=False
        )

    def stick(self, *, size: int = SIZE, read_only: bool = False) -> Path:
        """A new stick, and put in."""
        image = self.folder / "stick.img"
        with image.open("wb") as file:
            file.truncate(size)
        subprocess.run(["mke2fs", "-q", "-m", "0", "-t", HERE, str(image)], check=True)
        self.insert(image, read_only=read_only)
        return image

    def insert(self, image: Path, *, read_only: bool = False) -> None:
        self.attach(image, read_only=read_only)
        done = self.run("mount", Path(self.device).name)
        assert done.returncode == 0, done.stderr

    def attach(self, image: Path, *, read_only: bool = False) -> None:
        """As a device of the kernel's, that nobody has heard of yet."""
        made = subprocess.run(
            ["losetup", "-f", "--show", *(["-r"] if read_only else []), str(image)], capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        if made.returncode:
            pytest.skip(f"no loop device here: {made.stderr.strip()}")
        self.device = made.stdout.strip()

    def pull(self) -> None:
        """What udev and systemd do when it is gone."""
        if self.device:
            self.run("gone", Path(self.device).name)
            subprocess.run(["losetup", "-d", self.device], check=False)
            self.device = ""

    def _let_go(self) -> None:
        while not self._over.wait(0.05):
            if any((self.place / LET_GO).glob("*")):
                self.run("let-go")

    def end(self) -> None:
        self._over.set()
        self._watch.join()
        self.pull()


@pytest.fixture
def machine(terminal: Terminal, tmp_path: Path) -> Iterator[Machine]:
    if os.geteuid() != 0:
        pytest.skip("only root mounts a file system")
    made = Machine(terminal.place, tmp_path)
    yield made
    made.end()


def test_a_stick_is_mounted_written_read_back_and_let_go(terminal: Terminal, machine: Machine, tmp_path: Path) -> None:
    image = machine.stick(size=16_000_000)
    name = Path(machine.device).name
    options = subprocess.run(["findmnt", "-n", "-o", "OPTIONS", machine.device], capture_output=True, text=True).stdout
    assert {"nosuid", "nodev", "noexec"} <= set(options.strip().split(","))
    sticks = Sticks(str(terminal.place))
    (found,) = sticks.found()
    assert found.name == name
    assert 10_000_000 < found.free < 16_000_000
    done = terminal.carry(sticks)
    assert (done.out, done.new, done.left, done.problem, done.may_pull) == (3, 3, 0, "", True)
    assert sticks.found() == []
    assert terminal.told == [("outbox.exported", {"count": 3})]
    assert terminal.carry(sticks).problem == "none"  # it is in, but let go
    machine.pull()
    machine.insert(image)
    assert verify(sticks.found()[0].path) == (3, [])
    again = terminal.carry(sticks)
    assert (again.out, again.new) == (3, 0)


def test_a_full_stick_keeps_what_is_whole_on_it_and_can_still_be_pulled(terminal: Terminal, machine: Machine) -> None:
    image = machine.stick(size=300_000)
    done = terminal.carry(Sticks(str(terminal.place)))
    assert done.problem == "full"
    assert done.may_pull
    out, left = done.out, done.left
    assert out + left == 3
    assert left > 0
    machine.pull()
    machine.insert(image)
    assert verify(Sticks(str(terminal.place)).found()[0].path) == (out, [])


def test_a_stick_that_is_locked_says_so(terminal: Terminal, machine: Machine) -> None:
    image = machine.stick()
    machine.pull()
    machine.insert(image, read_only=True)
    done = terminal.carry(Sticks(str(terminal.place)))
    assert (done.problem, done.out, done.left) == ("read_only", 0, 3)
    assert done.may_pull


def test_a_stick_pulled_in_the_midst_has_no_half_record_and_nothing_is_lost(
    terminal: Terminal, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = machine.stick(size=16_000_000)
    written: list[Path] = []

    def pulled(target: Path, *given: object) -> None:
        write_record(target, *given)  # type: ignore[arg-type]
        written.append(target)
        if len(written) == 2:
            subprocess.run(["umount", "-l", str(terminal.place / Path(machine.device).name)], check=True)
            machine.run("gone", Path(machine.device).name)

    monkeypatch.setattr("offline.courier.write_record", pulled)
    done = terminal.carry(Sticks(str(terminal.place)))
    monkeypatch.undo()
    assert done.problem == "gone"
    assert done.out == 0  # what cannot be read back has not gone out
    assert done.left == 3
    assert not any(terminal.place.glob("loop*"))  # nothing was written beside the stick
    machine.pull()
    machine.insert(image)
    whole, findings = verify(Sticks(str(terminal.place)).found()[0].path)
    assert (whole, findings) == (2, [])
    assert terminal.carry(Sticks(str(terminal.place))).out == 3


@pytest.mark.parametrize(
    ("make", "at", "mark"),
    [
        (("mkfs.vfat", "-F", "32", "-s", "1"), 65, 1),
        (("mkfs.vfat", "-F", "16"), 37, 1),
        (("mkfs.exfat",), 106, 2),
    ],
    ids=["fat32", "fat16", "exfat"],
)
def test_a_stick_that_was_pulled_while_it_was_written_is_mended_before_it_is_mounted(
    machine: Machine, tmp_path: Path, make: tuple[str, ...], at: int, mark: int
) -> None:
    """Where the kernel has no FAT, it is not mounted afterwards; mended it is."""
    if shutil.which(make[0]) is None:
        pytest.skip(f"no {make[0]} here")
    image = tmp_path / "stick.img"
    with image.open("wb") as file:
        file.truncate(40_000_000)
    subprocess.run([*make, str(image)], check=True, capture_output=True)
    with image.open("r+b") as file:
        file.seek(at)
        file.write(bytes([mark]))
    machine.attach(image)
    machine.run("mount", Path(machine.device).name)
    machine.pull()
    assert image.read_bytes()[at] & mark == 0


def test_a_stick_that_cannot_be_read_is_the_sticks_fault_and_not_the_terminals(
    terminal: Terminal, machine: Machine
) -> None:
    image = machine.stick()
    assert terminal.carry(Sticks(str(terminal.place))).out == 3
    machine.pull()
    number = terminal.world.certificate.number
    said = subprocess.run(
        ["debugfs", "-R", f"blocks /{FOLDER}/{number}", str(image)], capture_output=True, text=True, check=True
    ).stdout
    size = subprocess.run(["dumpe2fs", "-h", str(image)], capture_output=True, text=True, check=True).stdout
    block = int(size.partition("Block size:")[2].split()[0])
    with image.open("r+b") as file:
        file.seek(int(said.split()[0]) * block)
        file.write(bytes(block))  # where its folder's names stood
    machine.insert(image)
    assert terminal.carry(Sticks(str(terminal.place))).problem == "broken"


def test_a_stick_whose_device_is_gone_is_pulled_though_its_folder_still_stands(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel knows at once; the folder waits for systemd."""
    if os.geteuid() != 0:
        pytest.skip("only root mounts a file system")
    monkeypatch.setattr("kiosk.sticks.PULLED_S", 0.2)
    sticks = Sticks(str(terminal.place))
    for name, gone in (("sdzz9", True), ("null", False)):  # no such device; one that is there
        path = terminal.place / name
        path.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "none", str(path)], capture_output=True, check=False).returncode:
            pytest.skip("nothing can be mounted here")
        try:
            assert _pulled(sticks, Stick(name, path)) is gone
        finally:
            subprocess.run(["umount", str(path)], check=True)


def test_what_the_machine_lives_on_and_what_is_no_stick_is_not_mounted(
    terminal: Terminal, machine: Machine, tmp_path: Path
) -> None:
    machine.stick()
    name = Path(machine.device).name
    assert machine.run("mount", name).returncode == 0  # mounted already: as if by the machine's own table
    assert len(Sticks(str(terminal.place)).found()) == 1
    machine.run("gone", name)
    table = tmp_path / "fstab"
    label = subprocess.run(["blkid", "-p", "-o", "value", "-s", "UUID", machine.device], capture_output=True, text=True)
    table.write_text(f"UUID={label.stdout.strip()} /boot/efi vfat umask=0077 0 2\n")
    for more in ({"VILLAGE_STICK_TABLE": str(table)}, {"VILLAGE_STICK_TYPES": "vfat"}):
        assert machine.run("mount", name, **more).returncode == 0
        assert Sticks(str(terminal.place)).found() == []
    assert machine.run("mount", name).returncode == 0
    assert len(Sticks(str(terminal.place)).found()) == 1


@pytest.mark.parametrize("name", ["", "../../etc", "sdb1;reboot", "a b", "sd/b"])
def test_no_other_name_than_a_devices_is_taken(name: str, tmp_path: Path) -> None:
    environment = os.environ | {"VILLAGE_STICK_PLACE": str(tmp_path)}
    for verb in ("mount", "gone"):
        done = subprocess.run([str(SCRIPT), verb, name], env=environment, capture_output=True, check=False)
        assert done.returncode == 2
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_nothing_is_mounted_on_is_no_stick(terminal: Terminal) -> None:
    (terminal.place / "usb1").mkdir()
    assert Sticks(str(terminal.place)).found() == []
    assert [each.name for each in Sticks(str(terminal.place), plain=True).found()] == ["usb1"]
    (terminal.place / "usb2").symlink_to(terminal.state)
    assert len(Sticks(str(terminal.place), plain=True).found()) == 1
    assert Sticks("").found() == []
    assert not Sticks("").wanted


def test_two_sticks_are_one_too_many_and_none_is_none(terminal: Terminal) -> None:
    sticks = Sticks(str(terminal.place), plain=True)
    assert terminal.carry(sticks).problem == "none"
    for name in ("usb1", "usb2"):
        (terminal.place / name).mkdir()
    assert terminal.carry(sticks).problem == "many"
    assert not list(terminal.place.rglob(FOLDER))


def test_a_stick_that_nobody_unmounts_is_not_said_to_be_free(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    sticks = Sticks(str(terminal.place))
    monkeypatch.setattr("kiosk.sticks.os.path.ismount", lambda _: True)
    (terminal.place / LET_GO).mkdir()
    assert not sticks.let_go(Stick("sdb1", terminal.place / "sdb1"), wait_s=0.3)
    assert [path.name for path in (terminal.place / LET_GO).iterdir()] == ["sdb1"]


def test_the_installer_lays_down_all_that_a_stick_needs_where_the_app_looks_for_it() -> None:
    place = Storage().sticks
    install = (SCRIPT.parent / "install.sh").read_text()
    for name in ("stick", "village-stick@.service", "village-stick-let-go.service", "village-stick-let-go.path",
                 "tmpfiles.conf", "udev.rules"):  # fmt: skip
        assert f'"$here/{name}"' in install
    assert "systemctl enable" in install
    assert "village-stick-let-go.path" in install.partition("systemctl enable")[2]
    assert f"place=${{VILLAGE_STICK_PLACE:-{place}}}" in SCRIPT.read_text()
    assert f"DirectoryNotEmpty={place}/{LET_GO}\n" in (SCRIPT.parent / "village-stick-let-go.path").read_text()
    made = (SCRIPT.parent / "tmpfiles.conf").read_text().splitlines()
    assert [line.split()[1] for line in made if line.startswith("d ")] == [place, f"{place}/{LET_GO}"]
    writable = next(line for line in (SCRIPT.parent / "village-terminal.service").read_text().splitlines()
                    if line.startswith("ReadWritePaths="))  # fmt: skip
    assert f"-{place}" in writable.split()
