"""Keeps openapi.yaml and the code the same: `python -m wire.openapi` writes the schemas under its last heading anew.

The paths are written by hand; they are what a province's own platform would implement in place of our gateway. The
schemas come from the structs, so they cannot drift: a test compares them.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import msgspec

from wire import asking, keys, lookup, messages, phone
from wire.envelope import Envelope

FILE = Path(__file__).with_name("openapi.yaml")
MARK = "  # ---- written by `python -m wire.openapi`; change the structs, not this ----\n"


def schemas() -> dict[str, Any]:
    """components.schemas of everything that crosses, sealed or not."""
    named = [
        Envelope, messages.Message, messages.Acknowledgement, messages.Feed, messages.Health, messages.Refusal,
        keys.EnrolRequest, keys.Enrolment, keys.CountySettings,
        asking.SealedQuestion, asking.SealedAnswer, lookup.LookupQuestion, lookup.LookupAnswer,
        phone.PhoneQuestion, phone.PhoneAnswer,
    ]  # fmt: skip
    _, components = msgspec.json.schema_components(named, ref_template="#/components/schemas/{name}")
    return {name: _tidy(components[name]) for name in sorted(components)}


def _tidy(value: Any) -> Any:
    """Docstrings' line breaks are the source's, not the reader's."""
    if isinstance(value, dict):
        return {
            key: " ".join(each.split()) if key == "description" and isinstance(each, str) else _tidy(each)
            for key, each in value.items()
        }
    if isinstance(value, list | tuple):
        return [_tidy(each) for each in value]
    return value


def written() -> str:
    """The whole file as it should be."""
    import yaml

    by_hand, mark, _ = FILE.read_text("utf-8").partition(MARK)
    if not mark:
        raise ValueError("openapi.yaml has lost the line under which the schemas are written")
    made = yaml.safe_dump({"schemas": schemas()}, allow_unicode=True, sort_keys=False, width=110)
    return by_hand + mark + "".join(f"  {line}\n" if line else "\n" for line in made.splitlines())


if __name__ == "__main__":
    FILE.write_text(written(), "utf-8")
    sys.exit(0)
