"""Reading an application from a file, for `kiosk submit`: matters.application in JSON, and its pictures.

{"application": {…}, "page_files": ["01.jpg", …]} as `gateway open --out` writes it, or the application alone. A page
may also be written as {"file": "01.jpg"}: hash and size are then taken from the file. Paths are relative to the JSON
file's folder.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from offline.errors import OfflineError

if TYPE_CHECKING:
    from matters.application import Application


class NotAnApplication(OfflineError):
    """The note says where it is not as described, never what stands there."""

    code = "application.malformed"


def read_application(path: Path) -> tuple[Application, dict[str, bytes]]:
    """The application and its pictures by SHA-256. Raises NotAnApplication."""
    import msgspec

    from matters.application import Application

    try:
        whole = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise NotAnApplication(f"{path.name}: not a JSON file that can be read ({type(error).__name__})") from None
    if not isinstance(whole, dict):
        raise NotAnApplication(f"{path.name}: an object is wanted")
    body = whole.get("application", whole)
    pictures: dict[str, bytes] = {}
    for name in whole.get("page_files", ()):
        content = _read(path.parent / str(name))
        pictures[hashlib.sha256(content).hexdigest()] = content
    for page in _pages(body):
        if "file" in page:
            content = _read(path.parent / str(page.pop("file")))
            page.update(sha256=hashlib.sha256(content).hexdigest(), size=len(content))
            for key, value in (("width", 0), ("height", 0), ("verdict", "ok")):
                page.setdefault(key, value)
            pictures[page["sha256"]] = content
    try:
        application = msgspec.convert(body, Application, strict=True)
    except msgspec.ValidationError as error:
        place = str(error).rpartition(" - at ")[2] if " - at " in str(error) else "`$`"
        raise NotAnApplication(f"{path.name}: not as described at {place}") from None
    named = {page.sha256 for material in application.materials for page in material.pages}
    if lacking := named - set(pictures):
        raise NotAnApplication(f"{path.name}: {len(lacking)} of its pages are not among the page files")
    return application, {name: content for name, content in pictures.items() if name in named}


def _pages(body: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    materials = body.get("materials", ()) if isinstance(body, dict) else ()
    for material in materials if isinstance(materials, list) else ():
        pages = material.get("pages", ()) if isinstance(material, dict) else ()
        found += [page for page in pages if isinstance(page, dict)]
    return found


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise NotAnApplication(f"{path.name}: {error.strerror}") from None
