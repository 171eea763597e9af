"""Takes the simplified-Chinese face out of Debian's Noto Sans CJK collections.

Kivy opens only the first face of a collection, which is the Japanese one: the same characters in other shapes.
The terminal therefore carries its own two files, made at set-up from the package fonts-noto-cjk (OFL 1.1), and of each
a common part: the characters of GB 2312 with Latin and marks. The toolkit reads a face's tables anew for every size it
is opened at: 2.5 MB for the whole face, 0.5 MB for the common part, and a visit opens some thirty.
"""

from pathlib import Path

from fontTools import subset
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


def common(weight: str) -> Path:
    """Write the common part of a face that `extract` has written; return where."""
    options = subset.Options()
    options.layout_features = ["kern"]
    options.drop_tables += ["BASE", "VORG", "vhea", "vmtx", "DSIG"]  # vertical type and signatures: not drawn here
    options.name_IDs = ["*"]
    options.notdef_outline = True
    font = subset.load_font(str(TARGET / f"{weight}.otf"), options)
    worker = subset.Subsetter(options)
    worker.populate(unicodes={code for code in font.getBestCmap() if is_common(chr(code))})
    worker.subset(font)
    partial = TARGET / f"{weight}-common.partial"
    subset.save_font(font, str(partial), options)
    target = TARGET / f"Common-{weight}.otf"
    partial.rename(target)
    return target


def is_common(character: str) -> bool:
    """Whether nearly every text is made of such characters: GB 2312, Latin and its marks, full-width forms."""
    if character < "\u2e80" or "\u3000" <= character < "\u3400" or "\uff00" <= character <= "\uffef":
        return True
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


if __name__ == "__main__":
    for weight in ("Regular", "Bold"):
        extract(weight)
        common(weight)
