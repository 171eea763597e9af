"""What a county publishes reaches its terminal by the real processes: the next visit has it, the present one not."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from config.catalogue import SHIPPED
from gateway import county as counties
from gateway.settings import GatewaySettings
from kiosk.shelf import Shelf
from tests.kiosk.test_supervisor import Running, kiosk, until
from wire.bundle import sign_bundle
from wire.keys import SigningKey

__all__ = ["kiosk"]
pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]


def run(module: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)], capture_output=True, text=True, check=False
    )


def publish(kiosk: Running, folder: Path, version: str, tile: str) -> str:
    """A county's catalogue, told from the shipped one by a tile; what the gateway said."""
    made = folder / f"catalogue-{version}"
    shutil.copytree(SHIPPED, made)
    head = made / "catalogue.yaml"
    text = head.read_text("utf-8")
    old = next(line for line in text.splitlines() if line.startswith("version:"))
    head.write_text(text.replace(old, f'version: "{version}"').replace("title: 新生儿出生", f"title: {tile}"), "utf-8")
    bundle = folder / f"bundle-{version}"
    packed = run("kiosk", "catalogue", "pack", made, bundle)
    assert packed.returncode == 0, packed.stderr
    told = run("gateway", "publish", "--catalogue", bundle, "--state", kiosk.terminal.state / "gateway")
    return told.stderr if told.returncode else ""


def fetch(kiosk: Running) -> None:
    """Let the sync ask at once: a fresh one does. It may be in the middle of something: that is the point."""
    for pid in kiosk.roles("sync"):
        os.kill(pid, signal.SIGKILL)


def in_use(kiosk: Running) -> str:
    held = Shelf.of(kiosk.terminal.state).current().current
    return held.version if held else ""


def test_the_next_visit_has_the_new_catalogue_and_settings_and_the_present_one_stays(
    kiosk: Running, tmp_path: Path
) -> None:
    gateway = kiosk.terminal.state / "gateway"
    assert publish(kiosk, tmp_path, "2099.1", "头一版") == ""
    fetch(kiosk)
    until(lambda: in_use(kiosk) == "2099.1", "the catalogue was not taken into use")
    until(lambda: kiosk.shows("头一版"), "nobody was there, and still the home screen did not change")
    kiosk.terminal.ask("ready", timeout_s=60)

    kiosk.tap("#tile:newborn")  # somebody begins
    serving = kiosk.roles("visit")[0]
    assert publish(kiosk, tmp_path, "2099.2", "第二版") == ""
    said = run("gateway", "publish", "--set", "place.phone=0000-7654321", "--state", gateway)
    assert said.returncode == 0, said.stderr
    assert "not newer" in publish(kiosk, tmp_path, "2099.1.1", "旧的")
    fetch(kiosk)
    until(lambda: in_use(kiosk) == "2099.2", "the second catalogue was not taken into use")
    until(lambda: (kiosk.terminal.state / "county-settings.json").exists(), "no settings came")
    time.sleep(1.0)  # long enough for a process that would be taken away to be gone
    assert serving in kiosk.roles("visit")  # the visit goes on where it was, on what it began with
    assert kiosk.terminal.ask("step")["type"] == "Notice"
    kiosk.tap("#back")
    until(lambda: kiosk.shows("第二版"), "the next visit does not have the new catalogue")
    until(lambda: serving not in kiosk.roles("visit"), "the process with the old settings lives on")

    county = counties.load(gateway, GatewaySettings())
    stranger = sign_bundle((tmp_path / "bundle-2099.2").read_bytes(), SigningKey.generate(b"\1" * 32))
    counties.publish_catalogue(county, county.store(), stranger, "2099.3")
    fetch(kiosk)
    until(lambda: Shelf.of(kiosk.terminal.state).refused(), "another's catalogue was not refused")
    until(lambda: "catalogue.refused" in kiosk.events(), "the trail does not say so")
    assert in_use(kiosk) == "2099.2"
    assert kiosk.events().count("catalogue.changed") == 2
    doctor = run("kiosk", "doctor", "--json", "--state", kiosk.terminal.state, "--config", kiosk.terminal.config)
    assert "不是本县签的" in doctor.stdout
    assert kiosk.shows("第二版")
