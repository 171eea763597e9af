import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hardware import escpos_bytes as e
from hardware.escpos_talk import hindrance, status_of
from hardware.escpos_text import Manner, commands
from hardware.ports import Health
from papers import slip as s

WELL = {1: 0x12, 2: 0x12, 3: 0x12, 4: 0x12}


def test_commands_are_the_bytes_of_the_reference() -> None:
    assert bytes.fromhex("1b40") == e.INIT
    assert bytes.fromhex("1c26") == e.CHINESE_ON
    assert [e.ask(n).hex() for n in (1, 2, 3, 4)] == ["100401", "100402", "100403", "100404"]
    assert bytes.fromhex("1d7201") == e.MARK
    assert bytes.fromhex("1d564200") == e.CUT
    assert bytes.fromhex("10140801031401060208") == e.CLEAR
    assert e.bold(True) == bytes.fromhex("1b4501")
    assert e.size(2, 2) == bytes.fromhex("1c210c1d2111")
    assert e.size(3, 3) == bytes.fromhex("1c210c1d2122")
    assert e.size() == bytes.fromhex("1c21001d2100")


def test_a_picture_becomes_raster_bytes_with_black_as_one() -> None:
    picture = Image.new("1", (16, 2), 1)
    picture.putpixel((0, 0), 0)
    picture.putpixel((15, 1), 0)
    assert b"".join(e.raster(picture)) == bytes.fromhex("1d76300002000200" + "8000" + "0001")


def test_white_at_the_right_is_not_sent_and_white_rows_cost_one_byte() -> None:
    picture = Image.new("1", (576, 10), 1)
    assert b"".join(e.raster(picture)) == bytes.fromhex("1d76300001000a00") + bytes(10)


def test_a_width_that_is_no_multiple_of_eight_gets_no_black_edge() -> None:
    assert b"".join(e.raster(Image.new("1", (10, 1), 0))) == bytes.fromhex("1d76300002000100" + "ffc0")


@given(st.integers(1, 700), st.binary(min_size=72 * 40, max_size=72 * 40))
def test_bands_are_small_and_together_are_the_picture(height: int, noise: bytes) -> None:
    picture = Image.frombytes("1", (576, 40), noise).resize((576, height))
    rows: list[bytes] = []
    for band in e.raster(picture):
        assert len(band) <= e.BAND_BYTES + 8
        stride, count = int.from_bytes(band[4:6], "little"), int.from_bytes(band[6:8], "little")
        assert len(band) == 8 + stride * count
        rows += [band[8 + stride * n : 8 + stride * (n + 1)].ljust(72, b"\0") for n in range(count)]
    assert b"".join(rows) == bytes(~byte & 0xFF for byte in picture.tobytes())


def test_a_picture_of_squares_is_sent_at_a_quarter_and_another_is_not() -> None:
    squares = Image.new("1", (16, 4), 1)
    squares.paste(0, (2, 0, 4, 2))
    half = e.halved(squares)
    assert half is not None
    assert b"".join(e.raster(half, doubled=True)) == bytes.fromhex("1d763003 0100 0200 40 00")
    squares.putpixel((9, 3), 0)
    assert e.halved(squares) is None
    assert e.halved(Image.new("1", (15, 4), 1)) is None


def test_a_native_code_is_model_two_with_its_length_in_front() -> None:
    assert e.native_qr("AB", 6) == bytes.fromhex(
        "1d286b040031413200" + "1d286b0300314306" + "1d286b0300314531" + "1d286b05003150304142" + "1d286b0300315130"
    )


@pytest.mark.parametrize(("text", "encoding", "writable"), [
    ("王兰12345", "gb2312", True),
    ("镕", "gb2312", False), ("镕", "gbk", True), ("镕", "gb18030", True),
    ("㐂", "gbk", False), ("㐂", "gb18030", True), ("䶮", "gbk", False), ("䶮", "gb18030", True),
    ("𠮷", "gb18030", False), ("\ue863", "gb18030", False), ("\x1b@", "gb18030", False),
    ("兰", "none", False), ("A", "none", True),
])  # fmt: skip
def test_what_a_printer_cannot_write_is_known_beforehand(text: str, encoding: str, writable: bool) -> None:
    assert e.writable(text, encoding) is writable


def test_characters_are_gb18030_bytes_between_chinese_mode_and_line_feed() -> None:
    sent = b"".join(commands(s.Slip("test", (s.Text("兰A"),)), Manner(characters=True)))
    assert sent == (
        bytes.fromhex("1b40 1c26 1b6100 1b4500 1c21001d2100")
        + bytes.fromhex("c0bc41 0a 1c21001d2100 1b4500 0a 1d564200")
    )  # fmt: skip


def test_four_byte_characters_are_written_where_the_printer_has_them() -> None:
    sent = b"".join(commands(s.Slip("test", (s.Text("㐂"),)), Manner(characters=True)))
    assert bytes.fromhex("8139ef31") in sent
    assert b"\x1dv0" not in sent


@pytest.mark.parametrize(("text", "encoding"), [("𠮷", "gb18030"), ("㐂", "gbk"), ("镕", "gb2312")])
def test_what_the_printer_lacks_is_drawn_and_never_written(text: str, encoding: str) -> None:
    sent = b"".join(commands(s.Slip("test", (s.Row("谁", text),)), Manner(encoding=encoding, characters=True)))
    assert b"\x1dv0" in sent
    assert text.encode("gb18030") not in sent
    assert "谁".encode("gb18030") not in sent  # the whole row is one picture


def test_no_text_can_smuggle_a_command() -> None:
    sent = b"".join(commands(s.Slip("test", (s.Text("A\x1dVB\x00"),)), Manner(characters=True)))
    assert sent.count(b"\x1dV") == 1


# ---------------------------------------------------------------- answers


@pytest.mark.parametrize(("n", "byte", "health", "code"), [
    (1, 0x12, Health.ONLINE, ""),
    (1, 0x16, Health.ONLINE, ""),  # drawer
    (1, 0x1A, Health.OFFLINE, "printer.offline"),
    (1, 0x32, Health.ONLINE, ""),  # waits to be brought back: the other answers say for what
    (1, 0x52, Health.BUSY, ""),  # feed button
    (1, 0x5A, Health.BUSY, ""),  # and offline because of it
    (2, 0x16, Health.ATTENTION, "printer.cover_open"),
    (2, 0x1A, Health.BUSY, ""),
    (2, 0x32, Health.ATTENTION, "printer.paper_out"),
    (2, 0x36, Health.ATTENTION, "printer.cover_open"),
    (2, 0x52, Health.ONLINE, ""),  # an error, which the third answer names
    (3, 0x16, Health.ATTENTION, "printer.jam"),
    (3, 0x1A, Health.ATTENTION, "printer.cutter"),
    (3, 0x32, Health.FAULTY, "printer.broken"),
    (3, 0x52, Health.ATTENTION, "printer.hot"),
    (4, 0x1E, Health.ONLINE, "printer.paper_low"),
    (4, 0x72, Health.ATTENTION, "printer.paper_out"),
    (4, 0x7E, Health.ATTENTION, "printer.paper_out"),
])  # fmt: skip
def test_every_status_byte_has_its_meaning(n: int, byte: int, health: Health, code: str) -> None:
    status = status_of(e.read_state({**WELL, n: byte}))
    assert (status.health, status.code) == (health, code)


@pytest.mark.parametrize(("answers", "paper", "cover"), [
    (WELL, "full", "closed"),
    ({**WELL, 4: 0x1E}, "low", "closed"),
    ({**WELL, 4: 0x72}, "out", "closed"),
    ({1: 0x12, 2: 0x32}, "out", "closed"),
    ({1: 0x12, 2: 0x16}, "unknown", "open"),
    ({1: 0x12}, "unknown", "unknown"),
])  # fmt: skip
def test_what_the_printer_did_not_say_stays_unknown(answers: dict[int, int], paper: str, cover: str) -> None:
    detail = status_of(e.read_state(answers)).detail
    assert (detail["paper"], detail["cover"]) == (paper, cover)


def test_a_printer_that_says_nothing_is_offline_and_not_well() -> None:
    assert status_of(e.read_state({})).code == "printer.offline"


def test_only_well_formed_answers_are_taken_for_answers() -> None:
    answers = {byte for byte in range(256) if e.is_answer(byte)}
    assert answers == {b for b in range(256) if not b & 0x81 and b & 0x02 and b & 0x10}
    marks = {byte for byte in range(256) if e.is_mark(byte)}
    assert marks == {0x00, 0x03, 0x0C, 0x0F}
    automatic = {byte for byte in range(256) if e.is_automatic(byte)}
    assert len(answers | marks | automatic) == len(answers) + len(marks) + len(automatic)


@given(st.dictionaries(st.integers(1, 4), st.integers(0, 255)))
def test_no_answer_breaks_the_reading(answers: dict[int, int]) -> None:
    state = e.read_state(answers)
    assert status_of(state).health
    assert isinstance(hindrance(state), str)
