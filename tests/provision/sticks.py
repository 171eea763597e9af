"""USB sticks as files: a courier's, and some that mean no good. Written and read without mounting any."""

from __future__ import annotations

import os
import random
import subprocess
from pathlib import Path

AT = 1024 * 1024  # where the first partition begins
FAT32_DIRTY = 65  # the byte of a FAT32's first sector whose lowest bit says that it was not let go


def run(*command: str | Path, given: str = "", status: int | None = 0) -> str:
    done = subprocess.run([*map(str, command)], input=given, capture_output=True, text=True, check=False)
    assert status is None or done.returncode == status, (command, done.stdout, done.stderr)
    return done.stdout


def empty(path: Path, megabytes: int) -> Path:
    with path.open("wb") as file:
        file.truncate(megabytes * 1024 * 1024)
    return path


def fat(path: Path, label: str = "COURIER") -> Path:
    """As they are bought: one partition, FAT32."""
    empty(path, 320)
    run("sfdisk", "-q", path, given="label: dos\nstart=2048, type=c\n")
    run("mkfs.vfat", "-F", "32", "-s", "8", "-n", label, f"--offset={AT // 512}", path, (320 - 1) * 1024)
    return path


def exfat(path: Path) -> Path:
    """No partitions, exFAT."""
    run("mkfs.exfat", "-L", "COURIER", empty(path, 64))
    return path


def below(stick: Path, folder: str) -> list[str]:
    """Every file below a folder of a FAT stick, by its path from there; once, where a torn folder names it often."""
    said = run("mdir", "-b", "-/", "-i", f"{stick}@@{AT}", f"::{folder}", status=None)
    return sorted({line.partition(f"/{folder}/")[2] for line in said.splitlines() if not line.endswith("/")} - {""})


def taken(stick: Path, folder: str, to: Path) -> Path:
    """A folder of a FAT stick, copied off it."""
    to.mkdir()
    run("mcopy", "-s", "-i", f"{stick}@@{AT}", f"::{folder}", to)
    return to


def lay_on(stick: Path, file: Path, name: str) -> None:
    run("mcopy", "-o", "-i", f"{stick}@@{AT}", file, f"::{name}")


def left_dirty(stick: Path) -> bool:
    with stick.open("rb") as file:
        file.seek(AT + FAT32_DIRTY)
        return bool(file.read(1)[0] & 1)


def faults(stick: Path, folder: Path) -> str:
    """What the checker of another house finds wrong with a FAT stick; "" nothing."""
    partition = folder / "partition.img"
    run("dd", f"if={stick}", f"of={partition}", "bs=1M", "skip=1", "conv=sparse", "status=none")
    done = subprocess.run(["fsck.vfat", "-n", str(partition)], capture_output=True, text=True, check=False)
    partition.unlink()
    return done.stdout if done.returncode else ""


# ---------------------------------------------------------------- that mean no good


def suid_and_devices(path: Path, folder: Path) -> Path:
    """A Linux stick: a shell that would run as root, the machine's disk and memory as files, a link to its keys."""
    tree = folder / "tree"
    tree.mkdir()
    run("install", "-m", "4755", "/bin/sh", tree / "root-shell")
    os.mknod(tree / "disk", 0o60666, os.makedev(254, 0))
    os.mknod(tree / "memory", 0o20666, os.makedev(1, 1))
    (tree / "village-outbox").symlink_to("/var/lib/kiosk")
    run("mke2fs", "-q", "-t", "ext4", "-L", "COURIER", "-d", tree, empty(path, 64))
    return path


def garbage(path: Path) -> Path:
    """A partition table and a file system that are noise, but for the marks that say what they are."""
    noise = bytearray(random.Random(6).randbytes(8 * 1024 * 1024))
    noise[510:512] = b"\x55\xaa"
    noise[512:520] = b"EFI PART"
    noise[82:90] = b"FAT32   "
    path.write_bytes(noise)
    return path


def damaged(path: Path) -> Path:
    """A FAT whose tables and folders are noise, and marked as pulled too early: what a repair is let loose on."""
    fat(path)
    noise = random.Random(7)
    with path.open("r+b") as file:
        file.seek(AT + FAT32_DIRTY)
        file.write(b"\x01")
        for _ in range(400):
            file.seek(AT + 32 * 512 + noise.randrange(1024 * 1024))
            file.write(noise.randbytes(64))
    return path


def many_partitions(path: Path, folder: Path) -> Path:
    """A table with as many partitions as it holds, each a FAT."""
    one = empty(folder / "one.img", 1)
    run("mkfs.vfat", "-F", "12", one)
    empty(path, 131)
    table = "".join(f"start={2048 * (n + 1)}, size=2048\n" for n in range(128))
    run("sfdisk", "-q", path, given=f"label: gpt\n{table}")
    with path.open("r+b") as file:
        for n in range(128):
            file.seek(AT * (n + 1))
            file.write(one.read_bytes())
    return path


def pretender(path: Path, folder: Path, settings: str) -> Path:
    """Named like the machine's own start partition and root, with settings to be taken in."""
    boot, root = empty(folder / "boot.img", 64), empty(folder / "root.img", 64)
    run("mkfs.vfat", "-F", "32", "-n", "VILLAGE", boot)
    run("mmd", "-i", boot, "::village-terminal")
    run("mcopy", "-i", boot, "-", "::village-terminal/settings.toml", given=settings)
    run("mke2fs", "-q", "-t", "ext4", "-L", "village-root", root)
    empty(path, 131)
    run("sfdisk", "-q", path, given="label: gpt\nstart=2048, size=64MiB, type=uefi\nsize=64MiB, type=L\n")
    with path.open("r+b") as file:
        for n, part in enumerate((boot, root)):
            file.seek(AT + n * 64 * AT)
            file.write(part.read_bytes())
    return path
