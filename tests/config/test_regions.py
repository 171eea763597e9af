"""The county's places: a file a clerk can write, refused with the place that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.regions import SAMPLE, RegionsError, load


def test_the_sample_county_has_every_level_and_no_code() -> None:
    found = load("sample")
    assert found.here[-1] == "山背村"
    inside = found.places
    for name in found.here:
        inside = next(region for region in inside if region.name == name).parts
    assert [region.name for region in inside][:2] == ["1组", "2组"]
    body = "\n".join(line for line in SAMPLE.read_text("utf-8").splitlines() if not line.startswith("#"))
    assert "4311" not in body  # no codes: those are the civil-affairs ministry's to give


def test_no_file_means_that_addresses_are_written() -> None:
    assert load("").places == ()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('places = {"甲省" = "乙"}', "甲省"),
        ('[places]\n"甲村" = 100', "0 to 99"),
        ('[places]\n"甲村" = ["上组", "上组"]', "twice"),
        ('here = ["乙省"]\n[places]\n"甲省" = 3', "no 乙省 among 甲省"),
        ("codes = 1", "unknown key 'codes'"),
        ("[places", "regions.toml"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "regions.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(RegionsError, match=why):
        load(str(file))
