"""What is kept of a parsed catalogue gives the same values as parsing, and nothing that is damaged is believed."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.catalogue import SHIPPED, CatalogueError, contents, load
from config.catalogue import kept as module
from config.catalogue.kept import KEPT_MOST, documents, name_of

FILES = {"a.yaml": "matter: 甲\nnames: [x, 'no']\n".encode(), "b.yaml": b"fields:\n  - {id: y}\n"}


def test_what_ships_is_the_same_from_what_is_kept_with_every_line(tmp_path: Path) -> None:
    first = documents(contents(SHIPPED), tmp_path)
    assert first == load(SHIPPED)
    assert documents(contents(SHIPPED), tmp_path) == first


def test_what_is_kept_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = documents(FILES, tmp_path)
    monkeypatch.setattr(module, "parse", lambda *_: pytest.fail("parsed again"))
    assert documents(FILES, tmp_path) == expected


@pytest.mark.parametrize("how", ["cut", "changed", "empty", "noise"])
def test_what_is_damaged_is_parsed_anew_and_mended(tmp_path: Path, how: str) -> None:
    expected = documents(FILES, tmp_path)
    path = tmp_path / name_of(FILES)
    whole = path.read_bytes()
    spoilt = {"cut": whole[:-3], "changed": whole[:-1] + bytes([whole[-1] ^ 1]), "empty": b"", "noise": b"\0" * 99}[how]
    path.write_bytes(spoilt)
    assert documents(FILES, tmp_path) == expected
    assert path.read_bytes() == whole


def test_other_content_is_never_taken_for_it(tmp_path: Path) -> None:
    documents(FILES, tmp_path)
    other = {**FILES, "b.yaml": b"fields:\n  - {id: z}\n"}
    assert name_of(other) != name_of(FILES) != name_of({"a.yaml": FILES["a.yaml"], "c.yaml": FILES["b.yaml"]})
    assert documents(other, tmp_path)["b.yaml"] != documents(FILES, tmp_path)["b.yaml"]


def test_only_the_newest_few_are_kept_and_a_file_that_does_not_read_leaves_none(tmp_path: Path) -> None:
    for number in range(KEPT_MOST + 3):
        documents({"a.yaml": f"matter: m{number}\n".encode()}, tmp_path)
    assert len(list(tmp_path.iterdir())) == KEPT_MOST
    before = set(tmp_path.iterdir())
    with pytest.raises(CatalogueError):
        documents({"a.yaml": b"a: [\n"}, tmp_path)
    assert set(tmp_path.iterdir()) == before


def test_a_folder_that_cannot_be_written_costs_nothing_but_time(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert documents(FILES, blocked / "parsed") == documents(FILES, tmp_path)
