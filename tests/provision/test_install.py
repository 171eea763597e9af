"""What the installer lays onto a machine, as far as files alone can tell. On a machine: test_image.py."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from provision.freeze import ROOT

INSTALL = ROOT / "provision" / "install"
PACKAGES = ROOT / "provision" / "debian-packages.txt"
PURPOSES = {"run", "build", "test", "bench", "hall", "image", "tools"}
SCRIPTS = [path for path in INSTALL.iterdir() if path.read_text("utf-8").startswith("#!")]


def packages_for(*purposes: str) -> set[str]:
    script = f". {ROOT / 'provision' / 'packages.sh'}; packages_for {' '.join(purposes)}"
    return set(subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True).stdout.split())


def test_every_file_of_the_installers_folder_is_laid_down_by_it() -> None:
    said = (INSTALL / "install.sh").read_text("utf-8")
    assert {path.name for path in INSTALL.iterdir()} - {"install.sh"} == set(
        re.findall(r'"\$here/([^./"][^/"]*)"', said)
    )


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_can_be_read_by_the_shell_it_names_and_may_be_run(script: Path) -> None:
    shell = "bash" if "bash" in script.read_text("utf-8").partition("\n")[0] else "sh"
    subprocess.run([shell, "-n", str(script)], check=True)
    assert script.stat().st_mode & 0o111


def test_a_package_is_taken_for_each_of_its_purposes_and_for_no_other() -> None:
    wanted: dict[str, set[str]] = {purpose: set() for purpose in PURPOSES}
    for line in PACKAGES.read_text("utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            name, when, *why = line.split()
            assert why, name
            for purpose in when.split(","):
                wanted[purpose].add(name)
    assert {purpose: packages_for(purpose) for purpose in PURPOSES} == wanted
    assert packages_for("hall", "tools") == wanted["hall"] | wanted["tools"]
    assert wanted["hall"] & wanted["tools"]


def test_what_the_commands_of_the_installer_need_on_a_machine_is_among_its_packages() -> None:
    said = (INSTALL / "stick").read_text("utf-8")
    for command, package in (("fsck.vfat", "dosfstools"), ("fsck.exfat", "exfatprogs")):
        assert command in said
        assert package in packages_for("run", "hall")
    assert "mkfs.vfat" in (ROOT / "provision" / "image" / "make.sh").read_text("utf-8")
    assert "dosfstools" in packages_for("tools")
