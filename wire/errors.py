"""The one error family of this room."""

from __future__ import annotations


class WireError(ValueError):
    """What came over the wire, or was to go, is not what it should be.

    `code` says which rule was broken and is stable (receipt.truncated, envelope.signature …). The text names the rule
    and never a value: what is refused may be a person's data, and errors reach logs.
    """

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text
