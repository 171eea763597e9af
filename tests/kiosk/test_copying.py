"""What an application's pictures are handed in as: copies where the material asks, pictures where none can be made."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace

from config import locales
from hardware import sample_papers
from kiosk.visiting.copying import with_copies
from matters.application import Application, GivenMaterial, Page, from_json, to_json
from matters.catalogue import Matter, PaperCopy
from tests.matters.drive import shipped

TODAY = "2026-03-12"
MOST = 500_000


def pictures(*names: str) -> dict[str, bytes]:
    """Samples as the camera hands them on, by SHA-256."""
    made = {}
    for name in names:
        kept = io.BytesIO()
        sample_papers.draw(name).save(kept, "JPEG", quality=80, dpi=(178, 178))
        made[hashlib.sha256(kept.getvalue()).hexdigest()] = kept.getvalue()
    return made


def handed(material: str, held: dict[str, bytes], verdict: str = "ok") -> Application:
    pages = tuple(Page(name, len(data), 10, 10, verdict) for name, data in held.items())
    given = GivenMaterial(material, "", "photo", "", pages)
    return Application("newborn", "新生儿出生", "1", ("household",), materials=(given,))


def matter(material: str = "", copy: PaperCopy | None = None) -> Matter:
    newborn = shipped().matters["newborn"]
    if copy is None:
        return newborn
    return replace(
        newborn,
        materials=tuple(replace(one, copy=copy) if one.id == material else one for one in newborn.materials),
    )


def made(application: Application, held: dict[str, bytes], of: Matter) -> tuple[tuple[Page, ...], dict[str, bytes]]:
    done, files = with_copies(application, held, of, locales.load("zh"), TODAY, MOST)
    assert from_json(to_json(done)) == done
    for page in done.materials[0].pages:
        assert hashlib.sha256(files[page.sha256]).hexdigest() == page.sha256
        assert len(files[page.sha256]) == page.size
    assert set(files) == {page.sha256 for page in done.materials[0].pages}
    return done.materials[0].pages, files


def test_both_sides_of_an_identity_card_are_handed_in_as_one_page_and_the_pictures_stay_behind() -> None:
    held = pictures("id-card", "health-certificate")
    pages, files = made(handed("id_card", held), held, matter())
    (page,) = pages
    assert (page.kind, page.count, page.verdict) == ("image/jpeg", 1, "ok")
    assert not set(files) & set(held)


def test_a_register_is_one_pdf_that_keeps_the_verdict_of_its_worst_page() -> None:
    held = pictures("household-register", "household-register-child")
    pages, files = made(handed("household_register", held, "capture.glare"), held, matter())
    (page,) = pages
    assert (page.kind, page.count, page.verdict) == ("application/pdf", 2, "capture.glare")
    assert files[page.sha256].startswith(b"%PDF")


def test_a_material_without_wishes_goes_as_it_was_taken_and_one_that_asks_for_it_keeps_its_originals() -> None:
    held = pictures("birth-certificate")
    _, files = made(handed("birth_certificate", held), held, matter())
    assert files == held
    both = matter("birth_certificate", PaperCopy(watermark=True, original=True))
    pages, files = made(handed("birth_certificate", held), held, both)
    assert len(pages) == 2
    assert set(held) < set(files)


def test_pictures_that_cannot_be_copied_are_handed_in_as_they_are() -> None:
    held = {hashlib.sha256(b"rubbish").hexdigest(): b"rubbish"}
    _, files = made(handed("id_card", held), held, matter())
    assert files == held
