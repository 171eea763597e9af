"""What a screen asks of the kiosk while it is shown, apart from steps and events.

None of it is an answer: answers are events. Everything here is asked for again whenever it is needed, nothing is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

Strokes = tuple[tuple[tuple[float, float], ...], ...]
Point = tuple[float, float]


@dataclass(frozen=True)
class Frame:
    """One picture of the live preview. `rgb` is 3 x width x height bytes, rows from the top.

    `corners` are those of the paper that was found, 0..1 of width and height, clockwise from top left. `remark` says
    how it stands: "" before the first finding, ok, steady (ok and at rest), or the code of what to put right
    (capture.blurred, capture.too_far …), or held: the corners are those that the person has set.
    """

    number: int
    width: int
    height: int
    rgb: bytes | bytearray | memoryview
    corners: tuple[Point, Point, Point, Point] | None = None
    remark: str = ""


@dataclass(frozen=True)
class Candidates:
    """What pinyin keys may mean, best first. `spelled` is how the keys were cut into syllables: "chen xiao".

    `words` may be shorter than the keys: `taken[i]` says how many of the keys word i uses up.
    """

    spelled: str
    words: tuple[str, ...]
    taken: tuple[int, ...]


class Services(Protocol):
    """Carried out by the kiosk. The coroutines may be cancelled at any moment; failing, they return nothing found."""

    def frame(self) -> Frame | None:
        """The newest preview picture, at once; None while there is none."""
        ...

    def face(self) -> Frame | None:
        """What the person sees of themselves, as in a mirror; None while the camera towards them is off. `remark`: ok
        or capture.dark."""
        ...

    def hold(self, corners: Sequence[Point] | None) -> None:
        """The paper's corners are where the person has set them, 0..1 of the frame, until the next paper; None: they
        are looked for again."""
        ...

    def picture(self, handle: str) -> bytes:
        """A taken picture as JPEG; b"" when it is gone."""
        ...

    def writes(self) -> bool:
        """Whether the input methods answer; False while their process cannot be brought back."""
        ...

    async def recognise(self, strokes: Strokes) -> Sequence[str]:
        """Characters that the strokes may mean, best first. Points in 0..1 of the pad, origin top left."""
        ...

    async def pinyin(self, keys: str) -> Candidates:
        """What the letters typed so far may mean."""
        ...


class NoServices:
    """For screens that are shown without a kiosk: no camera, no input methods."""

    def frame(self) -> Frame | None:
        return None

    def face(self) -> Frame | None:
        return None

    def hold(self, corners: Sequence[Point] | None) -> None:
        return None

    def picture(self, handle: str) -> bytes:
        return b""

    def writes(self) -> bool:
        return True

    async def recognise(self, strokes: Strokes) -> Sequence[str]:
        return ()

    async def pinyin(self, keys: str) -> Candidates:
        return Candidates(keys, (), ())
