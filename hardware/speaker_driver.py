"""Drivers of the speaker: the sound card through aplay, or a folder of WAV files that takes as long as sound does.

Recorded prompts come first: `NAME.wav` in the prompts' folder, NAME being the text's key in the locale or the first 16
hex digits of its SHA-256. Where there is none the synthetic voice speaks. aplay is a process of its own so that silence
comes at once: killing it closes the sound device with what it still held.

`alsa://default?prompts=/folder` · `wav:///folder?pace=1&prompts=/folder`
"""

from __future__ import annotations

import array
import asyncio
import contextlib
import hashlib
import io
import json
import math
import sys
import wave
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from hardware.addresses import Address, AddressError
from hardware.ports import Fault, Health, Status
from hardware.speaker_hours import HoursError, volumes
from hardware.speaker_voice import pack
from hardware.status import looked

if TYPE_CHECKING:
    from config.settings import Voice

RATE = 22050
ANSWER_S = 12.0  # for the voice: its start on a weak core and one sentence
IDLE_S = 30.0  # the voice's process ends after so long without a word
POLL_S = 10.0
TONES = {
    # name -> (frequency in Hz, seconds) after one another
    "done": ((660.0, 0.09), (880.0, 0.16)),
    "notice": ((660.0, 0.14),),
    "warning": ((440.0, 0.16), (0.0, 0.06), (440.0, 0.16)),
}


class Sink(Protocol):
    """Where sound goes."""

    async def play(self, sound: bytes) -> Fault | None:
        """Plays a WAV to its end or until stop()."""
        ...

    def stop(self) -> None: ...

    async def status(self) -> Status: ...


class AlsaSink:
    """A sound device, by its ALSA name."""

    def __init__(self, device: str) -> None:
        self._device = device
        self._process: asyncio.subprocess.Process | None = None

    async def play(self, sound: bytes) -> Fault | None:
        self.stop()
        try:
            process = await asyncio.create_subprocess_exec(
                *("aplay", "-q", "-D", self._device, "-"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
            )
        except FileNotFoundError:
            return Fault("speaker.absent", "aplay is not installed")
        self._process = process
        try:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                await process.communicate(sound)
        finally:
            if process.returncode is None:
                self._kill(process)
                await process.wait()
            if self._process is process:
                self._process = None
        if process.returncode is not None and process.returncode > 0:
            return Fault("speaker.absent", f"aplay ended with {process.returncode}")
        return None  # below zero: killed by stop()

    def stop(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._kill(self._process)

    @staticmethod
    def _kill(process: asyncio.subprocess.Process) -> None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()

    async def status(self) -> Status:
        """Ten milliseconds of silence tell whether the device can be opened; nothing less does."""
        try:
            process = await asyncio.create_subprocess_exec(
                *("aplay", "-q", "-D", self._device, "-"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
            )
        except FileNotFoundError:
            return Status(Health.ABSENT, "speaker.absent")
        try:
            async with asyncio.timeout(ANSWER_S):
                await process.communicate(pack(bytes(2 * RATE // 100), RATE))
        except TimeoutError:
            self._kill(process)
            await process.wait()
            return Status(Health.FAULTY, "speaker.failed")
        return Status(Health.ONLINE) if process.returncode == 0 else Status(Health.ABSENT, "speaker.absent")


class FolderSink:
    """Writes what would be heard into `said-NNNN.wav`: only as much of it as was played before it was stopped.

    `pace` 1 takes as long as the sound, 0 no time.
    """

    def __init__(self, folder: Path, pace: float) -> None:
        self._folder = folder
        self._pace = pace
        self._stop = asyncio.Event()
        self._count = 0

    async def play(self, sound: bytes) -> Fault | None:
        self._stop.clear()
        samples, rate = _samples(sound)
        played = len(samples)
        loop = asyncio.get_running_loop()
        begun = loop.time()
        try:
            if self._pace > 0:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stop.wait(), len(samples) / rate * self._pace)
                    played = min(played, int((loop.time() - begun) / self._pace * rate))
        except asyncio.CancelledError:
            played = min(played, int((loop.time() - begun) / self._pace * rate))
            raise
        finally:
            fault = await asyncio.shield(asyncio.to_thread(self._write, pack(samples[:played].tobytes(), rate)))
        return fault

    def _write(self, sound: bytes) -> Fault | None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._count += 1
            partial = self._folder / "said.partial"
            partial.write_bytes(sound)
            partial.rename(self._folder / f"said-{self._count:04d}.wav")
        except OSError as error:
            return Fault("speaker.failed", type(error).__name__)
        return None

    def stop(self) -> None:
        self._stop.set()

    async def status(self) -> Status:
        return Status(Health.ONLINE)


def _samples(sound: bytes) -> tuple[array.array[int], int]:
    """Samples and rate of a WAV; of several channels the first. Raises wave.Error or ValueError for another kind."""
    with wave.open(io.BytesIO(sound)) as file:
        if file.getsampwidth() != 2:
            raise ValueError("16-bit samples are wanted")
        samples = array.array("h", file.readframes(file.getnframes()))
        channels, rate = file.getnchannels(), file.getframerate()
    if sys.byteorder == "big":
        samples.byteswap()
    return samples[::channels], rate


def tone(name: str) -> bytes:
    """A WAV of a short sound, with soft ends so that it does not click. Raises KeyError."""
    samples = array.array("h")
    for frequency, seconds in TONES[name]:
        count = int(RATE * seconds)
        for n in range(count):
            edge = min(1.0, n / 200, (count - n) / 200)
            samples.append(int(12000 * edge * math.sin(2 * math.pi * frequency * n / RATE)))
    return pack(samples.tobytes(), RATE)


def louder(sound: bytes, volume_percent: int) -> bytes:
    """The sound at a share of its loudness, 0…100."""
    samples, rate = _samples(sound)
    share = max(0, min(100, volume_percent)) / 100
    return pack(array.array("h", (int(sample * share) for sample in samples)).tobytes(), rate)


class _Voice:
    """The voice's process: started at the first word, ended when nobody speaks for a while."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()
        self._ending: asyncio.TimerHandle | None = None

    async def speak(self, text: str, speed_wpm: int, language: str) -> bytes | Fault:
        async with self._turn:
            if self._ending is not None:
                self._ending.cancel()
            whole = False
            try:
                async with asyncio.timeout(ANSWER_S):
                    answer = await self._exchange({"text": text, "speed_wpm": speed_wpm, "language": language})
                whole = True
            except (TimeoutError, OSError, ValueError, asyncio.IncompleteReadError) as error:
                return Fault("speaker.failed", type(error).__name__)
            finally:
                if whole:
                    self._ending = asyncio.get_running_loop().call_later(IDLE_S, self.end)
                else:
                    self.end()  # also when cancelled: half an answer in the pipe would be taken for the next one's
            return answer

    async def _exchange(self, request: Mapping[str, str | int]) -> bytes | Fault:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                *self._command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
            )
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            return Fault("speaker.failed", "no pipe")
        stdin.write(json.dumps(request).encode() + b"\n")
        await stdin.drain()
        head = json.loads(await stdout.readline())
        sound = await stdout.readexactly(int(head["bytes"]))
        return Fault("speaker.failed", str(head["error"])) if head["error"] else sound

    async def close(self) -> None:
        process = self._process
        self.end()
        if process is not None:
            await process.wait()

    def end(self) -> None:
        if self._ending is not None:
            self._ending.cancel()
            self._ending = None
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()


class VoiceSpeaker:
    """A speaker. Belongs to one loop."""

    def __init__(
        self,
        address: str,
        sink: Sink,
        *,
        volume_percent: int = 80,
        speed_wpm: int = 150,
        prompts: Path | None = None,
        command: Sequence[str] | None = None,
        by_hour: str = "",
        language: str = "zh",
        hour: Callable[[], int] = lambda: datetime.now().astimezone().hour,
    ) -> None:
        self.address = address
        self._by_hour, self._hour = by_hour, hour
        volumes(by_hour, volume_percent)  # said at once where the setting cannot be read
        self.volume_percent = volume_percent
        self.speed_wpm = speed_wpm
        self.language = language
        self._sink = sink
        self._prompts = prompts
        self._voice = _Voice(command or voice_command())
        self._said = 0  # counts what was begun: what comes back late belongs to nobody
        self._playing = asyncio.Lock()

    async def say(self, text: str, prompt: str = "") -> Fault | None:
        mine = self._begin()
        recorded = await asyncio.to_thread(self._recorded, text, prompt)
        if recorded is None:
            spoken = await self._voice.speak(text, self.speed_wpm, self.language)
            if isinstance(spoken, Fault):
                return spoken
            recorded = spoken
        return await self._play(recorded, mine)

    async def say_all(self, texts: Sequence[str], prompts: Sequence[str] = ()) -> Fault | None:
        """What has no recording is spoken in runs, so that a screen without any is one utterance as before."""
        mine = self._begin()
        keys = [*prompts, *[""] * (len(texts) - len(prompts))]
        found = await asyncio.to_thread(lambda: [self._recorded(*pair) for pair in zip(texts, keys, strict=True)])
        run: list[str] = []
        for text, recorded in [*zip(texts, found, strict=True), ("", b"")]:
            if recorded is None:
                run.append(text)
                continue
            if run:
                spoken = await self._voice.speak("。".join(run), self.speed_wpm, self.language)
                run = []
                fault = spoken if isinstance(spoken, Fault) else await self._play(spoken, mine)
                if fault is not None:
                    return fault
            if recorded and (fault := await self._play(recorded, mine)) is not None:
                return fault
            if mine != self._said:  # stopped, or something else is said by now
                return None
        return None

    async def tone(self, name: str) -> Fault | None:
        return await self._play(tone(name), self._begin())

    def stop(self) -> None:
        self._said += 1
        self._sink.stop()

    async def status(self) -> Status:
        return Status(Health.BUSY) if self._playing.locked() else await self._sink.status()

    def watch(self) -> AsyncIterator[Status]:
        async def worth_telling() -> Status:
            status = await self.status()
            return Status(Health.ONLINE) if status.health == Health.BUSY else status  # speaking is no change

        return looked(worth_telling, POLL_S)

    async def close(self) -> None:
        self.stop()
        await self._voice.close()

    def _begin(self) -> int:
        self.stop()
        return self._said

    async def _play(self, sound: bytes, mine: int) -> Fault | None:
        if not sound:
            return None
        try:
            volume = volumes(self._by_hour, self.volume_percent)[self._hour()]
            sound = await asyncio.to_thread(louder, sound, volume)
        except (wave.Error, ValueError, EOFError) as error:
            return Fault("speaker.failed", f"no sound: {error}")
        async with self._playing:  # what was before has been stopped and is just ending
            if mine != self._said:
                return None
            return await self._sink.play(sound)

    def _recorded(self, text: str, prompt: str) -> bytes | None:
        if self._prompts is None:
            return None
        names = [hashlib.sha256(text.encode()).hexdigest()[:16]]
        if prompt and not set(prompt) & {"/", "\\", "\0"}:
            names.insert(0, prompt)
        for name in names:
            with contextlib.suppress(OSError, wave.Error, ValueError, EOFError):
                sound = (self._prompts / f"{name}.wav").read_bytes()
                _samples(sound)  # what is no sound is spoken by the machine instead
                return sound
        return None


def voice_command() -> tuple[str, ...]:
    """What starts the voice's process: a frozen app starts itself with the hidden verb `role`."""
    if getattr(sys, "frozen", False):
        return (sys.executable, "role", "voice")
    return (sys.executable, "-m", "hardware.speaker_voice")


def from_address(
    address: Address, *, settings: Voice, command: Sequence[str] | None = None, language: str = "zh"
) -> VoiceSpeaker:
    """A speaker by its address; `language`: of what it is to say. Raises AddressError."""
    if address.scheme == "alsa":
        address.only("prompts")
        sink: Sink = AlsaSink(address.text.removeprefix("alsa://").partition("?")[0] or "default")
    elif address.scheme == "wav":
        address.only("prompts", "pace")
        if not address.path:
            raise AddressError(f"{address.text}: wanted is wav:///folder")
        try:
            pace = float(address.options.get("pace", "0"))
        except ValueError:
            raise AddressError(f"{address.text}: pace wants a number") from None
        sink = FolderSink(Path(address.path), pace)
    else:
        raise AddressError(f"{address.text}: {address.scheme}:// is no speaker")
    prompts = address.options.get("prompts") or settings.prompts
    try:
        volumes(settings.by_hour, settings.volume_percent)
    except HoursError as error:
        raise AddressError(str(error)) from None
    return VoiceSpeaker(
        address.text,
        sink,
        volume_percent=settings.volume_percent,
        speed_wpm=settings.speed_wpm,
        prompts=Path(prompts) if prompts else None,
        command=command,
        by_hour=settings.by_hour,
        language=language,
    )
