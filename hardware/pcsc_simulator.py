"""A social-security card that is not there, in Debian's virtual reader, behind a PC/SC daemon of its own.

The daemon runs in a mount namespace in which /run/pcscd is our folder, so it neither meets nor needs the system's one;
clients reach it by PCSCLITE_CSOCK_NAME, which the address carries (`socket=`). The reader (vpcd) listens on a port of
every interface: a test part, never in an image. A card is a client of that port: two bytes of length, then an APDU;
one-byte messages 0, 1, 2, 4 are off, on, reset and "your answer to reset". Taken out, it hangs up.

Commands: insert card=NAME [kind=contact|contactless] · remove · unplug · replug · stop_service · start_service ·
          fault what=… [times=1, 0: until mended] [on=any|select|read] … · mend
Faults: late seconds= · silent · truncated · corrupted · word sw= · pulled · swapped card= · wrong_tag · length
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import struct
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote

from hardware.sample_cards import SampleCard, pick
from hardware.simulators import Setup, SimulatorError
from hardware.social_card import APPLICATION, CARD_FILE, FIELDS, PERSON_FILE

DRIVER = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so"
READER = "Virtual PCD"
START_S = 10.0
POLL_S = 0.02

# Made up; the second is what a reader makes of a contactless card (PC/SC part 3, 3.1.3.2.3).
ANSWERS_TO_RESET = {
    "contact": bytes.fromhex("3B6800008154443303900000"[:24]),
    "contactless": bytes.fromhex("3B80800101"),
}
FAULTS: dict[str, dict[str, Any]] = {
    "late": {"seconds": 1.0},
    "silent": {},
    "truncated": {},
    "corrupted": {},
    "word": {"sw": 0x6F00},
    "pulled": {},
    "swapped": {"card": ""},
    "wrong_tag": {},
    "length": {},
}
SPOIL = ("corrupted", "wrong_tag", "length")
SOCKET_PATH_MOST = 107  # bytes: sun_path of unix(7) holds 108 with its end
# The daemon sees our folder as /run/pcscd. It is parked at /mnt while /run is covered: it may lie below /run itself.
IN_NAMESPACE = (
    'mount --bind "$1" /mnt && mount -t tmpfs none /run && mkdir /run/pcscd && mount --move /mnt /run/pcscd'
    ' && exec pcscd --foreground --critical --config "$2"'
)


class VirtualCard:
    """The card's own side: answers APDUs. `strict` lengths: anything but the right one is answered 6Cxx; `chained`:
    data is announced by 61xx and fetched."""

    def __init__(self, card: SampleCard, kind: str = "contact", *, strict: bool = True, chained: bool = False) -> None:
        if card.social is None:
            raise SimulatorError("this person has no social-security card")
        self.answer_to_reset = ANSWERS_TO_RESET[kind]
        self._strict, self._chained = strict, chained
        self._generation = int(card.social.version[0])
        self._files = _files(card)
        self._in_application = False
        self._file = 0
        self._waiting = b""

    def reset(self) -> None:
        self._in_application, self._file, self._waiting = False, 0, b""

    def answer(self, command: bytes) -> bytes:
        """Data and status word."""
        if len(command) < 4:
            return b"\x67\x00"
        instruction, p1, p2 = command[1], command[2], command[3]
        if instruction == 0xC0:
            data, self._waiting = self._waiting, b""
            return data + b"\x90\x00" if data else b"\x69\x85"
        if instruction == 0xA4:
            return self._select(p1, command[5 : 5 + command[4]] if len(command) > 5 else b"")
        if instruction == 0xB2:
            return self._read(p1, p2, command[4] if len(command) > 4 else 0)
        return b"\x6d\x00"

    def _select(self, p1: int, name: bytes) -> bytes:
        if p1 == 0x04:
            if name != APPLICATION:
                return b"\x6a\x82"
            self._in_application, self._file = True, 0
            self._waiting = b"\x6f\x11\x84" + bytes((len(APPLICATION),)) + APPLICATION
            return bytes((0x61, len(self._waiting)))
        file = int.from_bytes(name, "big")
        if not self._in_application or file not in self._files:
            return b"\x6a\x82"
        self._file = file
        return b"\x90\x00"

    def _read(self, p1: int, p2: int, expected: int) -> bytes:
        records = self._files.get(self._file)
        if records is None:
            return b"\x69\x86"
        if self._file == PERSON_FILE and self._generation == 3:
            return b"\x69\x82"
        if p2 == 0x04:
            tags = [tag for tag in records if tag != 0x4E]
            tag = tags[p1 - 1] if 1 <= p1 <= len(tags) else 0
        else:
            tag = p1
        if tag not in records:
            return b"\x6a\x83"
        data = bytes((tag, len(records[tag]))) + records[tag]
        if self._chained:
            self._waiting = data
            return bytes((0x61, len(data)))
        if self._strict and expected != len(data):
            return bytes((0x6C, len(data)))
        return data + b"\x90\x00"


def _files(card: SampleCard) -> dict[int, dict[int, bytes]]:
    """The card's records by file and tag, in the file's order."""
    social, person = card.social, card.record
    if social is None:
        raise SimulatorError("this person has no social-security card")
    name = person.name.encode("gb18030")
    values: dict[str, bytes] = {
        "card_id": bytes.fromhex("431199") + person.id_number.encode()[-13:],
        "version": social.version.encode(),
        "issued": bytes.fromhex(social.issued.replace("-", "")),
        "valid_to": bytes.fromhex(social.valid_to.replace("-", "") or "00000000"),
        "card_number": social.card_number.encode(),
        "id_number": person.id_number.encode(),
        "name": name[:30],
        "name_rest": name[30:],
        "sex": person.sex.encode(),
        "nation": bytes.fromhex(person.nation or "00"),
        "birth": bytes.fromhex(person.birth.replace("-", "")),
    }
    extra = {  # what the driver does not ask for, but stands between: a place must not be taken for a tag
        CARD_FILE: {0x02: b"2", 0x04: bytes(12)},
        PERSON_FILE: {0x0C: bytes.fromhex("431199")},
    }
    files: dict[int, dict[int, bytes]] = {CARD_FILE: {}, PERSON_FILE: {}}
    for one in FIELDS:
        if one.name == "name_rest" and social.version == "1.00":
            continue
        pad = b"\0" if one.form == "bytes" else b" "
        files[one.file][one.tag] = values[one.name].ljust(one.size, pad)[: one.size]
    return {file: dict(sorted({**records, **extra[file]}.items())) for file, records in files.items()}


@dataclass
class _Pending:
    what: str
    on: str
    left: int
    args: dict[str, Any] = field(default_factory=dict)


class SocialCardSimulator:
    """The pretended reader and card. Options: lengths = strict | loose | chained (how the card treats Le)."""

    BEFALLS: ClassVar[tuple[str, ...]] = (*(what for what in FAULTS if what != "swapped"), "unplug", "service")

    def __init__(self, setup: Setup) -> None:
        self._folder = setup.folder
        self._lengths = str(setup.options.get("lengths", "strict"))
        self._port = 0
        self._daemon: asyncio.subprocess.Process | None = None
        self._card: VirtualCard | None = None
        self._talking: asyncio.Task[None] | None = None
        self._faults: list[_Pending] = []
        self._plugged = True
        self._doing = ""
        self._short: Path | None = None  # a folder of ours with a link in it, where the way to the socket is too long

    @property
    def socket(self) -> Path:
        return (self._short / "d" if self._short else self._folder / "pcscd") / "pcscd.comm"

    async def start(self) -> str:
        if len(os.fsencode(self.socket)) > SOCKET_PATH_MOST:
            self._short = Path(tempfile.mkdtemp(prefix="pcsc-"))
            (self._short / "d").symlink_to(self._folder.absolute() / "pcscd")
        self._port = _free_ports()
        await self._start_daemon(with_reader=True)
        return f"pcsc:///{quote(READER)}?socket={quote(str(self.socket))}"

    async def stop(self) -> None:
        await self._hang_up()
        await self._stop_daemon()
        if self._short is not None:
            shutil.rmtree(self._short, ignore_errors=True)
            self._short = None

    # ------------------------------------------------------------ commands of a script

    async def command(self, do: str, args: Mapping[str, Any]) -> dict[str, Any]:
        match do:
            case "insert":
                await self._hang_up()
                self._card = self._made(args.get("card", ""), str(args.get("kind", "contact")))
                self._dial()
            case "remove":
                await self._hang_up()
                self._card = None
            case "unplug":
                await self._restart(with_reader=False)
            case "replug" | "start_service":
                await self._restart(with_reader=True)
            case "stop_service":
                await self._hang_up()
                await self._stop_daemon()
            case "fault":
                await self._add_fault(args)
            case "mend":
                self._faults.clear()
                if not self._plugged or self._daemon is None or self._daemon.returncode is not None:
                    await self._restart(with_reader=True)
            case _:
                raise SimulatorError(
                    f"a social-card reader cannot {do!r}: insert, remove, unplug, replug, stop_service, start_service, "
                    "fault, mend"
                )
        return {}

    def _made(self, card: object, kind: str) -> VirtualCard:
        if kind not in ANSWERS_TO_RESET:
            raise SimulatorError(f"kind is one of {', '.join(ANSWERS_TO_RESET)}")
        try:
            sample = pick(card)
        except ValueError as error:
            raise SimulatorError(str(error)) from None
        return VirtualCard(sample, kind, strict=self._lengths == "strict", chained=self._lengths == "chained")

    async def _add_fault(self, args: Mapping[str, Any]) -> None:
        what = str(args.get("what", ""))
        if what == "unplug":
            await self._restart(with_reader=False)
            return
        if what == "service":
            await self._hang_up()
            await self._stop_daemon()
            return
        if what not in FAULTS:
            raise SimulatorError(f"no fault {what!r}; there are unplug, service, {', '.join(sorted(FAULTS))}")
        on = str(args.get("on", "read"))
        if on not in ("any", "select", "read"):
            raise SimulatorError("on is one of any, select, read")
        own = {key: args.get(key, default) for key, default in FAULTS[what].items()}
        if what == "swapped":
            own["card"] = self._made(own["card"], "contact")
        self._faults.append(_Pending(what, on, int(args.get("times", 1)), own))

    # ------------------------------------------------------------ the daemon

    async def _start_daemon(self, *, with_reader: bool) -> None:
        shared = self._folder / "pcscd"
        shared.mkdir(mode=0o755, exist_ok=True)
        for left in shared.iterdir():
            left.unlink()
        config = self._folder / ("readers.conf" if with_reader else "no-readers.conf")
        config.mkdir(exist_ok=True)
        if with_reader:
            device = f"/dev/null:0x{self._port:04X}"
            text = f'FRIENDLYNAME "{READER}"\nDEVICENAME {device}\nLIBPATH {DRIVER}\nCHANNELID 0x{self._port:04X}\n'
            (config / "vpcd").write_text(text)
        # A user namespace only where we are nobody special; --mount alone needs fewer rights of the machine.
        space = ["--mount"] if os.geteuid() == 0 else ["--mount", "--map-root-user"]
        self._daemon = await asyncio.create_subprocess_exec(
            *("unshare", *space, "setpriv", "--pdeathsig", "KILL", "sh", "-c", IN_NAMESPACE, "sh"),
            *(str(shared), str(config)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        loop = asyncio.get_running_loop()
        end = loop.time() + START_S
        while not (self.socket.is_socket() and (not with_reader or _listens(self._port))):
            if self._daemon.returncode is not None or loop.time() > end:
                said = await self._stop_daemon()
                raise SimulatorError(f"the PC/SC daemon of the test did not start: {said or 'no reason given'}")
            await asyncio.sleep(POLL_S)

    async def _stop_daemon(self) -> str:
        """Kills the daemon, as a crash would; returns what it had to say."""
        if self._daemon is None:
            return ""
        with contextlib.suppress(ProcessLookupError):
            self._daemon.send_signal(signal.SIGKILL)
        _, said = await self._daemon.communicate()
        self._daemon = None
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(self._folder / "pcscd")
        return said.decode(errors="replace").strip()

    async def _restart(self, *, with_reader: bool) -> None:
        self._plugged = with_reader
        await self._hang_up()
        await self._stop_daemon()
        await self._start_daemon(with_reader=with_reader)
        if with_reader and self._card is not None:
            self._dial()

    # ------------------------------------------------------------ the card in the reader

    def _dial(self) -> None:
        if self._daemon is not None and self._card is not None:
            self._talking = asyncio.create_task(self._talk(self._card))

    async def _hang_up(self) -> None:
        if self._talking is not None and self._talking is not asyncio.current_task():
            self._talking.cancel()
            await asyncio.gather(self._talking, return_exceptions=True)
        self._talking = None

    async def _talk(self, card: VirtualCard) -> None:
        loop = asyncio.get_running_loop()
        with socket.socket() as line:
            line.setblocking(False)
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                await loop.sock_connect(line, ("127.0.0.1", self._port))
                while True:
                    (size,) = struct.unpack(">H", await _exactly(line, 2))
                    message = await _exactly(line, size)
                    if size == 1:
                        if message == b"\x04":
                            await _send(line, card.answer_to_reset)
                        else:
                            card.reset()
                        continue
                    answer = await self._carry_out(card, message)
                    if answer is None:
                        return  # taken out in the middle
                    await _send(line, answer)

    def _fault_for(self, instruction: int, answer: bytes) -> _Pending | None:
        """The first fault that befalls this answer. Those that spoil data wait for an answer that has some."""
        if instruction != 0xC0:  # GET RESPONSE fetches what the command before it announced
            self._doing = {0xA4: "select", 0xB2: "read"}.get(instruction, "")
        for fault in self._faults:
            if fault.on not in ("any", self._doing) or (fault.what in SPOIL and len(answer) <= 4):
                continue
            if fault.left == 1:
                self._faults.remove(fault)
            elif fault.left > 1:
                fault.left -= 1
            return fault
        return None

    async def _carry_out(self, card: VirtualCard, command: bytes) -> bytes | None:
        """The card's answer with what befalls it; None when it was taken out."""
        answer = card.answer(command)
        fault = self._fault_for(command[1] if len(command) > 1 else 0, answer)
        if fault is None:
            return answer
        match fault.what:
            case "late":
                await asyncio.sleep(float(fault.args["seconds"]))
            case "silent":
                await asyncio.Event().wait()
            case "pulled":
                self._card = None
                return None
            case "swapped":
                self._card = fault.args["card"]
                asyncio.get_running_loop().call_soon(self._dial)
                return None
            case "truncated":
                return answer[:1]
            case "word":
                return int(fault.args["sw"]).to_bytes(2, "big")
            case "corrupted":
                return answer[:3] + bytes((answer[3] ^ 0x80,)) + answer[4:]
            case "wrong_tag":
                return bytes((answer[0] ^ 0x3F,)) + answer[1:]
            case "length":
                return answer[:1] + bytes((answer[1] + 9,)) + answer[2:]
        return answer


async def _exactly(line: socket.socket, count: int) -> bytes:
    loop = asyncio.get_running_loop()
    data = b""
    while len(data) < count:
        # Without it every APDU waits 44 ms for an acknowledgement; the kernel forgets it after each receive.
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        piece = await loop.sock_recv(line, count - len(data))
        if not piece:
            raise asyncio.IncompleteReadError(data, count)
        data += piece
    return data


async def _send(line: socket.socket, data: bytes) -> None:
    await asyncio.get_running_loop().sock_sendall(line, struct.pack(">H", len(data)) + data)


def _free_ports() -> int:
    """A port p such that p and p + 1 are free: the virtual reader has two slots."""
    for _ in range(50):
        with socket.socket() as first, socket.socket() as second:
            first.bind(("", 0))
            port: int = first.getsockname()[1]
            with contextlib.suppress(OSError, OverflowError):
                second.bind(("", port + 1))
                return port
    raise SimulatorError("no two free ports in a row")


def _listens(port: int) -> bool:
    """Whether somebody listens there, without connecting: a connection would be a card."""
    wanted = f":{port:04X}"
    for file in ("/proc/net/tcp", "/proc/net/tcp6"):
        with contextlib.suppress(OSError):
            for row in Path(file).read_text().splitlines()[1:]:
                columns = row.split()
                if columns[1].endswith(wanted) and columns[3] == "0A":
                    return True
    return False
