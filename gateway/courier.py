"""A courier's stick at the county: sealed records are taken in as by line, each acknowledgement is laid beside its
record, and the stick goes back. It may come twice, half-written or copied: the store takes each record once.

STICK/village-outbox/NUMBER/SEQUENCE-ID/ holds `envelope.json` and the sealed files under their SHA-256 (see
docs/decisions/0003); `acknowledgement.json` is ours. STICK/village-catalogue/SHA256 is the newest catalogue: a bundle
carries its own signature, so it may come by any way. States and settings wait for the line.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from gateway import intake
from gateway.county import County
from gateway.errors import Refused
from gateway.store import Conflict, Store
from wire import answers
from wire.envelope import Envelope, decode_envelope
from wire.errors import WireError

FOLDER, ENVELOPE, ACKNOWLEDGEMENT = "village-outbox", "envelope.json", "acknowledgement.json"
CATALOGUE_FOLDER = "village-catalogue"
_PIECE = 1 << 20


@dataclass(frozen=True)
class Finding:
    """A record of the stick that was not taken, and the code of why."""

    record: str
    code: str


@dataclass(frozen=True)
class Brought:
    """`taken`: ids taken in now; `again`: ids that were here."""

    taken: tuple[str, ...]
    again: tuple[str, ...]
    refused: tuple[Finding, ...]


def take_in(county: County, store: Store, stick: Path) -> Brought:
    """Everything on a stick, by terminal and in each terminal's order. Raises OSError where the stick fails."""
    taken: list[str] = []
    again: list[str] = []
    refused: list[Finding] = []
    for record in sorted((stick / FOLDER).glob("*/*")):
        if record.name.endswith(".part") or not record.is_dir():
            continue
        try:
            envelope, said, known = _record(county, store, record)
        except (WireError, Refused) as error:
            refused.append(Finding(record.name, error.code))
            continue
        except Conflict:
            refused.append(Finding(record.name, "message.conflict"))
            continue
        except FileNotFoundError:
            refused.append(Finding(record.name, "files.missing"))
            continue
        _lay(record / ACKNOWLEDGEMENT, said)
        (again if known else taken).append(envelope.id)
    return Brought(tuple(taken), tuple(again), tuple(refused))


def lay_catalogue(store: Store, stick: Path) -> str:
    """The newest published catalogue onto the stick, alone there; its SHA-256, "" where none was published."""
    bundle = store.latest_catalogue()
    if bundle is None:
        return ""
    name = hashlib.sha256(bundle).hexdigest()
    folder = stick / CATALOGUE_FOLDER
    folder.mkdir(exist_ok=True)
    if not (folder / name).exists() or (folder / name).read_bytes() != bundle:
        _lay(folder / name, bundle)
    for other in folder.iterdir():
        if other.name != name:
            other.unlink()
    return name


def _record(county: County, store: Store, record: Path) -> tuple[Envelope, bytes, bool]:
    raw = (record / ENVELOPE).read_bytes()
    envelope = decode_envelope(raw)
    terminal = intake.sender(envelope, store.terminals(envelope.terminal))
    held = store.known(envelope.id)
    if held is not None:
        if held[:2] != (envelope.terminal, envelope.digest):
            raise Conflict
        return envelope, held[2], True
    for file in envelope.files:
        if county.files.size(file.sha256) != file.size:
            _file(county, terminal.number, record / file.sha256, file.size)
    if intake.missing(envelope, county.files):
        raise Refused(409, "files.missing", "a file is not what the envelope says")
    message = intake.open_all(envelope, county.files, county.keys)
    received_at = county.now()
    incoming = intake.incoming(
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

    taken = store.accept(incoming, county.today(), acknowledge)
    return envelope, taken.ack, taken.again


def _file(county: County, number: str, path: Path, size: int) -> None:
    """One sealed file into the store, checked as an upload is. Raises Refused for other bytes than its name says."""
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != path.name or file.tell() != size:
            raise Refused(409, "files.missing", "a file is damaged or cut short")
        file.seek(0)
        county.files.drop(number, path.name)
        offset = county.files.begin(number, path.name, size)
        while part := file.read(_PIECE):
            offset = county.files.append(number, path.name, offset, part)
    county.files.finish(number, path.name)


def _lay(path: Path, content: bytes) -> None:
    half = path.with_name(path.name + ".part")
    with half.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)
