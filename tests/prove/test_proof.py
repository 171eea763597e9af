"""A few hundred of what `make prove` does thousands of times, and that the proof can fail."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.prove import aside, torn
from tests.prove.__main__ import BEGIN, END, PROOF, ROOT
from tests.prove.disk import Disk, Op
from tests.prove.kills import prove as prove_kills
from tests.prove.tally import Tally
from tests.prove.torn import build_shim, prove


def test_killed_at_operations_of_handing_in_and_sending_nothing_is_lost_or_twice(tmp_path: Path) -> None:
    tally, kills = prove_kills(tmp_path, stride=17, passes=1)
    assert tally.clean, tally.found
    assert kills >= 30


def test_killed_at_each_operation_of_putting_aside_and_forgetting_a_draft_is_there_or_gone_as_was_said(
    tmp_path: Path,
) -> None:
    tally, kills = aside.prove(tmp_path, build_shim(tmp_path), rounds=1)
    assert tally.clean, tally.found
    assert kills >= 30
    assert tally.passes == 1


def test_a_draft_that_comes_back_or_was_never_there_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The promise's own condition broken twice: no sync lasts; names that were taken away are not synced."""
    feed = Disk.feed
    monkeypatch.setattr(Disk, "feed", lambda self, op: None if op.kind in "SD" else feed(self, op))
    assert prove("drafts", seed=2, each=1, work=tmp_path, stride=7, passes=1).lost > 0
    unlinked: list[Disk] = []

    def forgetful(self: Disk, op: Op) -> None:
        if op.kind == "U":
            unlinked.append(self)
        if op.kind != "D" or self not in unlinked:
            feed(self, op)

    monkeypatch.setattr(Disk, "feed", forgetful)
    assert prove("drafts", seed=2, each=1, work=tmp_path, stride=2, passes=1).twice > 0


@pytest.mark.parametrize(("program", "stride"), [("terminal", 15), ("rescue", 9), ("county", 5), ("drafts", 1)])
def test_torn_and_dropped_writes_take_back_no_promise(tmp_path: Path, program: str, stride: int) -> None:
    tally = prove(program, seed=2, each=1, work=tmp_path, stride=stride, passes=1)
    assert tally.clean, tally.found
    assert tally.states > 100


def test_a_disk_that_forgets_what_it_synced_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The promise's own condition broken: were the proof blind, it would pass here too."""
    feed = Disk.feed
    monkeypatch.setattr(Disk, "feed", lambda self, op: None if op.kind in "SD" else feed(self, op))
    tally = prove("terminal", seed=2, each=1, work=tmp_path, stride=60, passes=1)
    assert tally.lost > 0


def test_a_receipt_promised_before_the_commit_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded = torn.recorded

    def hasty(*given: Path | str) -> list[Op]:
        trace = recorded(*given)  # type: ignore[arg-type]  # passed on
        first = next(number for number, op in enumerate(trace) if op.kind == "P")
        return [trace[first], *trace[:first], *trace[first + 1 :]]

    monkeypatch.setattr(torn, "recorded", hasty)
    assert prove("terminal", seed=2, each=0, work=tmp_path, stride=60, passes=1).lost > 0


def test_a_cut_keeps_what_was_synced_and_only_what_was_asked_for(tmp_path: Path) -> None:
    rng = random.Random(1)
    disk = Disk(tmp_path)
    name = str(tmp_path / "a")
    disk.feed(Op("C", name, 0, b""))
    disk.feed(Op("W", name, 0, b"x" * 9000))
    assert disk.after_a_cut(rng, "least") == {}
    disk.feed(Op("S", name, 0, b""))
    disk.feed(Op("D", str(tmp_path), 0, b""))
    disk.feed(Op("W", name, 0, b"y" * 9000))
    assert disk.after_a_cut(rng, "least") == {name: b"x" * 9000}
    assert disk.everything() == {name: b"y" * 9000}
    seen = {disk.after_a_cut(rng, "torn")[name] for _ in range(200)}
    assert len(seen) > 8  # three blocks, each kept, dropped or torn
    assert all(set(content or b"") <= set(b"xy") and len(content or b"") == 9000 for content in seen)
    disk.feed(Op("R", name, 0, str(tmp_path / "b").encode()))
    assert {next(iter(disk.after_a_cut(rng, "torn"))) for _ in range(50)} == {name, str(tmp_path / "b")}


def test_a_tally_with_a_fault_is_not_clean() -> None:
    tally = Tally()
    assert tally.clean
    tally.fail("lost", "here")
    assert not tally.clean


def test_the_readme_shows_the_table_of_the_last_proof() -> None:
    shown = (ROOT / "README.md").read_text("utf-8").partition(BEGIN)[2].partition(END)[0].strip()
    proved = PROOF.read_text("utf-8").partition(BEGIN)[2].partition(END)[0]
    assert shown.startswith("| what was done |")
    assert shown in proved
