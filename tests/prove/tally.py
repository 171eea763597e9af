"""What a part of the proof comes to."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Tally:
    """What a part of the proof came to."""

    states: int = 0
    operations: int = 0
    lost: int = 0
    twice: int = 0
    changed: int = 0
    unsound: int = 0
    passes: float = 0.0  # how much of what there is was gone over: 1.0 once every operation was, 2.0 twice
    found: list[str] = field(default_factory=list)  # the first failures, to be looked at

    def fail(self, what: str, text: str) -> None:
        setattr(self, what, getattr(self, what) + 1)
        if len(self.found) < 20:
            self.found.append(f"{what}: {text}")

    @property
    def clean(self) -> bool:
        return not (self.lost or self.twice or self.changed or self.unsound)
