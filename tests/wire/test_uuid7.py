from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.errors import WireError
from wire.uuid7 import from_bytes, is_uuid7, to_bytes, unix_ms, uuid7


def test_the_example_of_rfc_9562_comes_out() -> None:
    # Appendix A.6: time 0x017F22E279B0, rand_a 0xCC3, rand_b 0x18C4DC0C0C07398F
    bits = 0xCC3 << 68 | 0x18C4DC0C0C07398F
    assert uuid7(0x017F22E279B0, bits.to_bytes(10, "big")) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


@given(st.integers(0, 2**48 - 1), st.binary(min_size=10, max_size=10))
def test_version_variant_and_time_are_in_their_places(ms: int, random: bytes) -> None:
    text = uuid7(ms, random)
    parsed = uuid.UUID(text)
    assert (parsed.version, parsed.variant) == (7, uuid.RFC_4122)
    assert unix_ms(text) == ms
    assert is_uuid7(text)
    assert from_bytes(to_bytes(text)) == text


@given(st.integers(0, 2**48 - 2), st.binary(min_size=10, max_size=10), st.binary(min_size=10, max_size=10))
def test_ids_sort_by_time(ms: int, one: bytes, two: bytes) -> None:
    assert uuid7(ms, one) < uuid7(ms + 1, two)


@given(st.integers(0, 79))
def test_74_of_the_80_random_bits_make_another_id(bit: int) -> None:
    plain = uuid7(5, bytes(10))
    changed = uuid7(5, (1 << bit).to_bytes(10, "big"))
    assert (changed == plain) == (62 <= bit < 68)


@pytest.mark.parametrize(
    "text",
    ["", "017f22e2-79b0-4cc3-98c4-dc0c0c07398f", "017F22E2-79B0-7CC3-98C4-DC0C0C07398F",
     "017f22e279b07cc398c4dc0c0c07398f"],
)  # fmt: skip
def test_what_is_no_uuid7_is_refused(text: str) -> None:
    with pytest.raises(WireError) as refused:
        to_bytes(text)
    assert refused.value.code == "uuid7.text"


def test_a_time_that_does_not_fit_is_refused() -> None:
    with pytest.raises(WireError):
        uuid7(2**48, bytes(10))
    with pytest.raises(WireError):
        uuid7(0, bytes(9))
