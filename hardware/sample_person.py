"""An invented person before a camera, drawn: head, shoulders, a wall behind. A drawing, so that nobody's picture is in
the tree; enough to see which way a camera looks and whether anybody is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]

WALL, DOOR, COAT = (198, 206, 208), (150, 170, 186), (122, 88, 58)  # BGR
SKIN, SHADE, HAIR, LINE = (158, 188, 226), (134, 164, 206), (44, 42, 48), (62, 70, 110)


def room(width: int, height: int) -> Picture:
    """The hall as it is with nobody there: a wall and a door, lighter above."""
    import cv2
    import numpy as np

    scene = np.empty((height, width, 3), np.uint8)
    scene[:] = WALL
    left, right = round(width * 0.72), round(width * 0.93)
    cv2.rectangle(scene, (left, round(height * 0.18)), (right, height), DOOR, -1)
    cv2.circle(scene, (left + width // 40, round(height * 0.62)), max(2, width // 160), LINE, -1, cv2.LINE_AA)
    fall = np.linspace(1.08, 0.86, height, dtype=np.float32)[:, None, None]
    return np.asarray(np.clip(scene * fall, 0, 255), np.uint8)


def person(scene: Picture) -> Picture:
    """The same with somebody standing before the camera, a little to the left, so that a mirrored picture shows."""
    import cv2
    import numpy as np

    drawn = scene.copy()
    height, width = drawn.shape[:2]
    unit, x = height / 100, round(width * 0.44)

    def at(dx: float, y: float) -> tuple[int, int]:
        return round(x + dx * unit), round(y * unit)

    def oval(dx: float, y: float, wide: float, high: float, colour: tuple[int, int, int], part: int = 360) -> None:
        size = round(wide * unit), round(high * unit)
        cv2.ellipse(drawn, at(dx, y), size, 0, 360 - part, 360, colour, -1, cv2.LINE_AA)

    oval(0, 108, 40, 34, COAT)
    cv2.rectangle(drawn, at(-8, 60), at(8, 80), SHADE, -1)
    oval(0, 80, 8, 5, SHADE)
    oval(0, 40, 20, 26, HAIR)
    for side in (-1, 1):
        oval(side * 18, 45, 3.4, 5.5, SKIN)
    oval(0, 44, 17.5, 23, SKIN)
    oval(0, 33, 18.5, 17, HAIR, 180)
    for side in (-1, 1):
        oval(side * 7, 43, 2.2, 1.7, LINE)
        oval(side * 7, 38, 3.6, 0.8, HAIR)
    cv2.line(drawn, at(0, 45), at(1.6, 52), SHADE, max(1, round(unit)), cv2.LINE_AA)
    cv2.ellipse(
        drawn, at(0, 56), (round(6 * unit), round(3 * unit)), 0, 20, 160, LINE, max(1, round(unit)), cv2.LINE_AA
    )
    oval(-10, 51, 1.1, 1.1, LINE)  # a mole on one side: a mirrored picture has it on the other
    return np.asarray(drawn, np.uint8)
