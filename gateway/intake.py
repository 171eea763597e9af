"""From an envelope's bytes to what the store accepts: is it whole, whose is it, does it open, what does it make.

Nothing is acknowledged that could not be opened here, body and every page: the terminal forgets what we acknowledge.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

from gateway import numbers
from gateway.errors import Refused
from gateway.files import Files
from gateway.store import Incoming, NewCase, Store, Taken, Terminal
from wire import answers
from wire.envelope import Envelope, check_envelope, unseal_envelope
from wire.errors import WireError
from wire.keys import CountyKeys
from wire.messages import (
    ApplicationMessage,
    ComplaintMessage,
    HelpCallMessage,
    Message,
    Proof,
    RatingMessage,
    SupplementMessage,
    WithdrawalMessage,
)
from wire.receipt import number as receipt_number
from wire.seal import unseal_page

if TYPE_CHECKING:
    from gateway.county import County

CARD_LEVELS = ("card", "card+photo")


def sender(envelope: Envelope, terminals: tuple[Terminal, ...]) -> Terminal:
    """The terminal whose key signed it. Raises Refused 403, WireError envelope.signature."""
    if not terminals:
        raise Refused(403, "terminal.unknown", "no terminal of this name is enrolled")
    standing = [each for each in terminals if not each.revoked_at]
    for terminal in standing:
        try:
            check_envelope(envelope, terminal.public)
        except WireError:
            continue
        return terminal
    if not standing:
        raise Refused(403, "terminal.revoked", "the terminal's certificate was withdrawn")
    raise WireError("envelope.signature", "not signed by this terminal, or changed since")


def missing(envelope: Envelope, files: Files) -> tuple[str, ...]:
    """Sealed files that are not here in the size that is listed."""
    return tuple(each.sha256 for each in envelope.files if files.size(each.sha256) != each.size)


def open_all(envelope: Envelope, files: Files, keys: CountyKeys) -> Message:
    """The message, after every page was opened and found to be what the body says. Raises WireError seal.*, body.*."""
    message, _ = unseal_envelope(envelope, keys)
    for page in message.pages:
        unseal_page(files.read(page.sealed), page, keys, envelope.key, envelope.suite)
    return message


def person_hash(key: bytes, id_number: str) -> bytes:
    """Finds a person's applications without the number being in any table."""
    return hmac.digest(key, id_number.strip().upper().encode(), "sha256")


def secret_hash(secret: str) -> bytes:
    """A secret of 128 random bits needs no salt and no slow hash."""
    return hashlib.sha256(bytes.fromhex(secret)).digest()


def proven(proof: Proof, application: str, store: Store, index_key: bytes) -> bool:
    """Whether somebody may speak for an application: the receipt's secret, or a card of the same number."""
    held = store.secret_of(application)
    if held is None:
        return False
    if proof.secret and hmac.compare_digest(secret_hash(proof.secret), held):
        return True
    known = proof.known
    return (
        known is not None
        and known.level in CARD_LEVELS
        and hmac.compare_digest(person_hash(index_key, known.id_number), store.person_of(application) or b"")
    )


def about(message: Message) -> str:
    """The application a message speaks of, or ""."""
    match message:
        case ApplicationMessage():
            return message.id
        case SupplementMessage() | RatingMessage() | ComplaintMessage() | WithdrawalMessage():
            return message.application
        case HelpCallMessage():
            return ""


def new_cases(message: Message, area: str) -> tuple[NewCase, ...]:
    """One parent, then a case per item in the order of the application."""
    if not isinstance(message, ApplicationMessage):
        return ()
    application = message.application
    details = {each.id: each for each in message.items}
    cases = [NewCase(0, application.matter, numbers.parent_scope(area), "", application.matter_title, message.days)]
    for place, item in enumerate(application.items, 1):
        detail = details.get(item)
        scope = numbers.item_scope(detail.code if detail else "", area)
        if detail is None:
            cases.append(NewCase(place, item, scope, "", item))
        else:
            cases.append(NewCase(place, item, scope, detail.department, detail.title, detail.days))
    return tuple(cases)


def incoming(
    envelope: Envelope, raw: bytes, message: Message, terminal: Terminal, *, received_at: str, area: str,
    index_key: bytes, store: Store,
) -> Incoming:  # fmt: skip
    """What the store accepts. `raw`: the envelope's bytes as they came."""
    secret, person = b"", b""
    withdraw: tuple[str, ...] | None = None
    if isinstance(message, ApplicationMessage):
        secret = secret_hash(message.secret)
        if message.application.known.id_number:
            person = person_hash(index_key, message.application.known.id_number)
    if isinstance(message, WithdrawalMessage) and proven(message.proof, message.application, store, index_key):
        withdraw = message.items
    return Incoming(
        id=envelope.id, terminal=envelope.terminal, number=terminal.number, kind=envelope.kind,
        sequence=envelope.sequence, receipt=receipt_number(terminal.number, envelope.sequence),
        digest=envelope.digest, received_at=received_at, about=about(message), envelope=raw,
        files=tuple((each.sha256, each.size) for each in envelope.files),
        cases=new_cases(message, area), secret=secret, person=person, withdraw=withdraw,
        faces=tuple((page.sealed, page.kind) for page in message.pages if page.kind != "paper"),
    )  # fmt: skip


def accept(county: County, store: Store, envelope: Envelope, raw: bytes, message: Message, terminal: Terminal) -> Taken:
    """Take an opened message in, and make the county's word for it. Line and stick end here alike.

    Raises Refused where a file has gone since it was looked for, Conflict where the id is another content's.
    """
    # Once more, in the thread that also tidies: what is named from here on is not unclaimed.
    if gone := missing(envelope, county.files):
        raise Refused(409, "files.missing", "send these files first", missing=gone)
    received_at = county.now()
    taking = incoming(
        envelope, raw, message, terminal, received_at=received_at, area=county.settings.county.area,
        index_key=county.index_key, store=store,
    )  # fmt: skip

    def acknowledge(case: str, cases: int) -> bytes:
        return answers.encode(
            answers.acknowledge(
                county.keys, terminal=envelope.terminal, message=envelope.id, digest=envelope.digest,
                received_at=received_at, case=case, cases=cases,
            )
        )  # fmt: skip

    return store.accept(taking, county.today(), acknowledge)
