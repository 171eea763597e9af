"""Comparing slips as pictures."""

from pathlib import Path

from PIL import Image, ImageChops

GOLDENS = Path(__file__).parent / "goldens"


def differing(one: Image.Image, other: Image.Image) -> float:
    """Share of dots that differ, 0…1; 1 if the sizes do."""
    if one.size != other.size:
        return 1.0
    different = ImageChops.logical_xor(one.convert("1"), other.convert("1"))
    return different.histogram()[-1] / (one.width * one.height)


def assert_like_golden(picture: Image.Image, name: str) -> None:
    """A rasteriser's next version may move a dot at an edge; a moved line or another glyph is far above this."""
    with Image.open(GOLDENS / f"{name}.png") as golden:
        assert picture.size == golden.size, f"{name}: {picture.size}, once {golden.size}"
        share = differing(picture, golden)
    assert share < 0.002, f"{name}: {share:.2%} of the dots differ"
