"""Whole visits on the real app: its processes, its window, devices by their bytes, the county by HTTP.

`KIOSK_PICTURES=DIR` keeps a picture of every step there, for people to look at.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from config.catalogue import SHIPPED
from kiosk.cli.running import JOURNEYS, play_visit
from kiosk.runner.play import CannotBeDone
from kiosk.runner.script import Script, load
from tests.gateway.phone_service import person, phone_service, told
from tests.journeys.looking import Left
from tests.journeys.matters import MATTERS, pension_check

pytestmark = [pytest.mark.journey, pytest.mark.timeout(400)]

Application = dict[str, Any]


def value(application: Application, field: str) -> str:
    return str(application["fields"][field]["value"])


def by(application: Application, material: str) -> str:
    return next(str(m["by"]) for m in application["materials"] if m["id"] == material)


def pages(application: Application) -> int:
    return sum(page["count"] for m in application["materials"] for page in m["pages"])


def known(application: Application) -> tuple[str, str, str]:
    """How the person was known, their name and number."""
    told = application["known"]
    return told["level"], told["name"], told["id_number"]


def newborn(a: Application) -> bool:
    return (
        a["matter"] == "newborn"
        and a["items"] == ["household", "medical_insurance", "social_card"]
        and known(a) == ("card", "王小兰", "431199199604090027")
        and value(a, "child_name") == "陈小禾"
        and value(a, "child_sex") == "1"  # changed on the check screen
        and value(a, "child_birth") == "2026-02-26"
        and value(a, "father_name") == "陈大山"
        and value(a, "father_id") == "431199199305120134"
        and value(a, "mother_id") == "431199199604090027"
        and by(a, "marriage_certificate") == "commitment"
        and [c["id"] for c in a["commitments"]] == ["married"]
        and {c["kind"] for c in a["consents"]} == {"general", "guardian"}  # no bank card: what pays money was left out
        and a["delivery"] == "village"
        and pages(a) == 3
    )


def newborn_offline(a: Application) -> bool:
    return a["matter"] == "newborn" and value(a, "child_name") == "小禾" and pages(a) == 3 and not a["commitments"]


def pension(a: Application) -> bool:
    return (
        a["matter"] == "pension"
        and known(a) == ("card", "陈大山", "431199199305120134")
        and a["situations"] == {"student": "no", "special": "none"}
        and value(a, "phone") == "13800000000"
        and value(a, "tier") == "20000"
        and a["fields"]["address"] == {"source": "card", "value": "示例省示例县山背乡山背村5组3号"}
        and pages(a) == 2
        and all(len(c["strokes"]) == 3 for c in a["commitments"])
    )


def pension_typed(a: Application) -> bool:
    return (
        known(a) == ("typed", "陈大山", "431199199305120134")
        and value(a, "address") == "王家12"
        and value(a, "phone") == "13800000000"
        and by(a, "id_card") == "later"
    )


def pension_helped(a: Application) -> bool:
    relative, clerk = a["helpers"]
    return (
        known(a) == ("helper", "王小兰", "431199199604090027")
        and (relative["name"], relative["id_number"]) == ("陈大山", "431199199305120134")
        and (relative["role"], relative["level"], relative["relation"]) == ("relative", "card", "child")
        and [c["id"] for c in a["commitments"]] == ["only_scheme", "mandate"]
        and "王小兰" in a["commitments"][1]["clauses"][0]
        and (clerk["role"], clerk["name"]) == ("clerk", "pin")
        and clerk["filled"] == ["field:address", "field:nation"]
        and {name for name, one in a["fields"].items() if one["source"] == "clerk"} == {"address", "nation"}
        and value(a, "address") == "示例省示例市示例县山背乡山背村3组12"
        and by(a, "id_card") == "later"
    )


def pension_changed(a: Application) -> bool:
    return (
        a["situations"]["special"] == "low_income"
        and by(a, "welfare_card") == "later"
        and value(a, "phone") == "13800000001"
        and value(a, "tier") == "20000"
        and pages(a) == 2
    )


def restaurant(a: Application) -> bool:
    return (
        a["matter"] == "restaurant"
        and a["items"] == ["shop_licence", "food_permit"]
        and value(a, "shop_name") == "小兰餐馆"
        and value(a, "shop_address") == "王家村12"
        and [value(a, name) for name in ("shop_area", "business", "workers")] == ["60", "noodles", "2"]
        and [c["id"] for c in a["commitments"]] == ["premises", "food_safety"]
        and "王家村12这个店面是我自己的。" in a["commitments"][0]["clauses"]
        and by(a, "layout") == "photo"
    )


def wrong_paper(a: Application) -> bool:
    notes = {m["id"]: {(n["page"], n["code"]) for n in m["notes"]} for m in a["materials"]}
    return (
        [a["fields"][name]["source"] for name in ("child_name", "child_sex", "child_birth")] == ["paper"] * 3
        and [value(a, name) for name in ("child_name", "child_sex", "child_birth")] == ["陈小禾", "2", "2026-02-26"]
        and value(a, "household_head") == "王小兰"
        and (1, "kind") in notes["birth_certificate"]
        and (1, "other") in notes["household_register"]  # the window sees it; the person was never held up
        and [page["kind"] for m in a["materials"] for page in m["pages"]] == ["application/pdf", "image/jpeg"]
        and pages(a) == 3
    )


def face_camera_gone(a: Application) -> bool:
    return pension_check(a) and value(a, "phone") == "13800000000"


@dataclass(frozen=True)
class Journey:
    """A script and what has to be true at its end. `holds`: of the application the county opened; None: it got none.
    `group` begins its name, so that several can be chosen."""

    script: str
    holds: Callable[[Application], bool] | None = None
    receipts: int = 1
    size: str = ""
    group: str = ""

    def __str__(self) -> str:
        return "-".join(part for part in (self.group, self.script, self.size) if part)


VISITS: tuple[Journey, ...] = (
    Journey("newborn", newborn),
    Journey("newborn", newborn, size="1920x1080"),
    Journey("newborn-offline", newborn_offline),
    Journey("pension", pension),
    Journey("put-aside", pension),
    Journey("restaurant", restaurant),
    Journey("no-paper", pension),
    Journey("changes-answer", pension_changed),
    Journey("reader-unplugged", pension_typed),
    Journey("helped", pension_helped),
    Journey("killed-at-commit", pension),
    Journey("supervisor-killed", pension),
    Journey("card-pulled", receipts=0),
    Journey("walks-away", receipts=0),
    Journey("attract", receipts=0),
    Journey("social-card", receipts=0),
    Journey("bad-picture", receipts=0),
    Journey("wrong-paper", wrong_paper),
    Journey("camera-gone", receipts=0),
    Journey("killed", receipts=0),
)

if os.environ.get("KIOSK_WINDOW") == "matters":  # ten minutes more; the engine plays them every time
    VISITS += tuple(
        Journey(name, holds, receipts=0 if holds is None else 1, group="matter") for name, holds in MATTERS.items()
    )
    VISITS += (Journey("face-camera-gone", face_camera_gone, group="matter"),)


@pytest.fixture
def play(tmp_path: Path, request: pytest.FixtureRequest) -> Callable[..., Left]:
    """Plays a script on a terminal of its own; a failure leaves a picture of where it stopped."""
    kept = os.environ.get("KIOSK_PICTURES", "")

    def run(script: Script, size: str = "") -> Left:
        name = request.node.name.rpartition("[")[2].rstrip("]")
        out, state = Path(kept, name) if kept else tmp_path / "out", tmp_path / "state"
        held = play_visit(script, out, base=JOURNEYS, state=state, size=size, pictures=bool(kept))
        return Left(out, state, held)

    return run


@pytest.mark.parametrize("journey", VISITS, ids=str)
def test_the_county_holds_once_what_was_entered_and_the_terminal_keeps_nothing(
    journey: Journey, play: Callable[..., Left]
) -> None:
    left = play(load(JOURNEYS / f"{journey.script}.toml"), journey.size)
    assert left.held
    assert left.personal() == []
    receipts = left.receipts()
    assert len(receipts) == journey.receipts
    if journey.holds is None:
        assert left.cases == []
        return
    assert journey.holds(left.application), left.application
    (case,) = left.cases
    assert len(case["items"]) == len(left.application["items"])  # a parent case, and a case per item
    assert case["case"] not in {item["case"] for item in case["items"]}
    for entered in left.entered:  # of a terminal that was killed nobody can say what it had been told
        assert entered == left.application
    for receipt in receipts:
        assert (receipt["id"], receipt["matter"]) == (case["application"], case["matter"])
        assert receipt["items"] == len(case["items"])
        assert receipt["number"] == case["receipt"].replace(" ", "")


def pension_by_key(a: Application) -> bool:
    return (
        a["matter"] == "pension"
        and value(a, "phone") == "13800000000"
        and value(a, "tier") == "20000"
        and pages(a) == 2
        and [(c["by"], c["strokes"]) for c in a["commitments"]] == [("key", [])]
    )


def test_a_visit_is_done_by_keypad_alone_and_heard_all_the_way(play: Callable[..., Left]) -> None:
    """Nothing is touched, the signature too is by key; what was heard lies as sound in one file, and is not silence."""
    import wave

    script = load(JOURNEYS / "keypad.toml")
    assert {step.kind for step in script.steps} <= {"walk", "key", "expect", "present", "remove", "place"}
    left = play(script)
    assert left.held
    assert pension_by_key(left.application), left.application
    heard = left.out / "heard.wav"
    pieces = sorted(left.state.rglob("said-*.wav"))
    assert len(pieces) > len(script.steps)  # every screen on arrival, and every thing the focus came to
    loudest, frames = 0, 0
    with wave.open(str(heard), "wb") as whole:
        for number, piece in enumerate(pieces):
            with wave.open(str(piece), "rb") as one:
                if not number:
                    whole.setparams(one.getparams())
                sound = one.readframes(one.getnframes())
            frames += len(sound) // 2
            loudest = max(loudest, *(abs(s) for s in memoryview(sound).cast("h")[::50]), 0)
            whole.writeframes(sound)
    assert loudest > 3000
    assert frames > 5 * 16_000


def test_a_complaint_reaches_the_county_in_the_persons_own_words(play: Callable[..., Left]) -> None:
    left = play(load(JOURNEYS / "said.toml"))
    assert left.held
    (message,) = left.messages("complaint")
    assert (message["subject"], message["note"], message["phone"]) == ("slow", "王小不到", "")
    assert left.cases == []
    assert not [found for found in left.personal() if "王小不到" in found]


def test_what_waits_goes_to_the_county_and_its_word_comes_back_by_stick_at_the_staff_screen(
    tmp_path: Path, play: Callable[..., Left]
) -> None:
    from kiosk.staff import StaffPin
    from offline.outbox import Outbox
    from offline.trail import Trail

    (tmp_path / "state").mkdir()
    StaffPin(tmp_path / "state").set("493817")
    left = play(load(JOURNEYS / "stick.toml"))
    assert left.held
    (message,) = left.messages("complaint")
    assert message["note"] == "王小"
    assert not [found for found in left.personal() if "王小" in found]
    outbox = Outbox.open(left.state, lambda: 0.0)
    assert outbox.entries() == []
    assert outbox.at_county(message["id"])
    outbox.close()
    assert [path.name for path in (left.state / "sticks" / "usb1").rglob("envelope.json")] == []  # room again
    trail = Trail.open(left.state, lambda: 0.0)
    said = [(entry.event, dict(entry.fields)) for entry in trail.show()]
    assert trail.verify() is None
    trail.close()
    assert ("outbox.exported", {"count": 1}) in said
    assert ("outbox.acknowledged", {"record": message["id"], "sequence": 1}) in said
    assert said.count(("staff.acted", {"act": "stick"})) == 2


def test_a_phones_code_says_who_stands_there_and_with_the_line_down_the_number_is_typed(
    tmp_path: Path, play: Callable[..., Left]
) -> None:
    number = "431199199305120134"
    codes = {name: f"https://phone.example/card?token={name}" for name in ("early", "old", "new", "never")}
    says = {codes["old"]: told(result="refused", reason="expired"), codes["new"]: person("陈大山", number)}
    with phone_service(says) as service:
        county = tmp_path / "state" / "gateway"
        county.mkdir(parents=True)
        (county / "more.toml").write_text(f'[phone_codes]\nurl = "{service.url}"\n', "utf-8")
        left = play(load(JOURNEYS / "phone-code.toml"))
        assert service.codes == [codes["old"], codes["new"]]  # each once; those that were not wanted never
    assert left.held
    assert left.personal() == []
    for path in left.files():
        assert b"phone.example" not in path.read_bytes(), path
    assert known(left.application) == ("typed", "陈大山", number)
    assert left.application["known"]["by"] == "phone"
    assert value(left.application, "phone") == "13800000000"


def test_a_catalogue_damaged_on_the_disk_leaves_the_one_before_in_use(
    tmp_path: Path, play: Callable[..., Left]
) -> None:
    folder = tmp_path / "catalogue"
    shutil.copytree(SHIPPED, folder)
    pension_file = folder / "matters" / "pension.yaml"
    text = pension_file.read_text("utf-8").replace("lead: 满16岁", "lead: 本县自己的一句话，满16岁", 1)
    pension_file.write_text(text, "utf-8")
    script = load(JOURNEYS / "damaged-catalogue.toml")
    script = replace(script, settings={**script.settings, "catalogue": str(folder)})
    play(script)  # takes it, and keeps a copy
    pension_file.write_text(text[: len(text) // 2], "utf-8")
    left = play(script)
    refused = (left.state / "log" / "visit.log").read_text("utf-8")
    assert re.search(r"refused: .*pension\.yaml, line \d+", refused)


def test_a_step_that_cannot_be_done_stops_the_script_and_says_what_was_there_instead(
    tmp_path: Path, play: Callable[..., Left]
) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text('[[step]]\ntap = "新生儿出生"\n[[step]]\ntap = "没有这个"\nwithin = 0.2\n', "utf-8")
    with pytest.raises(CannotBeDone, match=r"step 2 .*没有这个.*孩子出生的事"):
        play(load(path))
