"""The path behind the last button, and an application read from a file."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from gateway import county as counties
from matters.application import Agreed, Answer, Application, GivenCommitment, GivenMaterial, Helper, Known, Page
from matters.outcomes import Done, Failed, Submitted
from offline import identity
from offline.given import NotAnApplication, read_application
from offline.outbox import Outbox
from offline.points import COMMIT
from offline.submit import Desk
from offline.trail import Trail
from tests.offline.peers import Gateway, Terminal
from tests.offline.world import in_child, killer
from wire import receipt
from wire.envelope import decode_envelope
from wire.messages import ItemDetail

PICTURES = [hashlib.shake_256(bytes([n])).digest(5000) for n in range(2)]
PAGES = {hashlib.sha256(picture).hexdigest(): picture for picture in PICTURES}
ID_NUMBER = "431199199003072325"
APPLICATION = Application(
    matter="newborn",
    matter_title="新生儿出生",
    catalogue="2026.11-1",
    items=("household", "insurance"),
    situations={"married": "yes"},
    fields={"name": Answer("王小兰", "card"), "phone": Answer("13800000000", "typed")},
    materials=(
        GivenMaterial(
            "booklet", "户口簿", "photo",
            pages=tuple(Page(name, len(PAGES[name]), 100, 80, "ok") for name in PAGES),
        ),
        GivenMaterial("marriage", "结婚证", "commitment"),
    ),
    commitments=(GivenCommitment("marriage", ("我承诺",), (((0.1, 0.2), (0.3, 0.4)),)),),
    delivery="village",
    known=Known("card", "王小兰", ID_NUMBER),
    consents=(Agreed("general", "1"),),
    id="01960000-0000-7000-8000-00000000000a",
)  # fmt: skip
ITEMS = (ItemDetail("household", "给孩子上户口", "公安局"), ItemDetail("insurance", "孩子的医保", "医保局"))


@pytest.fixture
def desk(terminal: Terminal) -> Desk:
    return Desk.open(terminal.state)


def mine(number: int) -> Application:
    return replace(APPLICATION, id=f"01960000-0000-7000-8000-{os.getpid() % 10**6:06d}{number:06d}")


def test_what_the_county_opens_is_what_the_resident_confirmed(
    gateway: Gateway, terminal: Terminal, desk: Desk, tmp_path: Path
) -> None:
    application = mine(1)
    done = desk.submit(application, PAGES, ITEMS)
    assert isinstance(done, Submitted)
    signed = receipt.parse(done.code)
    signed.verify_key(identity.load(terminal.state).key.public)
    told = signed.receipt()
    assert (told.claims.number, told.claims.id, told.claims.matter) == (done.number, application.id, "newborn")
    terminal.once(gateway.url)
    found, pages = gateway.opened(application.id, tmp_path / "opened")
    assert msgspec.convert(found["application"], Application) == application
    assert sorted(pages) == sorted(PICTURES)
    assert found["receipt"].replace(" ", "") == done.number
    assert [item["title"] for item in found["items"]] == ["给孩子上户口", "孩子的医保"]
    assert desk.at_county(application.id)


@pytest.mark.parametrize("prepared", [1, 2])
def test_pages_that_were_sealed_when_they_were_taken_are_handed_in_as_they_were_seen(
    gateway: Gateway, terminal: Terminal, desk: Desk, tmp_path: Path, prepared: int
) -> None:
    for picture in PICTURES[:prepared]:
        desk.prepare(picture)
    application = mine(50 + prepared)
    assert isinstance(desk.submit(application, PAGES, ITEMS), Submitted)
    terminal.once(gateway.url)
    _, pages = gateway.opened(application.id, tmp_path / "opened")
    assert sorted(pages) == sorted(PICTURES)


def test_a_page_sealed_to_a_key_that_was_changed_meanwhile_is_sealed_again(
    gateway: Gateway, terminal: Terminal, desk: Desk, tmp_path: Path
) -> None:
    for picture in PICTURES:
        desk.prepare(picture)
    county = gateway.county()
    counties.rotate(county, county.store())
    terminal.once(gateway.url)  # brings the new keys
    application = mine(53)
    assert isinstance(desk.submit(application, PAGES, ITEMS), Submitted)
    outbox = terminal.outbox()
    (entry,) = outbox.entries()
    assert decode_envelope(outbox.content(entry).body).key == identity.load(terminal.state).county.seal_key().id
    outbox.close()
    terminal.once(gateway.url)
    _, pages = gateway.opened(application.id, tmp_path / "opened")
    assert sorted(pages) == sorted(PICTURES)


def test_a_page_that_was_thrown_away_is_kept_in_no_form(terminal: Terminal, desk: Desk) -> None:
    desk.prepare(PICTURES[0])
    assert desk._ready
    desk.forget(next(iter(PAGES)))
    desk.forget("never there")
    assert not desk._ready
    assert list((terminal.state / "outbox" / "files").iterdir()) == []  # and never on the disk before the button


def test_on_the_disk_nothing_can_be_read_from_the_button_on(terminal: Terminal, desk: Desk) -> None:
    assert isinstance(desk.submit(mine(2), PAGES, ITEMS), Submitted)
    desk.close()
    for path in terminal.state.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        for secret in ("王小兰".encode(), b"13800000000", ID_NUMBER.encode(), PICTURES[0][:64], "户口簿".encode()):
            assert secret not in content, path


def test_pressing_again_hands_in_once_with_the_same_receipt(terminal: Terminal, desk: Desk) -> None:
    first = desk.submit(mine(3), PAGES, ITEMS)
    assert desk.submit(mine(3), PAGES, ITEMS) == first
    assert terminal.outbox().status().waiting == 1


@pytest.mark.parametrize("name", [name for name in COMMIT[:-1] if name != "commit.floor.raised"])
def test_killed_behind_the_button_and_pressed_again_the_county_has_one(
    gateway: Gateway, terminal: Terminal, name: str
) -> None:
    application = replace(APPLICATION, id=f"01960000-0000-7000-9000-{os.getpid() % 10**6:06d}{COMMIT.index(name):06d}")
    assert in_child(lambda: Desk.open(terminal.state, point=killer(name)).submit(application, PAGES, ITEMS))
    assert terminal.outbox().status().waiting == 0
    assert isinstance(Desk.open(terminal.state).submit(application, PAGES, ITEMS), Submitted)
    terminal.once(gateway.url)
    assert gateway.held(terminal.name) == [application.id]


def test_of_a_helped_visit_the_helpers_card_brings_the_receipt_back(terminal: Terminal, desk: Desk) -> None:
    helper = Helper("relative", "card", "陈大山", "431199199305120134", "child", "mandate")
    helped = replace(mine(54), known=replace(APPLICATION.known, level="helper"), helpers=(helper,))
    done = desk.submit(helped, PAGES, ITEMS)
    assert isinstance(done, Submitted)
    assert [kept.number for kept in desk.unprinted("431199199305120134")] == [done.number]
    assert desk.unprinted(ID_NUMBER) == []  # of a number that was typed nobody knows whose card it is


def test_the_card_brings_an_unprinted_receipt_back_to_whoever_laid_it(terminal: Terminal, desk: Desk) -> None:
    done = desk.submit(mine(4), PAGES, ITEMS)
    assert isinstance(done, Submitted)
    desk.close()
    again = Desk.open(terminal.state)
    assert [(kept.number, kept.code) for kept in again.unprinted(ID_NUMBER)] == [(done.number, done.code)]
    again.printed(done.application)
    assert again.unprinted(ID_NUMBER) == []


def test_a_typed_number_brings_nothing_back(desk: Desk) -> None:
    typed = replace(mine(5), known=Known("typed", "王小兰", ID_NUMBER))
    assert isinstance(desk.submit(typed, PAGES, ITEMS), Submitted)
    assert desk.unprinted(ID_NUMBER) == []


def test_a_rating_and_a_call_for_the_clerk_arrive_too(gateway: Gateway, terminal: Terminal, desk: Desk) -> None:
    assert desk.rate("", 5, ("quick",)) == Done()
    assert isinstance(desk.call_clerk("notice"), str)
    terminal.once(gateway.url)
    kinds = [each.kind for each in gateway.county().store().messages() if each.terminal == terminal.name]
    assert kinds == ["rating", "help_call"]


def test_not_enrolled_is_said_before_anybody_begins_and_hands_nothing_in(tmp_path: Path) -> None:
    desk = Desk.open(tmp_path)
    assert desk.ready() == Failed("county.not_enrolled")
    assert desk.submit(mine(6), PAGES, ITEMS) == Failed("county.not_enrolled")
    assert Outbox.open(tmp_path, lambda: 0.0).status().waiting == 0


def test_no_room_is_said_before_anybody_begins(terminal: Terminal) -> None:
    free = os.statvfs(terminal.state).f_bavail * os.statvfs(terminal.state).f_frsize
    assert Desk.open(terminal.state).ready() is None
    assert Desk.open(terminal.state, reserve_bytes=2 * free).ready() == Failed("storage.full")


def test_pages_that_are_not_those_named_hand_nothing_in(terminal: Terminal, desk: Desk) -> None:
    assert desk.submit(mine(7), {}, ITEMS) == Failed("outbox.failed")
    assert terminal.outbox().status().waiting == 0
    desk.close()  # the trail is written beside; closing waits for it
    said = [(entry.event, dict(entry.fields)) for entry in Trail.open(terminal.state, lambda: 0.0).show()]
    assert said[-1] == ("outbox.refused", {"code": "seal.pages"})


def test_a_broken_outbox_is_a_code_not_a_crash(terminal: Terminal, desk: Desk) -> None:
    assert isinstance(desk.submit(mine(8), PAGES, ITEMS), Submitted)
    desk.close()
    path = terminal.state / "outbox" / "outbox.db"
    again = Desk.open(terminal.state)
    content = bytearray(path.read_bytes())
    content[4096:] = os.urandom(len(content) - 4096)
    path.write_bytes(content)
    for beside in ("outbox.db-wal", "outbox.db-shm"):
        (path.parent / beside).unlink(missing_ok=True)
    failed = again.submit(mine(9), PAGES, ITEMS)
    assert isinstance(failed, Failed)
    assert failed.code.startswith("outbox.")


# ---------------------------------------------------------------- from a file


def test_a_file_gives_the_application_and_its_pictures(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(PICTURES[0])
    (tmp_path / "b.jpg").write_bytes(PICTURES[1])
    path = tmp_path / "application.json"
    path.write_bytes(msgspec.json.encode({"application": APPLICATION, "page_files": ["a.jpg", "b.jpg"]}))
    assert read_application(path) == (APPLICATION, PAGES)


def test_pages_may_be_named_by_their_files(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(PICTURES[0])
    body = msgspec.to_builtins(APPLICATION)
    body["materials"][0]["pages"] = [{"file": "a.jpg"}]
    path = tmp_path / "application.json"
    path.write_text(json.dumps(body), "utf-8")
    application, pages = read_application(path)
    assert list(pages.values()) == [PICTURES[0]]
    assert application.materials[0].pages[0].size == len(PICTURES[0])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not a JSON file"),
        ("[]", "an object is wanted"),
        ('{"matter": 1}', "not as described"),
        ('{"matter": "王小兰13800000000"}', "not as described"),
    ],
)
def test_a_wrong_file_is_refused_without_repeating_what_stands_in_it(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "application.json"
    path.write_text(text, "utf-8")
    with pytest.raises(NotAnApplication, match=said) as told:
        read_application(path)
    assert "13800000000" not in str(told.value)


def test_a_missing_picture_is_said(tmp_path: Path) -> None:
    path = tmp_path / "application.json"
    path.write_bytes(msgspec.json.encode(APPLICATION))
    with pytest.raises(NotAnApplication, match="2 of its pages"):
        read_application(path)
