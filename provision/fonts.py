"""Takes the simplified-Chinese face out of Debian's Noto Sans CJK collections.

Kivy opens only the first face of a collection, which is the Japanese one: the same characters in other shapes.
The terminal therefore carries its own two files, made at set-up from the package fonts-noto-cjk (OFL 1.1).
"""

from pathlib import Path

from fontTools.ttLib import TTCollection

SOURCE = Path("/usr/share/fonts/opentype/noto")
TARGET = Path(__file__).parent.parent / "config" / "assets" / "fonts"
FACE = "Noto Sans CJK SC"


def extract(weight: str) -> Path:
    """Write the face of one weight ("Regular", "Bold"); return where. Raises LookupError if the collection lacks it."""
    collection = TTCollection(str(SOURCE / f"NotoSansCJK-{weight}.ttc"), lazy=True)
    for font in collection.fonts:
        if font["name"].getDebugName(1) == FACE or font["name"].getDebugName(16) == FACE:
            TARGET.mkdir(parents=True, exist_ok=True)
            partial = TARGET / f"{weight}.partial"
            font.save(str(partial))
            target = TARGET / f"{weight}.otf"
            partial.rename(target)
            return target
    raise LookupError(f"{FACE} {weight} is not in {SOURCE}")


if __name__ == "__main__":
    for weight in ("Regular", "Bold"):
        extract(weight)
