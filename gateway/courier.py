"""A courier's stick at the county: sealed records are taken in as by line, each acknowledgement is laid beside its
record, and the stick goes back. It may come twice, half-written or copied: the store takes each record once.

What lies where, and why nothing on it is trusted: wire.stick. `acknowledgement.json` is ours. The newest catalogue goes
along: a bundle carries its own signature, so it may come by any way. States and settings wait for the line.
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
from wire import stick as sticks
from wire.envelope import Envelope, decode_envelope
from wire.errors import WireError
from wire.stick import ACKNOWLEDGEMENT, CATALOGUE_FOLDER, ENVELOPE

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
    for record in [each for number in sticks.numbers(stick) for each in sticks.records(stick, number)]:
        try:
            envelope, said, known = _record(county, store, record)
        except (WireError, Refused) as error:
            refused.append(Finding(record.name, error.code))
            continue
        except Conflict:
            refused.append(Finding(record.name, "message.conflict"))
            continue
        sticks.remove(record / ACKNOWLEDGEMENT)  # whatever lies there, it is not the county's word of now
        _lay(record / ACKNOWLEDGEMENT, said)
        (again if known else taken).append(envelope.id)
    return Brought(tuple(taken), tuple(again), tuple(refused))


def lay_catalogue(store: Store, stick: Path) -> str:
    """The newest published catalogue onto the stick, alone there; its SHA-256, "" where none was published."""
    bundle = store.latest_catalogue()
    if bundle is None:
        return ""
    name = hashlib.sha256(bundle).hexdigest()
    folder = sticks.made(stick, CATALOGUE_FOLDER)
    if not sticks.is_file(folder / name, name, len(bundle)):
        sticks.remove(folder / name)
        _lay(folder / name, bundle)
    for other in sticks.names(folder):
        if other != name:
            sticks.remove(folder / other)
    return name


def _record(county: County, store: Store, record: Path) -> tuple[Envelope, bytes, bool]:
    try:
        raw = sticks.read(record / ENVELOPE, county.settings.limits.envelope_bytes_most)
    except OSError:
        raise Refused(409, "envelope.malformed", "no envelope that can be read") from None
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
    taken = intake.accept(county, store, envelope, raw, message, terminal)
    return envelope, taken.ack, taken.again


def _file(county: County, number: str, path: Path, size: int) -> None:
    """One sealed file into the store, checked as an upload is. Raises Refused for other bytes than its name says."""
    try:
        file = sticks.open_plain(path)
    except OSError:
        raise Refused(409, "files.missing", "a file is not there") from None
    with file:
        if os.fstat(file.fileno()).st_size != size or hashlib.file_digest(file, "sha256").hexdigest() != path.name:
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
