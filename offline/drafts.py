"""Drafts put aside: what a resident had done so far, kept for some days, opened only with the slip and the card.

The slip carries twenty digits, plain and as a QR code: four find the draft on this terminal, sixteen are the secret.
The key is made by scrypt (RFC 7914) from the secret and the card's number, and neither is kept here, so a terminal that
is stolen holds nothing anybody can open; a slip that is found is of no use without the card. Sealed by AES-256-GCM, or
SM4-GCM where the county's suite says so, from the cryptography library; the key is used once. Why so: decision 0006.

A file is: "VKD1", suite (1 byte), kept since (8 bytes, seconds since 1970), salt (16), nonce (12), sealed content. All
that lies in front is authenticated with it. The content is a length (4 bytes), the pages' names and sizes as JSON
with the answers, then the pages.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import hashlib
import json
import os
import re
import struct
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from offline.errors import DiskFull, NotFound, OfflineError, of
from offline.files import sync_folder, write_durably

if TYPE_CHECKING:
    from offline.records import Clock

MARK = b"VKD1"
_HEAD = struct.Struct(">4sBd16s12s")
AES, SM4 = 0, 1
SM_SUITE = "sm2-sm4gcm"
COST, BLOCK, PARALLEL = 2**15, 8, 1
"""scrypt: 32 MiB and some 100 ms on a weak core, for each guess of sixteen digits and a card's number."""

LOCATOR, SECRET = 4, 16
MOST = 500
"""Drafts of one terminal at a time; more than any hall has in a week."""
DAY_S = 86_400.0
LEAST_S = 60.0  # a clock that was set back by less says nothing


class NotOpened(OfflineError):
    """Another card than the one it was put aside with, a wrong code, or a damaged file: nobody can tell which."""

    code = "draft.not_opened"


class NotHere(NotFound):
    """No such draft on this terminal: put aside on another one, or its days are over."""

    code = "draft.not_here"


@dataclass(frozen=True)
class Kept:
    """A draft that is on the disk. `code`: the slip's twenty digits; `until`: seconds since 1970."""

    code: str = field(repr=False)
    until: float = 0.0


@dataclass(frozen=True)
class Opened:
    """`answers` as they were put aside, pages by their SHA-256."""

    answers: Any = field(repr=False)
    pages: Mapping[str, bytes] = field(repr=False)


def code_of(text: str) -> str:
    """The twenty digits in what was scanned or typed, "" if there are none."""
    ours = re.fullmatch(r"(?i)https?://[^\s#]+/S#([A-Z2-7]{32})", text.strip())
    if ours is not None:
        with contextlib.suppress(ValueError):
            text = base64.b32decode(ours[1].upper()).decode("ascii", "replace")
    digits = re.sub(r"[\s-]", "", text)
    return digits if re.fullmatch(rf"[0-9]{{{LOCATOR + SECRET}}}", digits) else ""


def qr_of(code: str, public_url: str) -> str:
    """The slip's QR code: an address that a phone opens (it says to bring the slip here), the digits behind the "#"."""
    if not public_url:
        return code
    return f"{public_url.rstrip('/').upper()}/S#{base64.b32encode(code.encode()).decode('ascii')}"


def grouped(code: str) -> str:
    """0047 1234 …, as people read digits."""
    return " ".join(code[at : at + 4] for at in range(0, len(code), 4))


class Drafts:
    """The drafts of one terminal. `days`: how long one is kept. Its methods block (scrypt, fsync)."""

    def __init__(
        self,
        state: Path,
        days: float,
        clock: Clock = time.time,
        random: Callable[[int], bytes] = os.urandom,
        suite: str = "",
    ) -> None:
        self._folder = state / "drafts"
        self._days, self._clock, self._random = days, clock, random
        self._suite = SM4 if suite == SM_SUITE else AES

    def count(self) -> int:
        """How many lie here."""
        return sum(1 for _ in self._files())

    def put(self, answers: object, pages: Mapping[str, bytes], card: str) -> Kept:
        """Keep one. `answers` is JSON; `card`: the number of the card that will open it. Raises DiskFull."""
        head = json.dumps({"answers": answers, "pages": [[name, len(page)] for name, page in pages.items()]})
        raw = head.encode()
        plain = struct.pack(">I", len(raw)) + raw + b"".join(pages.values())
        secret = self._digits(SECRET)
        now, salt, nonce = self._clock(), self._random(16), self._random(12)
        front = _HEAD.pack(MARK, self._suite, now, salt, nonce)
        sealed = _aead(self._suite, _key(self._suite, secret, card, salt)).seal(nonce, plain, front)
        try:
            if not self._folder.is_dir():
                self._folder.mkdir(mode=0o700)
                sync_folder(self._folder.parent)
            if self.count() >= MOST:
                raise DiskFull("as many drafts as there is room for")
            with self._turn(fcntl.LOCK_SH):
                locator = self._free()
                write_durably(self._folder / locator, front + sealed)
        except OSError as error:
            raise of(error) from error
        return Kept(locator + secret, now + self._days * DAY_S)

    def open(self, code: str, card: str) -> Opened:
        """Open one; it stays until `remove` or its time is over. Raises NotHere, NotOpened, DiskFailed."""
        try:
            raw = (self._folder / code[:LOCATOR]).read_bytes()
        except FileNotFoundError:
            raise NotHere from None
        except OSError as error:
            raise of(error) from error
        if len(raw) < _HEAD.size or not raw.startswith(MARK):
            raise NotOpened("the file is damaged")
        _, suite, since, salt, nonce = _HEAD.unpack_from(raw)
        if suite not in (AES, SM4):
            raise NotOpened("the file is damaged")
        if self._over(since):
            raise NotHere
        plain = _aead(suite, _key(suite, code[LOCATOR:], card, salt)).open(nonce, raw[_HEAD.size :], raw[: _HEAD.size])
        (length,) = struct.unpack_from(">I", plain)
        told = json.loads(plain[4 : 4 + length])
        at, pages = 4 + length, {}
        for name, size in told["pages"]:
            pages[name] = plain[at : at + size]
            at += size
        return Opened(told["answers"], pages)

    def remove(self, code: str) -> bool:
        """Forget one: handed in, wiped by its person, or put aside anew. Whether it was there. Raises DiskFailed."""
        try:
            (self._folder / code[:LOCATOR]).unlink()
            sync_folder(self._folder)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise of(error) from error
        return True

    def expire(self) -> int:
        """Forget those whose days are over, and what a write that was cut short has left; how many. While one is being
        written that is left for the next time. Raises DiskFailed."""
        gone = 0
        if not self._folder.is_dir():
            return 0
        try:
            with self._turn(fcntl.LOCK_EX | fcntl.LOCK_NB):
                for path in list(self._files()):
                    with path.open("rb") as file:
                        front = file.read(_HEAD.size)
                    whole = len(front) == _HEAD.size and front.startswith(MARK) and len(path.name) == LOCATOR
                    if not whole or self._over(_HEAD.unpack(front)[2]):
                        path.unlink(missing_ok=True)
                        gone += 1
                if gone:
                    sync_folder(self._folder)
        except BlockingIOError:
            return 0
        except OSError as error:
            raise of(error) from error
        return gone

    @contextlib.contextmanager
    def _turn(self, how: int) -> Iterator[None]:
        """Who writes one and who sweeps what is half written keep out of each other's way; a killed process lets go."""
        handle = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(handle, how)
            yield
        finally:
            os.close(handle)

    def _over(self, since: float) -> bool:
        """By the terminal's clock. One that was set back, or was wrong by years when the draft was kept, ends it too: a
        draft is a convenience, that it is forgotten in time is a promise."""
        age = self._clock() - since
        return not -LEAST_S <= age < self._days * DAY_S

    def _files(self) -> Iterator[Path]:
        """Drafts, and what a write that was cut short has left."""
        if self._folder.is_dir():
            yield from (path for path in self._folder.iterdir() if path.is_file())

    def _free(self) -> str:
        while (self._folder / (locator := self._digits(LOCATOR))).exists():
            pass
        return locator

    def _digits(self, count: int) -> str:
        """Random decimal digits, each as likely as any other: 64 bits more than needed, so that no digit is favoured by
        more than one part in 2^64."""
        return f"{int.from_bytes(self._random(16)) % 10**count:0{count}d}"


def _key(suite: int, secret: str, card: str, salt: bytes) -> bytes:
    size = 32 if suite == AES else 16
    text = f"village-terminal/draft\n{secret}\n{card}".encode()
    # OpenSSL refuses without room for it: 128 * N * r bytes, and as much again for what it keeps beside.
    return hashlib.scrypt(text, salt=salt, n=COST, r=BLOCK, p=PARALLEL, maxmem=256 * COST * BLOCK, dklen=size)


@dataclass(frozen=True)
class _Gcm:
    """GCM with a check value of 16 bytes behind the content (RFC 5116)."""

    algorithm: Any

    def seal(self, nonce: bytes, plain: bytes, front: bytes) -> bytes:
        from cryptography.hazmat.primitives.ciphers import Cipher, modes

        work = Cipher(self.algorithm, modes.GCM(nonce)).encryptor()
        work.authenticate_additional_data(front)
        return work.update(plain) + work.finalize() + work.tag

    def open(self, nonce: bytes, sealed: bytes, front: bytes) -> bytes:
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers import Cipher, modes

        if len(sealed) < 16:
            raise NotOpened("the file is damaged")
        work = Cipher(self.algorithm, modes.GCM(nonce, sealed[-16:])).decryptor()
        work.authenticate_additional_data(front)
        try:
            return work.update(sealed[:-16]) + work.finalize()
        except InvalidTag:
            raise NotOpened from None


def _aead(suite: int, key: bytes) -> _Gcm:
    from cryptography.hazmat.primitives.ciphers import algorithms

    return _Gcm(algorithms.AES(key) if suite == AES else algorithms.SM4(key))


__all__ = ["Drafts", "Kept", "NotHere", "NotOpened", "Opened", "code_of", "grouped", "qr_of"]
