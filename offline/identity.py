"""Who this terminal is to its county: its key, its certificate, and the county's public keys.

Two files of the state folder, `terminal.key` (PEM, 0600) and `terminal.json` (what the county said when it enrolled the
terminal, kept up to date with the county's later keys).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from offline.errors import OfflineError, of
from offline.files import write_durably

if TYPE_CHECKING:
    from wire.keys import CountyPublic, Enrolment, TerminalKey


class NotEnrolled(OfflineError):
    """The county does not know this terminal yet: nothing can be sealed or sent."""

    code = "county.not_enrolled"


@dataclass(frozen=True, repr=False)
class Identity:
    key: TerminalKey
    enrolment: Enrolment

    @property
    def terminal(self) -> str:
        return self.enrolment.certificate.terminal

    @property
    def number(self) -> str:
        """The four digits before each of the terminal's receipt numbers."""
        return self.enrolment.certificate.number

    @property
    def county(self) -> CountyPublic:
        return self.enrolment.county


def load(state: Path) -> Identity:
    """Raises NotEnrolled: no key or no enrolment, or files that are not as they were written (the note says which)."""
    from wire.answers import read_enrolment
    from wire.errors import WireError
    from wire.keys import TerminalKey

    try:
        key = TerminalKey.load(state / "terminal.key")
        return Identity(key, read_enrolment((state / "terminal.json").read_bytes(), key))
    except FileNotFoundError:
        raise NotEnrolled("terminal.json is not there") from None
    except OSError as error:
        raise of(error) from error
    except WireError as error:
        raise NotEnrolled(str(error)) from None


def key_of(state: Path) -> TerminalKey:
    """The terminal's key, made if it is not there yet. Raises NotEnrolled, DiskFull, DiskFailed."""
    from wire.errors import WireError
    from wire.keys import TerminalKey

    try:
        return TerminalKey.load_or_create(state / "terminal.key")
    except WireError as error:
        raise NotEnrolled(str(error)) from None
    except OSError as error:
        raise of(error) from error


def keep(state: Path, key: TerminalKey, enrolment: Enrolment) -> Identity:
    """Make an enrolment last. The caller has checked it. Raises DiskFull, DiskFailed."""
    from wire.answers import encode

    try:
        write_durably(state / "terminal.json", encode(enrolment))
    except OSError as error:
        raise of(error) from error
    return Identity(key, enrolment)


def with_county(state: Path, identity: Identity, county: CountyPublic) -> Identity:
    """The county's new keys, which an old one signed for. The certificate stays ours: keys only ever add to it.

    The old verify keys are kept beside the new: acknowledgements and the certificate made before stay checkable.
    """
    import msgspec

    known = {key.id for key in county.verify}
    verify = county.verify + tuple(key for key in identity.county.verify if key.id not in known)
    enrolment = msgspec.structs.replace(identity.enrolment, county=msgspec.structs.replace(county, verify=verify))
    return keep(state, identity.key, enrolment)
