"""Finds papers in pictures, straightens and judges them. OpenCV lives here: import it only in a worker."""

from hardware.document.check import capture_check
from hardware.document.enhance import enhance
from hardware.document.find import Found, find, locate
from hardware.document.geometry import rectify
from hardware.document.judge import judge
from hardware.document.pictures import PictureError, decode, read
from hardware.document.save import jpeg

__all__ = [
    "Found", "PictureError", "capture_check", "decode", "enhance", "find", "jpeg", "judge", "locate", "read", "rectify",
]  # fmt: skip
