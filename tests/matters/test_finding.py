"""Finding a matter: by life event, by department, by search; every matter has its place."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from config.locales import load
from matters import steps
from matters.catalogue import Matter
from matters.search import find, know
from tests.matters.drive import Drive, shipped

PICTURES = Path(__file__).parents[2] / "screens/assets/pictures"


def listed(drive: Drive) -> list[str]:
    assert isinstance(drive.step, steps.MatterList)
    return [tile.id for tile in drive.step.tiles]


def test_every_matter_is_reached_by_its_life_event() -> None:
    for name in shipped().matters:
        drive = Drive()
        drive.start(name)
        assert drive.visit.matter is not None
        assert drive.visit.matter.id == name


def test_every_matter_is_reached_by_each_of_its_departments() -> None:
    drive = Drive()
    drive.press("tile:more")
    drive.press("tile:departments")
    departments = [name for name in listed(drive) if name.startswith("department:")]
    reached = set()
    for department in departments:
        drive.press(f"tile:{department}")
        if isinstance(drive.step, steps.MatterList):
            reached |= set(listed(drive))
        elif drive.visit.matter is not None:
            reached.add(drive.visit.matter.id)
        assert drive.press("back").key == "list:departments"
    assert reached == set(shipped().matters)


def test_the_way_back_leads_through_the_list_one_came_from() -> None:
    drive = Drive()
    drive.press("tile:more")
    drive.press("tile:relief")
    drive.press("tile:low_income")
    assert [drive.press("back").key for _ in range(3)] == ["list:relief", "list:more", "home"]


def test_the_home_screen_holds_eight_life_events_and_the_way_to_all_others() -> None:
    home = Drive().step
    assert isinstance(home, steps.Home)
    assert len(home.tiles) == 9
    assert home.tiles[-1].id == "more"
    assert home.label == "示例目录，以当地公布清单为准"


def test_every_picture_that_is_named_is_there() -> None:
    catalogue = shipped()
    named = {matter.picture for matter in catalogue.matters.values()} | {event.picture for event in catalogue.events}
    named |= {name for one in catalogue.matters.values() for m in one.materials for name in m.specimen}
    assert {name for name in named if not list(PICTURES.glob(f"{name}@*.png"))} == set()


def test_every_paper_that_is_photographed_shows_what_a_good_picture_of_it_looks_like() -> None:
    for matter in shipped().matters.values():
        for material in matter.materials:
            assert material.good, (matter.id, material.id)
            assert len(material.specimen) in (1, material.pages), (matter.id, material.id)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("打零工", "flexible_work"),
        ("吃低保", "low_income"),
        ("家里着火了", "temporary_relief"),
        ("砍树", "forest"),
        ("kanshu", "forest"),
        ("退伍", "veteran"),
        ("准生证", "birth_registration"),
        ("异地就医", "medical_transfer"),
        ("住院报销", "medical_refund"),
        ("老年证", "elder_card"),
        ("八十岁补贴", "elder_allowance"),
        ("小卖部", "convenience"),
        ("营业执照", "shop_licence"),
        ("装电表", "utilities"),
        ("卖房子", "house_transfer"),
        ("zhuxiaogongsi", "company_close"),
        ("jhlz", ""),
        ("jiehun", "marriage"),
        ("投诉", "advice"),
        ("工伤", "work_injury"),
    ],
)
def test_a_matter_is_found_by_what_people_call_it(text: str, first: str) -> None:
    found = find(shipped(), text)
    assert (found[0].id if found else "") == first


def test_a_matter_is_found_by_every_name_it_has() -> None:
    for one in shipped().matters.values():
        for name in (one.title, *one.names):
            assert one.id in [found.id for found in find(shipped(), name)], (one.id, name)


def test_a_matter_is_found_by_its_pinyin_and_by_its_initials() -> None:
    for one in shipped().matters.values():
        for pinyin in one.pinyin:
            syllables = pinyin.split()
            for typed in ("".join(syllables), "".join(part[0] for part in syllables)):
                assert one.id in [found.id for found in find(shipped(), typed)], (one.id, typed)


def slow_score(one: Matter, wanted: str) -> float:
    """What a matter scores by letters, worked out one by one."""
    best = 0.0
    for pinyin in one.pinyin:
        syllables = pinyin.split()
        whole, firsts = "".join(syllables), "".join(part[0] for part in syllables)
        if whole.startswith(wanted) or firsts.startswith(wanted):
            best = max(best, 10 + len(wanted) / len(whole))
        elif any("".join(syllables[n:]).startswith(wanted) for n in range(1, len(syllables))) or (
            len(wanted) > 1 and wanted in firsts
        ):
            best = max(best, 5 + len(wanted) / len(whole))
    return best


@pytest.mark.parametrize("wanted", ["y", "yang", "lbx", "bao", "kai", "zheng", "xsecs", "dj", "q", "zz"])
def test_what_is_prepared_finds_what_looking_at_every_matter_finds(wanted: str) -> None:
    catalogue = shipped()
    scores = {name: slow_score(one, wanted) for name, one in catalogue.matters.items()}
    order = sorted((name for name in scores if scores[name]), key=lambda name: -scores[name])
    found = [one.id for one in find(catalogue, wanted, most=1000)]
    assert [scores[name] for name in found] == [scores[name] for name in order]


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [("pension", "pension"), ("join the p", "pension"), ("baby", "newborn"), ("restaur", "restaurant")],
)
def test_in_another_language_a_matter_is_found_by_the_beginning_of_a_word(typed: str, wanted: str) -> None:
    catalogue = replace(shipped())  # one of its own: what it knows is not the others'
    assert wanted not in [matter.id for matter in find(catalogue, typed)]
    know(catalogue, load("en").phrase)
    assert wanted in [matter.id for matter in find(catalogue, typed)[:3]]
    assert find(catalogue, "养老")[0].id in [matter.id for matter in find(shipped(), "养老")[:1]]
