"""Key codes of Kivy's window, without its window: what a keypad that speaks as a keyboard sends."""

from __future__ import annotations

# Up, Down, Enter (also of a number pad), Backspace, F1, F2.
UP, DOWN, ENTER, PAD_ENTER, BACKSPACE, F1, F2 = 273, 274, 13, 271, 8, 282, 283
