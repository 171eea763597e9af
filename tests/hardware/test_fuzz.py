"""A small, seeded part of `make fuzz`: whatever bytes come, only the declared errors do."""

import random

import pytest

from bench.fuzz import TARGETS, mutate, run


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_mutated_bytes_raise_nothing_undeclared_and_keep_no_memory(target: str) -> None:
    figure = run(target, 3000, seed=11)
    assert figure.accepted + figure.refused == 3000
    assert figure.refused > 0 or target == "printer simulator"  # a printer refuses nothing, it prints nonsense
    assert figure.accepted > 0  # else nothing behind the frame was reached
    assert figure.kept_bytes < 200_000


def test_a_parser_that_breaks_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    from hardware import sam_card

    monkeypatch.setattr(sam_card, "_date", lambda found, field: found["no such"])
    with pytest.raises(AssertionError, match="card text, seed 11, case"):
        run("card text", 3000, seed=11)


def test_mutations_are_the_same_for_the_same_seed() -> None:
    assert mutate(random.Random(3), bytes(range(50))) == mutate(random.Random(3), bytes(range(50)))
