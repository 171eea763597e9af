"""The pictures of one visit: by handle, in memory, nowhere else. Gone with the process."""

from __future__ import annotations

from itertools import count


class Pictures:
    """JPEG bytes by handle; the visit knows only handles and digests."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[str, bytes]] = {}
        self._people: set[str] = set()  # handles of pictures of the person
        self._numbers = count(1)

    def keep(self, sha256: str, jpeg: bytes, *, person: bool = False) -> str:
        """Its handle. `person`: it shows the person, not a paper."""
        handle = f"picture-{next(self._numbers)}"
        self._held[handle] = (sha256, jpeg)
        if person:
            self._people.add(handle)
        return handle

    def get(self, handle: str) -> bytes:
        """The bytes, or b"" when it is gone."""
        return self._held.get(handle, ("", b""))[1]

    def forget(self, handle: str) -> str:
        """Its SHA-256, or "" when it was gone already."""
        self._people.discard(handle)
        return self._held.pop(handle, ("", b""))[0]

    def by_digest(self, *, people: bool = True) -> dict[str, bytes]:
        """What an application's pages name, by SHA-256; without `people` only the papers."""
        return dict(held for handle, held in self._held.items() if people or handle not in self._people)
