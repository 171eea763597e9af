"""The synthetic voice, in a process of its own: text in, sound out.

Apart from the visit because pypinyin's dictionary takes 55 MB that the screens should not carry; it ends when nobody
has spoken for a while, or when its input closes. What is said never stands on a command line, where every user of the
machine could read it: it comes by standard input, and goes on to espeak-ng by its standard input.

Each request is a line of JSON {"text", "speed_wpm", "language"}; the answer a line {"bytes": n, "error": ""} and n
bytes of WAV, 16 bit, mono.
"""

from __future__ import annotations

import contextlib
import io
import json
import struct
import subprocess
import sys
import wave
from typing import BinaryIO

VOICE = "cmn-latn-pinyin"  # `cmn`, the obvious one, reads pinyin as English in Debian 12
PROGRAM = "espeak-ng"
SPEAK_S = 10.0
OTHERS = {"en": "en"}  # languages besides Chinese that espeak-ng says well enough to be understood, by its own name


class VoiceError(Exception):
    """espeak-ng is missing or failed; the text says which, and nothing of what was to be said."""


def speak(text: str, speed_wpm: int, language: str = "zh") -> bytes:
    """A WAV of the text, b"" if there is nothing to say. A language that has no voice here is read as Chinese is, its
    letters spelt. Raises VoiceError."""
    from hardware.speaker_words import runs, sounds

    if language not in OTHERS:
        spoken = sounds(text)
        return _said(VOICE, spoken, speed_wpm) if spoken else b""
    parts = [_said(voice or VOICE, fed, speed_wpm) for voice, fed in runs(text, OTHERS[language])]
    return parts[0] if len(parts) == 1 else _joined(parts)


def _said(voice: str, spoken: str, speed_wpm: int) -> bytes:
    command = [PROGRAM, "-v", voice, "-s", str(speed_wpm), "--stdin", "--stdout"]
    try:
        done = subprocess.run(command, input=spoken.encode(), capture_output=True, timeout=SPEAK_S, check=True)
    except FileNotFoundError:
        raise VoiceError(f"{PROGRAM} is not installed") from None
    except subprocess.TimeoutExpired:
        raise VoiceError(f"{PROGRAM} did not finish within {SPEAK_S:.0f} s") from None
    except subprocess.CalledProcessError as error:
        raise VoiceError(f"{PROGRAM} failed with {error.returncode}") from None
    return _whole(done.stdout)


def _joined(parts: list[bytes]) -> bytes:
    """One sound of several; espeak-ng's voices have one rate. Raises VoiceError where they have not."""
    rates, samples = set(), b""
    for part in parts:
        with wave.open(io.BytesIO(part)) as file:
            rates.add(file.getframerate())
            samples += file.readframes(file.getnframes())
    if len(rates) > 1:
        raise VoiceError(f"{PROGRAM} has voices of different rates")
    return pack(samples, rates.pop()) if rates else b""


def _whole(data: bytes) -> bytes:
    """The same sound under a true header: espeak-ng writes to a pipe before it knows the length."""
    if data[:4] != b"RIFF" or len(data) <= 44:
        raise VoiceError(f"{PROGRAM} gave no sound")
    rate = struct.unpack_from("<I", data, 24)[0]
    return pack(data[44:], rate)


def pack(samples: bytes, rate: int) -> bytes:
    """A WAV of 16-bit mono samples."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples[: len(samples) // 2 * 2])
    return out.getvalue()


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answers until the input closes."""
    for line in requests:
        request = json.loads(line)
        sound, error = b"", ""
        try:
            sound = speak(str(request["text"]), int(request["speed_wpm"]), str(request["language"]))
        except VoiceError as failure:
            error = str(failure)
        answers.write(json.dumps({"bytes": len(sound), "error": error}).encode() + b"\n" + sound)
        answers.flush()


def main(argv: list[str] | None = None) -> int:
    """The process. Exit status 0 when its input closed."""
    del argv
    with contextlib.suppress(BrokenPipeError, KeyboardInterrupt):
        serve(sys.stdin.buffer, sys.stdout.buffer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
