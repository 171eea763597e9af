"""The staff PIN: nobody gets in by default, by guessing or by pulling the plug."""

from pathlib import Path

import pytest

from kiosk.staff import FIRST_LOCK_S, FREE_TRIES, StaffPin


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pin(tmp_path: Path, clock: Clock) -> StaffPin:
    made = StaffPin(tmp_path, clock)
    made.set("493817")
    return made


def test_there_is_no_default_pin(tmp_path: Path) -> None:
    fresh = StaffPin(tmp_path)
    assert not fresh.is_set
    assert fresh.check("000000") == "unset"


def test_the_right_pin_opens_and_clears_the_count(pin: StaffPin) -> None:
    assert pin.check("493818") == "wrong"
    assert pin.check("493817") == "ok"
    assert pin.check("493818") == "wrong"


def test_the_lock_doubles_and_outlives_a_restart(tmp_path: Path, pin: StaffPin, clock: Clock) -> None:
    for _ in range(FREE_TRIES - 1):
        assert pin.check("111222") == "wrong"
    assert pin.check("111222") == "locked"
    restarted = StaffPin(tmp_path, clock)
    assert restarted.check("493817") == "locked"
    assert restarted.locked_for() == FIRST_LOCK_S
    clock.now += FIRST_LOCK_S
    assert restarted.check("111222") == "locked"
    assert restarted.locked_for() == 2 * FIRST_LOCK_S
    clock.now += 2 * FIRST_LOCK_S
    assert restarted.check("493817") == "ok"


def test_a_clock_set_back_by_years_does_not_lock_for_years(pin: StaffPin, clock: Clock) -> None:
    for _ in range(FREE_TRIES):
        pin.check("111222")
    clock.now -= 10 * 365 * 86400
    assert pin.locked_for() <= FIRST_LOCK_S


@pytest.mark.parametrize(
    "bad", ["12345", "1234567890123", "111111", "123456", "98765432", "12a456", "", "１２３４５６"]
)
def test_a_pin_that_is_guessed_at_once_is_refused(tmp_path: Path, bad: str) -> None:
    with pytest.raises(ValueError):
        StaffPin(tmp_path).set(bad)


def test_a_torn_file_locks_rather_than_opens(tmp_path: Path, pin: StaffPin) -> None:
    (tmp_path / "staff.json").write_text("{")
    assert pin.is_set
    assert pin.check("493817") == "locked"


def test_the_file_is_for_its_owner_only_and_holds_no_pin(tmp_path: Path, pin: StaffPin) -> None:
    file = tmp_path / "staff.json"
    assert file.stat().st_mode & 0o077 == 0
    assert "493817" not in file.read_text()


def test_a_registered_card_is_known_by_its_number_and_the_file_holds_no_number(pin: StaffPin, tmp_path: Path) -> None:
    assert pin.card("431199199305120134") == ""
    assert pin.add_card("431199199305120134") == "card:1"
    assert pin.add_card("431199199604090027") == "card:2"
    assert pin.add_card("431199199305120134") == "card:1"
    assert pin.card("431199199604090027") == "card:2"
    assert "43119919" not in (tmp_path / "staff.json").read_text()
    assert pin.check("493818") == "wrong"
    assert pin.check("493817") == "ok"
    pin.set("271828")
    assert pin.card("431199199604090027") == "card:2"
    assert pin.forget_cards() == 2
    assert pin.card("431199199604090027") == ""
