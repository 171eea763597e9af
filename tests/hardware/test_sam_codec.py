"""The resident-card reader's frames, byte by byte, and a parser that nothing can upset."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware import sam
from hardware.sam import Answer, Command, Damaged, FrameError, Parser, SamError, Word

# Every frame of the makers' manuals that our readers are sent; 61FF is the longest.
COMMANDS = {
    "AAAAAA9669 0003 10FF EC": sam.RESET,
    "AAAAAA9669 0003 11FF ED": sam.STATUS,
    "AAAAAA9669 0003 12FF EE": sam.SAM_NUMBER,
    "AAAAAA9669 0003 2001 22": sam.FIND,
    "AAAAAA9669 0003 2002 21": sam.SELECT,
    "AAAAAA9669 0003 3001 32": sam.READ,
    "AAAAAA9669 0003 3010 23": sam.READ_WITH_FINGERPRINT,
    "AAAAAA9669 0003 3003 30": sam.READ_ADDED_ADDRESS,
    "AAAAAA9669 0003 6000 63": sam.set_baud(115200),
    "AAAAAA9669 0003 6001 62": sam.set_baud(57600),
    "AAAAAA9669 0003 6002 61": sam.set_baud(38400),
    "AAAAAA9669 0003 6003 60": sam.set_baud(19200),
    "AAAAAA9669 0003 6004 67": sam.set_baud(9600),
    "AAAAAA9669 0004 61FF50 CA": sam.MOST_RADIO_BYTES,
}
ANSWERS = {
    "AAAAAA9669 0004 000090 94": Answer(0, 0, Word.OK),
    "AAAAAA9669 0004 000060 64": Answer(0, 0, Word.SELF_TEST_FAILED),
    "AAAAAA9669 0008 00009F 00000000 97": Answer(0, 0, Word.FOUND, bytes(4)),
    "AAAAAA9669 0004 000080 84": Answer(0, 0, Word.NO_CARD),
    "AAAAAA9669 000C 000090 0000000000000000 9C": Answer(0, 0, Word.OK, bytes(8)),
    "AAAAAA9669 0004 000081 85": Answer(0, 0, Word.SELECT_FAILED),
    "AAAAAA9669 0004 000091 95": Answer(0, 0, Word.NO_CONTENT),
}
answers = st.builds(
    Answer, st.integers(0, 255), st.integers(0, 255), st.integers(0, 255), st.binary(max_size=sam.MOST_LENGTH - 4)
)


@pytest.mark.parametrize("frame", COMMANDS)
def test_a_command_is_these_bytes(frame: str) -> None:
    assert sam.encode(COMMANDS[frame]) == bytes.fromhex(frame)
    assert sam.decode_command(bytes.fromhex(frame)) == COMMANDS[frame]


@pytest.mark.parametrize("frame", ANSWERS)
def test_these_bytes_are_an_answer(frame: str) -> None:
    assert sam.decode_answer(bytes.fromhex(frame)) == ANSWERS[frame]
    assert sam.encode_answer(ANSWERS[frame]) == bytes.fromhex(frame)


@pytest.mark.parametrize("word", list(Word))
def test_every_status_word_passes_through(word: Word) -> None:
    check = 4 ^ word  # length 0004, status 0000 and the word
    frame = bytes.fromhex("AAAAAA966900040000") + bytes((word, check))
    assert Parser().feed(frame) == [Answer(0, 0, word)]


def test_a_whole_card_read_is_1295_bytes() -> None:
    data = bytes.fromhex("01000400") + bytes(256) + bytes(1024)
    frame = sam.encode_answer(Answer(0, 0, Word.OK, data))
    assert len(frame) == 1295
    assert frame[:10] == bytes.fromhex("AAAAAA9669 0508 000090")


@pytest.mark.parametrize(("fingerprint", "total"), [(0x400, 2321), (0x200, 1809), (0, 1297)])
def test_a_read_with_fingerprints_has_one_of_three_lengths(fingerprint: int, total: int) -> None:
    data = b"\x01\x00\x04\x00" + fingerprint.to_bytes(2, "big") + bytes(256 + 1024 + fingerprint)
    answer = Answer(0, 0, Word.OK, data)
    assert len(sam.encode_answer(answer)) == total
    assert sam.fits(sam.READ_WITH_FINGERPRINT, answer)
    assert len(sam.decode_blocks(data, with_fingerprint=True).fingerprint) == fingerprint


def test_the_modules_number_is_printed_as_its_plate_says() -> None:
    data = bytes.fromhex("0500 0300 E5FD3401 2A000000 07000000")
    assert sam.decode_sam_number(data) == "05.03-20250085-0000000042-0000000007"


def test_a_baud_rate_the_readers_do_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="4800"):
        sam.set_baud(4800)


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        ("", "short"),
        ("AAAAAA9669", "short"),
        ("AAAAAA966800040000909 4".replace(" ", ""), "preamble"),
        ("AAAAAA9669000500009094", "length"),
        ("AAAAAA9669000400009095", "checksum"),
        ("AAAAAA9669000200 02", "length"),
    ],
)
def test_what_is_not_a_frame_says_why(frame: str, reason: str) -> None:
    with pytest.raises(FrameError) as error:
        sam.decode_answer(bytes.fromhex(frame))
    assert error.value.reason == reason


@given(st.lists(answers, max_size=4), st.lists(st.integers(1, 700), min_size=1, max_size=8))
def test_answers_come_out_however_the_line_cuts_them(sent: list[Answer], sizes: list[int]) -> None:
    stream = b"".join(map(sam.encode_answer, sent))
    parser, out, at, turn = Parser(), [], 0, 0
    while at < len(stream):
        size = sizes[turn % len(sizes)]
        out += parser.feed(stream[at : at + size])
        at, turn = at + size, turn + 1
    assert out == sent


@given(answers, st.binary(max_size=40).filter(lambda junk: b"\xaa\xaa" not in junk and not junk.endswith(b"\xaa")))
def test_junk_before_an_answer_is_skipped(answer: Answer, junk: bytes) -> None:
    assert Parser().feed(junk + sam.encode_answer(answer))[-1:] == [answer]


def test_an_answer_behind_a_cut_off_one_is_found() -> None:
    whole = sam.encode_answer(Answer(0, 0, Word.OK, b"\1\0\4\0" + bytes(1280)))
    parser = Parser()
    assert parser.feed(whole[:100]) == []
    assert parser.pending
    found = parser.feed(whole * 2)
    assert [item for item in found if isinstance(item, Answer)]


def test_an_impossible_length_does_not_swallow_what_follows() -> None:
    good = sam.encode_answer(Answer(0, 0, Word.NO_CARD))
    for length in (0, 3, sam.MOST_LENGTH + 1, 0xFFFF):
        found = Parser().feed(sam.PREAMBLE + length.to_bytes(2, "big") + good)
        assert found == [Damaged("length"), Answer(0, 0, Word.NO_CARD)]


@given(st.lists(st.binary(max_size=300), max_size=6))
def test_no_bytes_upset_the_parser_and_it_holds_no_more_than_a_frame(pieces: list[bytes]) -> None:
    parser = Parser()
    for piece in pieces:
        parser.feed(piece)
        assert len(parser._held) <= sam.MOST_LENGTH + 7


@given(answers, st.data())
def test_a_flipped_byte_is_never_taken_for_the_answer_that_was_sent(answer: Answer, data: st.DataObject) -> None:
    frame = bytearray(sam.encode_answer(answer))
    at = data.draw(st.integers(5, len(frame) - 1))
    frame[at] ^= data.draw(st.integers(1, 255))
    assert answer not in Parser().feed(bytes(frame))


@given(st.binary(max_size=2400))
def test_decoding_raises_only_its_own_errors(data: bytes) -> None:
    for decode in (sam.decode_answer, sam.decode_command, sam.decode_blocks, sam.decode_sam_number):
        with contextlib.suppress(SamError):
            decode(data)


@pytest.mark.parametrize(
    ("command", "data"),
    [(sam.FIND, 4), (sam.SELECT, 8), (sam.SAM_NUMBER, 16), (sam.READ, 1284), (sam.READ_ADDED_ADDRESS, 70)],
)
def test_an_answer_is_told_from_another_commands_by_its_shape(command: Command, data: int) -> None:
    word = Word.FOUND if command == sam.FIND else Word.OK
    assert sam.fits(command, Answer(0, 0, word, bytes(data)))
    for other in {4, 8, 16, 70, 1284} - {data}:
        assert not sam.fits(command, Answer(0, 0, word, bytes(other)))


def test_nothing_of_a_person_shows_in_an_answers_repr() -> None:
    text = "王小兰".encode("utf-16-le")
    assert repr(Answer(0, 0, Word.OK, text)) == "Answer(000090, 6 bytes)"
