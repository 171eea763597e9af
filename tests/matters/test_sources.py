"""A paper that a connected data source shows need not be brought; until then it is asked for, and that is said."""

from __future__ import annotations

from config.catalogue import SHIPPED, load
from matters.build import must_build
from matters.catalogue import Matter
from matters.resolve import Given, resolve
from matters.visit.asking import need_rows

SAYING = "县里还没接通，这次要带"


def with_sources() -> list[tuple[Matter, str, str]]:
    """(matter, material, source) of every paper that ships and that data alone may spare."""
    catalogue = must_build(load(SHIPPED))
    return [
        (matter, material.id, exempt.source)
        for matter in catalogue.matters.values()
        for material in matter.materials
        for exempt in material.exempt[:1]
        if exempt.source and matter.takes_applications and len(material.exempt) == 1
    ]


def test_what_ships_has_papers_that_shared_data_can_spare() -> None:
    assert with_sources()


def test_a_paper_is_asked_for_and_the_screen_says_why_until_its_source_is_connected() -> None:
    for matter, material, source in with_sources():
        for sources, state in ((frozenset[str](), "bring"), (frozenset({source}), "exempt")):
            found = resolve(matter, Given(sources=sources), open_ended=True)
            needed = {need.material.id: need for need in found.materials}
            if material not in needed or (needed[material].unconnected is None and needed[material].exempt is None):
                continue  # its own condition does not hold before anything has been answered
            row = next(row for row in need_rows(matter, found, SAYING) if row.id == material)
            assert (row.state.value == "exempt") == (state == "exempt"), (matter.id, material)
            if not needed[material].certain:
                assert row.hint != SAYING, (matter.id, material)  # who is not in that situation need not bring it
                continue
            assert (row.hint == SAYING) == (state == "bring"), (matter.id, material)


def test_a_catalogue_without_the_word_leaves_the_papers_own_hint() -> None:
    matter, material, _ = next(
        (m, name, source) for m, name, source in with_sources()
        if any(n.material.id == name and n.unconnected for n in resolve(m, Given(), open_ended=True).materials)
    )  # fmt: skip
    rows = {row.id: row for row in need_rows(matter, resolve(matter, Given(), open_ended=True))}
    assert rows[material].hint == matter.material(material).hint
