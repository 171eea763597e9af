"""The speaker, as the rest sees it: what is shown can also be heard, and silence never stops a visit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, cast, runtime_checkable

from hardware.ports import Device, Fault

if TYPE_CHECKING:
    from config.settings import Voice


@runtime_checkable
class Speaker(Device, Protocol):
    """Says one thing at a time; a new one ends the old one."""

    volume_percent: int  # 0…100; may be set at any time, holds from the next thing said
    speed_wpm: int  # about this many syllables a minute

    async def say(self, text: str, prompt: str = "") -> Fault | None:
        """Says a text; returns when it has been said, or was stopped. `prompt` is the text's key in the locale: a
        recording of that name is played instead of the synthetic voice. Cancelling stops it."""
        ...

    async def say_all(self, texts: Sequence[str], prompts: Sequence[str] = ()) -> Fault | None:
        """Says texts one after another, each by its recording where there is one; `prompts`: their keys ("": none)."""
        ...

    async def tone(self, name: str) -> Fault | None:
        """Plays a short sound: done | notice | warning. Raises KeyError for another name."""
        ...

    def stop(self) -> None:
        """Silence, at once: to be called by a touch handler, never awaits."""
        ...


def open_speaker(text: str, settings: Voice) -> Speaker:
    """The speaker behind an address; does not touch it yet. Raises hardware.addresses.AddressError."""
    from hardware.addresses import open_device

    return cast("Speaker", open_device("speaker", text, settings=settings))
