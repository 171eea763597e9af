"""The command line: what each verb prints as JSON, and its exit status, against a real county and simulated devices."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from config.catalogue import SHIPPED
from hardware.sample_cards import sample_cards
from kiosk.cli.parser import run

NAME, NUMBER = "陈大山", "431199199305120134"
APPLICATION = {
    "matter": "pension",
    "matter_title": "养老保险参保",
    "catalogue": "1",
    "items": ["registration"],
    "fields": {"phone": {"value": "13800000000", "source": "typed"}},
    "known": {"level": "typed", "name": NAME, "id_number": NUMBER},
    "materials": [{"id": "household_register", "title": "户口簿", "by": "photo", "pages": [{"file": "page.jpg"}]}],
}


class County:
    """A county's service of its own, and a one-time token for whoever sets a terminal up."""

    def __init__(self, folder: Path) -> None:
        self._options = ["--state", str(folder)]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "gateway", "serve", "--init", "--port", "0", "--json", *self._options],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        port = json.loads(line)["listening"].rpartition(":")[2]
        self.url = f"http://127.0.0.1:{port}"

    def ask(self, *arguments: str) -> Any:
        done = subprocess.run(
            [sys.executable, "-m", "gateway", *arguments, *self._options, "--json"],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        return json.loads(done.stdout)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(20)


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[County]:
    made = County(tmp_path_factory.mktemp("county"))
    yield made
    made.stop()


class Terminal:
    """One terminal's state folder and settings, and its verbs."""

    def __init__(self, folder: Path, url: str, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.state = folder, folder / "state"
        self.config = folder / "terminal.toml"
        self.config.write_text(f'terminal = "示例-命令-01"\n[county]\nurl = "{url}"\n', "utf-8")
        self._capsys = capsys
        self.said = ""  # on stderr

    def __call__(self, *arguments: str | Path, status: int = 0) -> Any:
        """Run a verb with --json; its document, or None where it printed none."""
        self._capsys.readouterr()
        got = run([*map(str, arguments), "--json", "--config", str(self.config), "--state", str(self.state)])
        out, self.said = self._capsys.readouterr()
        assert got == status, (got, out, self.said)
        return json.loads(out) if out else None

    def application(self) -> Path:
        from PIL import Image

        path = self.folder / "application.json"
        path.write_text(json.dumps(APPLICATION, ensure_ascii=False), "utf-8")
        Image.new("RGB", (400, 600), "white").save(self.folder / "page.jpg")
        return path


@pytest.fixture
def stranger(tmp_path: Path, county: County, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """A terminal the county does not know yet."""
    return Terminal(tmp_path, county.url, capsys)


@pytest.fixture(scope="module")
def enrolled(tmp_path_factory: pytest.TempPathFactory, county: County) -> Path:
    """The state of a terminal that the county knows and that has sent nothing yet."""
    from offline.process import enrol_once

    state = tmp_path_factory.mktemp("enrolled") / "state"
    enrol_once(state, county.url, county.ask("enrol", "示例-命令-01")["token"])
    return state


@pytest.fixture
def kiosk(stranger: Terminal, enrolled: Path) -> Terminal:
    """A terminal the county knows, with nothing in it."""
    shutil.copytree(enrolled, stranger.state)
    return stranger


# ---------------------------------------------------------------- handing in


def test_what_is_submitted_waits_is_sent_and_opens_at_the_county(kiosk: Terminal, county: County) -> None:
    done = kiosk("submit", kiosk.application())
    assert kiosk("outbox", "status")["waiting"] == 1
    (entry,) = kiosk("outbox", "list")
    assert (entry["id"], entry["kind"], entry["number"]) == (done["application"], "application", done["number"])
    assert kiosk("outbox", "send")["waiting"] == 0
    opened = county.ask("open", done["application"])["application"]
    assert opened["known"] == APPLICATION["known"]
    assert opened["fields"] == APPLICATION["fields"]


def test_without_a_county_nothing_is_handed_in_and_it_is_said_so(stranger: Terminal) -> None:
    assert stranger("submit", stranger.application(), status=1) is None
    assert "nothing was handed in" in stranger.said


def test_what_is_no_application_is_refused_without_quoting_it(kiosk: Terminal) -> None:
    path = kiosk.application()
    path.write_text(path.read_text("utf-8").replace('"typed"', '"guessed"').replace('"level"', '"livel"'), "utf-8")
    assert kiosk("submit", path, status=1) is None
    assert "application.malformed" in kiosk.said
    assert NAME not in kiosk.said
    assert kiosk("outbox", "status")["waiting"] == 0


def test_while_something_still_waits_sending_ends_with_1(kiosk: Terminal) -> None:
    kiosk("submit", kiosk.application())
    kiosk.config.write_text('[county]\nurl = "http://127.0.0.1:9"\n', "utf-8")
    assert kiosk("outbox", "send", status=1)["waiting"] == 1
    assert "still wait" in kiosk.said


def test_sending_without_a_county_says_what_to_set(kiosk: Terminal) -> None:
    kiosk.config.write_text("", "utf-8")
    kiosk("outbox", "send", status=1)
    assert "county.url" in kiosk.said


# ---------------------------------------------------------------- receipts


def test_a_receipts_code_is_verified_and_a_changed_one_is_not(kiosk: Terminal) -> None:
    done = kiosk("submit", kiosk.application())
    found = kiosk("receipt", "verify", done["code"])
    assert found["intact"]
    assert (found["application"], found["matter"], found["items"]) == (done["application"], "pension", 1)
    last = done["code"][-3]
    changed = done["code"][:-3] + ("A" if last != "A" else "B") + done["code"][-2:]
    assert kiosk("receipt", "verify", changed, status=1)["intact"] is False
    assert kiosk("receipt", "verify", "https://xian.example/R#NONSENSE", status=1)["intact"] is False


def test_a_receipt_is_drawn_with_its_code_and_without_the_whole_name(kiosk: Terminal) -> None:
    import zxingcpp
    from PIL import Image

    done = kiosk("submit", kiosk.application())
    both = kiosk.folder / "both.json"
    at = {"number": done["number"], "code": done["code"], "at": done["at"]}
    body = json.loads(kiosk.application().read_text("utf-8"))
    both.write_text(json.dumps({"application": body, **at}, ensure_ascii=False), "utf-8")
    kiosk("receipt", "render", both, "--out", kiosk.folder / "receipt.png")
    (code,) = zxingcpp.read_barcodes(Image.open(kiosk.folder / "receipt.png"))
    assert code.text == done["code"]
    both.write_text("{}", "utf-8")
    kiosk("receipt", "render", both, "--out", kiosk.folder / "none.png", status=1)
    assert not (kiosk.folder / "none.png").exists()


# ---------------------------------------------------------------- outbox and trail


def test_the_outbox_goes_to_a_stick_and_a_second_copy_adds_nothing(kiosk: Terminal) -> None:
    kiosk("submit", kiosk.application())
    stick = kiosk.folder / "stick"
    stick.mkdir()
    assert kiosk("outbox", "export", stick)["copied"] == 1
    again = kiosk("outbox", "export", stick)
    assert (again["copied"], again["there"]) == (0, 1)


def test_a_sealed_file_that_was_damaged_is_found(kiosk: Terminal) -> None:
    kiosk("submit", kiosk.application())
    assert kiosk("outbox", "verify") == {"sound": True, "damaged": []}
    (sealed,) = (path for path in (kiosk.state / "outbox" / "files").rglob("*") if path.is_file())
    sealed.write_bytes(sealed.read_bytes()[:-1] + b"\0")
    found = kiosk("outbox", "verify", status=1)
    assert not found["sound"]
    assert found["damaged"]


def test_the_trail_tells_what_happened_and_nothing_personal(kiosk: Terminal) -> None:
    kiosk("submit", kiosk.application())
    kiosk("outbox", "send")
    shown = kiosk("audit", "show")
    assert {"outbox.committed", "outbox.acknowledged"} <= {entry["event"] for entry in shown}
    told = json.dumps(shown, ensure_ascii=False)
    assert all(word not in told for word in (NAME, NUMBER, "13800000000"))


def test_a_changed_entry_of_the_trail_is_found(kiosk: Terminal) -> None:
    import sqlite3

    kiosk("submit", kiosk.application())
    assert kiosk("audit", "verify")["sound"]
    with sqlite3.connect(kiosk.state / "audit" / "trail.db") as trail:
        trail.execute("DROP TRIGGER no_update")  # as someone would who means to deceive
        assert trail.execute("UPDATE entries SET event = 'staff.entered' WHERE number = 1").rowcount == 1
    found = kiosk("audit", "verify", status=1)
    assert not found["sound"]
    assert found["finding"]["number"] == 1


# ---------------------------------------------------------------- catalogue


def test_the_shipped_catalogue_has_no_error(kiosk: Terminal) -> None:
    assert all(finding["weight"] != "error" for finding in kiosk("catalogue", "check", SHIPPED))


def test_an_error_in_a_catalogue_is_told_by_file_line_rule_and_words(kiosk: Terminal) -> None:
    folder = kiosk.folder / "catalogue"
    shutil.copytree(SHIPPED, folder)
    path = folder / "matters" / "pension.yaml"
    path.write_text(path.read_text("utf-8").replace("heading:", "haeding:", 1), "utf-8")
    findings = kiosk("catalogue", "check", folder, status=1)
    (wrong,) = (one for one in findings if "haeding" in json.dumps(one))
    line = path.read_text("utf-8").splitlines().index("haeding: 参加养老保险，现在就能登记") + 1
    assert (wrong["place"]["file"], wrong["place"]["line"]) == ("matters/pension.yaml", line)
    assert wrong["rule"]
    assert "heading" in wrong["text"]
    assert kiosk("catalogue", "check", kiosk.folder / "nowhere", status=1)


def test_a_file_that_is_no_catalogue_is_said_so_in_words_and_within_bounds(kiosk: Terminal) -> None:
    folder = kiosk.folder / "spoilt"
    folder.mkdir()
    bomb = "a: &a [x, x]\n" + "".join(f"b{n}: &b{n} [*a, *a]\n" for n in range(40))
    for name, raw in {
        "wrong.yaml": b"matter: [",
        "list.yaml": b"- a\n- b\n",
        "bomb.yaml": bomb.encode(),
        "gbk.yaml": "matter: 一件事\n".encode("gbk"),
        "deep.yaml": b"[" * 100_000,
        "huge.yaml": None,
    }.items():
        path = folder / name
        if raw is None:
            with path.open("wb") as file:
                file.truncate(50_000_000)
        else:
            path.write_bytes(raw)
        findings = kiosk("catalogue", "check", folder, status=1)
        assert name in json.dumps(findings), name
        assert "Traceback" not in kiosk.said + json.dumps(findings)
        path.unlink()


def test_the_check_judges_by_the_countys_own_profile_and_names_the_clause(kiosk: Terminal) -> None:
    kiosk.config.write_text('limit_profile = "yongzhou"\n' + kiosk.config.read_text("utf-8"), "utf-8")
    over = [one for one in kiosk("catalogue", "check", SHIPPED) if one["rule"] == "limit_over"]
    assert over
    assert {one["clause"] for one in over} == {"000 二; 002 二"}
    shown = kiosk("catalogue", "show", "job_registration")
    assert (shown["limit"]["profile"], shown["limit"]["clause"]) == ("yongzhou", "000 二")


def test_a_matter_is_shown_as_the_terminal_merges_it(kiosk: Terminal) -> None:
    plain = kiosk("catalogue", "show", "newborn", "--answer", "married=no")
    married = kiosk("catalogue", "show", "newborn", "--answer", "married=yes")
    assert "marriage_certificate" not in json.dumps(plain)
    assert "marriage_certificate" in json.dumps(married)
    kiosk("catalogue", "show", "no-such-matter", status=1)
    kiosk("catalogue", "show", "newborn", "--answer", "married", status=1)
    assert "KEY=VALUE" in kiosk.said


# ---------------------------------------------------------------- devices


def with_simulators(devices: dict[str, str], folder: Path, work: Callable[[dict[str, str]], None], **laid: str) -> None:
    """Do some work in a thread while simulated devices live; `laid` gives a device its card."""
    from hardware.simulator_client import Simulators

    folder.mkdir()

    async def live() -> None:
        async with Simulators() as simulators:
            addresses = await simulators.start(devices, folder)
            for device, card in laid.items():
                await simulators.command(device, "insert", card=card)
            await asyncio.to_thread(work, addresses)

    asyncio.run(live())


def test_a_card_is_read_from_a_reader(kiosk: Terminal) -> None:
    def work(addresses: dict[str, str]) -> None:
        card = kiosk("card", "read", "--device", addresses["id_card"])
        assert (card["name"], card["id_number"]) == (NAME, NUMBER)
        assert "photo" not in card

    with_simulators({"id_card": "sim://id-card"}, kiosk.folder / "sim", work, id_card="chen-dashan")


def test_a_cards_photograph_is_kept_as_it_is_and_decoded_only_by_a_program_that_is_named(kiosk: Terminal) -> None:
    raw, png = kiosk.folder / "photo.wlt", kiosk.folder / "photo.png"

    def kept(addresses: dict[str, str]) -> None:
        kiosk("card", "read", "--device", addresses["id_card"], "--photo", raw)

    def decoded(addresses: dict[str, str]) -> None:
        kiosk("card", "read", "--device", addresses["id_card"], "--photo", png, status=1)

    with_simulators({"id_card": "sim://id-card"}, kiosk.folder / "one", kept, id_card="chen-dashan")
    with_simulators({"id_card": "sim://id-card"}, kiosk.folder / "two", decoded, id_card="chen-dashan")
    assert raw.read_bytes() == sample_cards()["chen-dashan"].record.photo
    assert raw.stat().st_mode & 0o077 == 0
    assert "photo_decoder" in kiosk.said
    assert not png.exists()


def test_without_a_card_the_wait_ends_with_1(kiosk: Terminal) -> None:
    def work(addresses: dict[str, str]) -> None:
        assert kiosk("card", "read", "--device", addresses["id_card"], "--within", "0.3", status=1) is None
        assert "no card" in kiosk.said

    with_simulators({"id_card": "sim://id-card"}, kiosk.folder / "sim", work)


def test_an_address_that_names_no_reader_is_said_so(kiosk: Terminal) -> None:
    assert kiosk("card", "read", "--device", "nonsense", status=1) is None
    assert "nonsense" in kiosk.said


def test_pictures_are_judged_one_a_line(kiosk: Terminal, capsys: pytest.CaptureFixture[str]) -> None:
    import cv2

    from tests.hardware.made_pages import on_desk

    image, corners = on_desk("household-register")
    good, blurred = kiosk.folder / "good.png", kiosk.folder / "blurred.png"
    cv2.imwrite(str(good), image)
    cv2.imwrite(str(blurred), cv2.GaussianBlur(image, (0, 0), 5.0))
    assert run(["capture", "check", str(good), str(blurred), "--json"]) == 0
    one, other = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (one["verdict"], other["verdict"]) == ("ok", "capture.blurred")
    for found, drawn in zip(one["corners"], corners.tolist(), strict=True):
        assert found == pytest.approx(drawn, abs=3.0)
    assert run(["capture", "check", str(kiosk.folder / "none.jpg"), "--json"]) == 1


# ---------------------------------------------------------------- doctor


def test_a_terminal_the_county_knows_can_serve_with_no_device_at_all(kiosk: Terminal) -> None:
    found = kiosk("doctor")
    assert found["served"]
    assert {one["what"] for one in found["findings"] if not one["well"]} <= {
        "disk",
        "pin",
        "zone",
        "swap",
    }  # the machine's own


def test_a_terminal_the_county_does_not_know_cannot_serve(stranger: Terminal) -> None:
    found = stranger("doctor", status=1)
    assert not found["served"]
    assert [one["what"] for one in found["findings"] if one["vital"] and not one["well"]] == ["certificate"]


def test_a_device_that_does_not_answer_is_a_finding_and_not_the_end(kiosk: Terminal) -> None:
    config = kiosk.config.read_text("utf-8")
    kiosk.config.write_text(config + '[devices]\nreceipt_printer = "escpos+tcp://127.0.0.1:9"\n', "utf-8")
    found = kiosk("doctor")
    (printer,) = (one for one in found["findings"] if one["what"] == "receipt_printer")
    assert not printer["well"]
    assert printer["text"]
    assert found["served"]
