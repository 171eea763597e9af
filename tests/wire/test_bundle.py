"""A catalogue bundle: the same content gives the same bytes, any change is found, only the county's word counts."""

from __future__ import annotations

import hashlib
import zlib
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.bundle import MAGIC, NO_KEY, check_bundle, order, pack, read_bundle, sign_bundle
from wire.errors import WireError
from wire.keys import CountyKeys, CountyPublic, SigningKey, check_struct

FILES = {"catalogue.yaml": "catalogue: 示例\n".encode(), "matters/a.yaml": b"matter: a\n", "matters/b.yaml": b""}
paths = st.text("abcäm甲", min_size=1, max_size=6).map(lambda name: f"{name}.yaml")


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> CountyKeys:
    return CountyKeys.create(tmp_path_factory.mktemp("keys"), "20260312T024100Z")


@pytest.fixture(scope="module")
def county(keys: CountyKeys) -> CountyPublic:
    return keys.public("示例县", "431199", "http://county.example")


def code_of(data: bytes) -> str:
    with pytest.raises(WireError) as caught:
        read_bundle(data)
    return caught.value.code


@given(st.dictionaries(paths, st.binary(max_size=200), min_size=1, max_size=6))
def test_what_is_packed_comes_out_again_whatever_order_it_went_in(contents: dict[str, bytes]) -> None:
    data = pack("x", "2026.1", contents)
    assert dict(read_bundle(data).contents) == contents
    assert pack("x", "2026.1", dict(reversed(contents.items()))) == data


def test_a_signed_bundle_is_the_countys_and_nobody_elses(keys: CountyKeys, county: CountyPublic) -> None:
    unsigned = pack("示例", "2026.11.1", FILES)
    with pytest.raises(WireError, match=r"bundle\.unsigned"):
        check_bundle(read_bundle(unsigned), county)
    signed = sign_bundle(unsigned, keys.signing[0])
    check_bundle(read_bundle(signed), county)
    assert sign_bundle(signed, keys.signing[0]) == signed
    stranger = sign_bundle(signed, SigningKey.generate(b"\1" * 32))
    with pytest.raises(WireError, match=r"bundle\.signature"):
        check_bundle(read_bundle(stranger), county)


def test_a_signature_moved_to_another_manifest_does_not_hold(keys: CountyKeys, county: CountyPublic) -> None:
    signed = read_bundle(sign_bundle(pack("示例", "1", FILES), keys.signing[0])).manifest
    other = read_bundle(pack("示例", "2", FILES))
    moved = msgspec.structs.replace(other.manifest, key=signed.key, signature=signed.signature)
    with pytest.raises(WireError, match=r"bundle\.signature"):
        check_bundle(type(other)(moved, other.contents), county)
    assert other.manifest.key == NO_KEY


@given(st.data())
def test_any_changed_byte_and_any_cut_is_found(data: st.DataObject) -> None:
    key = SigningKey.generate(b"\2" * 32)
    whole = sign_bundle(pack("示例", "1", FILES), key)
    place = data.draw(st.integers(0, len(whole) - 1))
    if data.draw(st.booleans()):
        changed = whole[:place]
    else:
        changed = whole[:place] + bytes([whole[place] ^ data.draw(st.integers(1, 255))]) + whole[place + 1 :]
    try:
        bundle = read_bundle(changed)
    except WireError:
        return
    assert bundle.manifest.key != key.id or not check_struct(key.public, "bundle", bundle.manifest)


@given(st.binary(max_size=300))
def test_noise_is_refused_and_nothing_else(noise: bytes) -> None:
    assert code_of(noise).startswith("bundle.")
    assert code_of(MAGIC + noise).startswith("bundle.")


def test_a_content_that_swells_is_stopped_at_what_the_manifest_says() -> None:
    data = pack("x", "1", {"a.yaml": b"a"})
    head = data[: data.index(b"\n", len(MAGIC)) + 1]
    assert code_of(head + zlib.compress(b"\0" * 200_000_000)) == "bundle.damaged"


@pytest.mark.parametrize("path", ["../a.yaml", "/a.yaml", "a/../../b.yaml", ".hidden.yaml", "a\\b.yaml", "a.sh", ""])
def test_no_path_leads_out_of_the_folder(path: str) -> None:
    with pytest.raises(WireError, match=r"bundle\.malformed"):
        pack("x", "1", {path: b""})


@pytest.mark.parametrize("version", ["", "1.", "v1", "2026-11", "1.2.3.4.5", "１", "1" * 10])
def test_a_version_is_whole_numbers_with_dots(version: str) -> None:
    with pytest.raises(WireError, match=r"bundle\.(version|malformed)"):
        pack("x", version, FILES)


def test_versions_are_compared_as_numbers() -> None:
    assert order("2026.9") < order("2026.11") < order("2026.11.0.1")
    assert order("2026.11") == order("2026.11.0")


def test_a_bundle_goes_by_its_bytes(tmp_path: Path) -> None:
    data = pack("x", "1", FILES)
    assert hashlib.sha256(data).hexdigest() == hashlib.sha256(pack("x", "1", dict(FILES))).hexdigest()
