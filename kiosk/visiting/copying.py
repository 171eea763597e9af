"""The pictures of an application as they are handed in: what each material's `copy` asks for, made at the end.

It blocks (drawing, JPEG): call it in a thread. A copy that cannot be made is no reason to send anybody home: then that
material's pictures are handed in as they were taken.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from config.locales import Locale
from matters.application import Application, GivenMaterial, Page
from matters.catalogue import Matter
from matters.identity import parse_date

OK = "ok"


def with_copies(
    application: Application, pictures: Mapping[str, bytes], matter: Matter | None, words: Locale, today: str,
    bytes_most: int,
) -> tuple[Application, dict[str, bytes]]:  # fmt: skip
    """The application with its pages as they are handed in, and their bytes by SHA-256. `today`: YYYY-MM-DD."""
    files: dict[str, bytes] = {}
    materials = []
    for given in application.materials:
        made = _of(given, pictures, matter, words, today, bytes_most)
        materials.append(replace(given, pages=tuple(page for page, _ in made)))
        files.update({page.sha256: data for page, data in made})
    return replace(application, materials=tuple(materials)), files


def _of(
    given: GivenMaterial, pictures: Mapping[str, bytes], matter: Matter | None, words: Locale, today: str,
    bytes_most: int,
) -> list[tuple[Page, bytes]]:  # fmt: skip
    from papers.copies import CopyError, copies

    plain = [(page, pictures[page.sha256]) for page in given.pages if page.sha256 in pictures]
    material = next((one for one in matter.materials if one.id == given.id), None) if matter is not None else None
    day = parse_date(today)
    if matter is None or material is None or material.copy.plain or not plain or day is None:
        return plain
    date = words("paper.date", year=day.year, month=day.month, day=day.day)
    mark = words("paper.watermark", matter=matter.title, date=date) if material.copy.watermark else ""
    try:
        files = copies(
            [data for _, data in plain], sheet=material.copy.sheet, watermark=mark, pdf=material.copy.pdf,
            bytes_most=bytes_most, made=datetime(day.year, day.month, day.day).astimezone(),
        )  # fmt: skip
    except CopyError:
        return plain
    made = [
        (
            Page(
                hashlib.sha256(file.data).hexdigest(), len(file.data), file.width, file.height,
                next((plain[n][0].verdict for n in file.of if plain[n][0].verdict != OK), OK), file.kind, file.pages,
            ),
            file.data,
        )
        for file in files
    ]  # fmt: skip
    return [*made, *plain] if material.copy.original else made
