"""Finds papers in pictures, straightens and judges them. OpenCV lives here: import it only in a worker."""

from hardware.document.checking import capture_check
from hardware.document.enhancing import enhance
from hardware.document.finding import Found, find, locate
from hardware.document.geometry import rectify
from hardware.document.judging import judge
from hardware.document.pictures import PictureError, decode, read
from hardware.document.saving import jpeg
from hardware.document.upright import turn_of, turned

__all__ = [
    "Found", "PictureError", "capture_check", "decode", "enhance", "find", "jpeg", "judge", "locate", "read", "rectify",
    "turn_of", "turned",
]  # fmt: skip
