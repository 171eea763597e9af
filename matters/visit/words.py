"""The catalogue's own words for things that the steps must say in text."""

from __future__ import annotations

from matters.visit.state import Visit


def say(visit: Visit, key: str, **values: object) -> str:
    """A word of the catalogue, with {name} filled in. The build has made sure that every one is there."""
    text = visit.catalogue.words.get(key, "")
    for name, value in values.items():
        text = text.replace("{" + name + "}", str(value))
    return text
