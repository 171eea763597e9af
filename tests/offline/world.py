"""An invented county with an enrolled terminal, and things sealed to it, all by wire's own means."""

from __future__ import annotations

import hashlib
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from matters.application import Answer, Application, GivenMaterial, Known, Page
from offline.outbox import Sealed, Sign, Signed
from wire import receipt, uuid7
from wire.envelope import encode_envelope, make_envelope
from wire.keys import CountyKeys, CountyPublic, TerminalCertificate, TerminalKey, certify
from wire.messages import ApplicationMessage, ItemDetail, Message, RatingMessage
from wire.seal import Sealed as WireSealed
from wire.seal import seal

AT = "2026-03-12T02:41:00Z"
TERMINAL = "示例-山背-01"


@dataclass(frozen=True)
class World:
    keys: CountyKeys
    county: CountyPublic
    terminal: TerminalKey
    certificate: TerminalCertificate

    def id(self, number: int) -> str:
        return uuid7.uuid7(1_773_283_260_000 + number, hashlib.sha256(str(number).encode()).digest()[:10])

    def rating(self, number: int) -> WireSealed:
        """A small record without files."""
        return self.seal(
            RatingMessage(id=self.id(number), terminal=self.certificate.terminal, at=AT, application="", level=5)
        )

    def application(self, number: int, pages: int = 2, size: int = 3000) -> WireSealed:
        """An application of an invented person, with pictures of `size` bytes."""
        pictures = [hashlib.shake_256(f"{number}/{n}".encode()).digest(size) for n in range(pages)]
        given = tuple(Page(hashlib.sha256(p).hexdigest(), len(p), 100, 100, "ok") for p in pictures)
        message = ApplicationMessage(
            id=self.id(number), terminal=self.certificate.terminal, at=AT,
            items=(ItemDetail("a", "事项甲"),), secret="ab" * 16,
            application=Application(
                id=self.id(number), matter="newborn", matter_title="新生儿出生", catalogue="1", items=("a",),
                fields={"name": Answer("王小兰", "typed")}, known=Known("typed", "王小兰", ""),
                materials=(GivenMaterial("booklet", "户口簿", "photo", pages=given),),
            ),
        )  # fmt: skip
        return self.seal(message, pictures)

    def seal(self, message: Message, pages: list[bytes] | None = None) -> WireSealed:
        return seal(message, pages or [], self.county)

    def sign(self, sealed: WireSealed, with_receipt: bool = True) -> Sign:
        def signed(sequence: int) -> Signed:
            envelope = make_envelope(sealed, sequence=sequence, made_at=AT, clock_verified=False, key=self.terminal)
            if not with_receipt:
                return Signed(encode_envelope(envelope))
            number = receipt.number(self.certificate.number, sequence)
            claims = receipt.Claims(
                number, sealed.id, "newborn", 1_773_283_260, bytes.fromhex(sealed.digest)[:16], 1, b"s" * 16
            )
            return Signed(encode_envelope(envelope), number, receipt.make_code(claims, self.terminal, ""))

        return signed


def ours(sealed: WireSealed) -> Sealed:
    """What the outbox takes, of what wire made."""
    return Sealed(
        sealed.kind, sealed.id, sealed.digest,
        {file.sha256: blob for file, blob in zip(sealed.files, sealed.blobs, strict=True)},
    )  # fmt: skip


def make_world(folder: Path) -> World:
    keys = CountyKeys.create(folder, "20260312T024100Z")
    terminal = TerminalKey.create(folder / "terminal.key")
    certificate = certify(
        keys.signing[0], terminal=TERMINAL, number="3121", public=terminal.public,
        valid_from="2026-01-01T00:00:00Z", valid_to="2036-01-01T00:00:00Z",
    )  # fmt: skip
    return World(keys, keys.public("示例县", "431199", "http://county.example"), terminal, certificate)


def killer(name: str, nth: int = 1) -> Callable[[str], None]:
    """A points function that kills this process outright when it passes a point for the n-th time."""
    seen = 0

    def at(point: str) -> None:
        nonlocal seen
        if point == name:
            seen += 1
            if seen == nth:
                os.kill(os.getpid(), signal.SIGKILL)

    return at


def in_child(work: Callable[[], object]) -> bool:
    """Run work in a real child process. True if it was killed, False if it came to its end. Other ends fail."""
    child = os.fork()
    if child == 0:
        status = 99
        try:
            work()
            status = 0
        except BaseException:  # noqa: BLE001 - the child must never return into the tests
            import traceback

            traceback.print_exc()
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) == 0, "the child failed"
    return False
