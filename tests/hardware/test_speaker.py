"""The speaker: what is said is a sound, it stops at once, and a machine without sound serves all the same."""

from __future__ import annotations

import array
import asyncio
import contextlib
import hashlib
import wave
from pathlib import Path

import pytest

from config.settings import Voice
from hardware.addresses import AddressError, open_device
from hardware.ports import Fault, Health
from hardware.simulator_client import Simulators
from hardware.speaker import Speaker, open_speaker
from hardware.speaker_driver import TONES, louder, tone

SENTENCE = "县里3个工作日内看材料，缺什么会打电话给您。"


def samples(file: Path) -> array.array[int]:
    with wave.open(str(file)) as sound:
        assert (sound.getsampwidth(), sound.getnchannels()) == (2, 1)
        return array.array("h", sound.readframes(sound.getnframes()))


def seconds(file: Path) -> float:
    with wave.open(str(file)) as sound:
        return sound.getnframes() / sound.getframerate()


def said(folder: Path) -> list[Path]:
    return sorted(folder.glob("said-*.wav"))


async def test_what_is_said_is_a_sound_as_long_as_its_words(tmp_path: Path) -> None:
    speaker = open_speaker(f"wav://{tmp_path}", Voice())
    assert isinstance(speaker, Speaker)
    assert await speaker.say("好。") is None
    assert await speaker.say(SENTENCE) is None
    short, long = said(tmp_path)
    assert max(samples(short)) > 3000
    assert 0.2 < seconds(short) < 2
    assert 3 < seconds(long) < 12  # 22 syllables at about 150 a minute
    await speaker.close()


async def test_english_is_said_in_words_and_not_letter_by_letter(tmp_path: Path) -> None:
    for language in ("en", "zh"):
        (tmp_path / language).mkdir()
        speaker = open_device("speaker", f"wav://{tmp_path / language}", settings=Voice(), language=language)
        assert await speaker.say("Lay the household book on the plate, 王小兰") is None
        await speaker.close()
    (words,), (letters,) = said(tmp_path / "en"), said(tmp_path / "zh")
    assert max(samples(words)) > 3000
    assert 1.5 < seconds(words) < 0.5 * seconds(letters)


async def test_a_text_of_marks_only_is_silence_and_no_failure(tmp_path: Path) -> None:
    speaker = open_speaker(f"wav://{tmp_path}", Voice())
    assert await speaker.say("……") is None
    assert said(tmp_path) == []
    await speaker.close()


async def test_speech_is_faster_and_softer_where_the_settings_say_so(tmp_path: Path) -> None:
    speaker = open_speaker(f"wav://{tmp_path}", Voice(volume_percent=100, speed_wpm=120))
    await speaker.say(SENTENCE)
    speaker.volume_percent, speaker.speed_wpm = 25, 200
    await speaker.say(SENTENCE)
    slow, quick = said(tmp_path)
    assert seconds(quick) < seconds(slow)
    assert max(samples(quick)) < max(samples(slow)) / 2
    await speaker.close()


async def test_stop_is_silence_at_once(tmp_path: Path) -> None:
    speaker = open_speaker(f"wav://{tmp_path}?pace=1", Voice())
    await speaker.say("好")  # the voice is awake
    speaking = asyncio.create_task(speaker.say(SENTENCE))
    while (await speaker.status()).health != Health.BUSY:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    speaker.stop()
    assert await asyncio.wait_for(speaking, 2) is None
    assert seconds(said(tmp_path)[-1]) < 2.5
    await speaker.close()


async def test_a_new_word_ends_the_old_one(tmp_path: Path) -> None:
    speaker = open_speaker(f"wav://{tmp_path}?pace=1", Voice())
    first = asyncio.create_task(speaker.say(SENTENCE * 3))
    while (await speaker.status()).health != Health.BUSY:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    assert await speaker.say("好") is None
    assert await asyncio.wait_for(first, 2) is None
    cut, whole = said(tmp_path)
    assert seconds(cut) < 5
    assert max(samples(whole)) > 3000
    await speaker.close()


async def test_what_was_stopped_before_it_sounded_is_never_heard(tmp_path: Path) -> None:
    speaker = open_speaker(f"wav://{tmp_path}", Voice())
    speaking = asyncio.create_task(speaker.say(SENTENCE))
    await asyncio.sleep(0)
    speaker.stop()
    assert await speaking is None
    assert said(tmp_path) == []
    await speaker.close()


async def test_a_cancelled_sentence_stops_and_the_next_one_is_its_own(tmp_path: Path) -> None:
    speaker = open_speaker(f"wav://{tmp_path}", Voice())
    speaking = asyncio.create_task(speaker.say(SENTENCE * 5))
    await asyncio.sleep(0.05)
    speaking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await speaking
    assert await speaker.say("好") is None
    assert seconds(said(tmp_path)[-1]) < 2
    await speaker.close()


async def test_a_recording_goes_before_the_synthetic_voice(tmp_path: Path) -> None:
    prompts = tmp_path / "prompts"
    prompts.mkdir()
    (prompts / "home.title.wav").write_bytes(tone("done"))
    (prompts / f"{hashlib.sha256('再来'.encode()).hexdigest()[:16]}.wav").write_bytes(tone("warning"))
    speaker = open_speaker(f"wav://{tmp_path / 'out'}?prompts={prompts}", Voice(volume_percent=100))
    await speaker.say("您要办什么事？", "home.title")
    await speaker.say("再来")
    heard = [samples(file).tobytes() for file in said(tmp_path / "out")]
    assert heard == [tone(name)[44:] for name in ("done", "warning")]
    await speaker.close()


@pytest.mark.parametrize("name", sorted(TONES))
async def test_every_tone_sounds(tmp_path: Path, name: str) -> None:
    speaker = open_speaker(f"wav://{tmp_path}", Voice())
    assert await speaker.tone(name) is None
    assert max(samples(said(tmp_path)[0])) > 3000
    await speaker.close()


def test_no_volume_overflows() -> None:
    assert louder(tone("done"), 400) == tone("done")
    assert set(louder(tone("done"), 0)[44:]) == {0}


# ---------------------------------------------------------------- the sound card


def sound_card(monkeypatch: pytest.MonkeyPatch, home: Path, file: Path) -> None:
    """ALSA's own file writer in place of a card: what is played lands in `file`."""
    home.mkdir(exist_ok=True)
    (home / ".asoundrc").write_text(
        f'pcm.!default {{ type file; slave.pcm "null"; file "{file}"; format "wav" }}\n', "utf-8"
    )
    monkeypatch.setenv("HOME", str(home))


async def test_speech_reaches_the_sound_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sound_card(monkeypatch, tmp_path / "home", tmp_path / "played.wav")
    speaker = open_speaker("alsa://default", Voice())
    assert (await speaker.status()).health == Health.ONLINE
    assert await speaker.say(SENTENCE) is None
    assert max(samples(tmp_path / "played.wav")) > 3000
    await speaker.close()


async def test_a_sound_card_is_silenced_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    stuck = tmp_path / "stuck.wav"
    os.mkfifo(stuck)  # nobody reads: playing never ends by itself
    sound_card(monkeypatch, tmp_path / "home", stuck)
    speaker = open_speaker("alsa://default", Voice())
    playing = asyncio.create_task(speaker.tone("done"))
    await asyncio.sleep(0.3)
    assert not playing.done()
    speaker.stop()
    assert await asyncio.wait_for(playing, 5) is None
    await speaker.close()


async def test_a_machine_without_sound_says_so_and_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".asoundrc").write_text("pcm.!default { type hw; card 31 }\n", "utf-8")
    monkeypatch.setenv("HOME", str(tmp_path))
    speaker = open_speaker("alsa://default", Voice())
    status = await speaker.status()
    assert (status.health, status.code) == (Health.ABSENT, "speaker.absent")
    result = await speaker.tone("done")
    assert isinstance(result, Fault)
    assert result.code == "speaker.absent"
    await speaker.close()


async def test_a_machine_without_the_voice_says_so_and_lives_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    speaker = open_speaker(f"wav://{tmp_path}", Voice())
    for _ in range(2):
        result = await speaker.say("好")
        assert isinstance(result, Fault)
        assert result.code == "speaker.failed"
    await speaker.close()


def command_lines() -> list[bytes]:
    lines = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            with contextlib.suppress(OSError):
                lines.append((process / "cmdline").read_bytes())
    return lines


async def test_what_is_said_stands_on_no_command_line(tmp_path: Path) -> None:
    """Every user of a machine can read the arguments of every process on it."""
    speaker = open_speaker(f"wav://{tmp_path}", Voice())
    secret = "王秀兰的身份证号是四三一一九九"
    needles = [secret.encode(), b"wang2 xiu4 lan2"]
    speaking = asyncio.create_task(speaker.say(secret * 40))
    seen = set()
    while not speaking.done():
        for line in command_lines():
            seen.add(line.split(b"\0")[0].split(b"/")[-1])
            assert not any(needle in line for needle in needles)
        await asyncio.sleep(0.001)
    assert await speaking is None
    assert b"espeak-ng" in seen
    await speaker.close()


# ---------------------------------------------------------------- addresses and the simulators' host


@pytest.mark.parametrize("address", ["wav://", "wav:///x?pace=fast", "alsa://default?volume=3", "escpos+tcp://host"])
def test_an_address_that_names_no_speaker_is_refused(address: str) -> None:
    with pytest.raises(AddressError):
        open_speaker(address, Voice())


async def test_the_host_of_all_simulators_offers_this_speaker(tmp_path: Path) -> None:
    async with Simulators() as host:
        addresses = await host.start({"speaker": "sim://speaker?pace=0"}, tmp_path)
        speaker = open_speaker(addresses["speaker"], Voice())
        await speaker.tone("notice")
        assert len((await host.command("speaker", "said"))["said"]) == 1
        await speaker.close()


async def test_a_screen_is_said_by_recordings_where_there_are_some_and_by_the_machine_between(tmp_path: Path) -> None:
    prompts, out = tmp_path / "prompts", tmp_path / "out"
    prompts.mkdir()
    (prompts / "screens.home.title.wav").write_bytes(tone("warning"))
    (prompts / "broken.wav").write_bytes(b"no sound")
    speaker = open_speaker(f"wav://{out}", Voice(prompts=str(prompts), volume_percent=100))
    texts = ["您今天来办什么事？", "上学", "看病", "再读一遍"]
    assert await speaker.say_all(texts, ["screens.home.title", "", "", "broken"]) is None
    recorded, spoken = said(out)  # one recording, and what has none (or a broken one) in one go
    assert samples(recorded) == samples(prompts / "screens.home.title.wav")
    assert seconds(spoken) > 1
    await speaker.close()


async def test_nothing_is_said_after_a_stop_however_much_was_to_come(tmp_path: Path) -> None:
    prompts, out = tmp_path / "prompts", tmp_path / "out"
    prompts.mkdir()
    for name in "ab":
        (prompts / f"{name}.wav").write_bytes(tone("warning"))
    speaker = open_speaker(f"wav://{out}?pace=1", Voice(prompts=str(prompts)))
    saying = asyncio.create_task(speaker.say_all(["一", "二"], ["a", "b"]))
    await asyncio.sleep(0.15)  # within the first, or before it on a busy machine; never in the second
    speaker.stop()
    await saying
    assert len(said(out)) <= 1
    await speaker.close()


@pytest.mark.parametrize("name", ["plughw:1,0", "hw:CARD=Headset,DEV=0", "default", "sysdefault:CARD=PCH"])
def test_a_sound_device_has_alsa_s_own_name(name: str) -> None:
    speaker = open_speaker(f"alsa://{name}", Voice())
    assert speaker._sink._device == name  # type: ignore[attr-defined]
