"""What the frozen terminal is made of: `kiosk.spec` asks here, so that tests can ask the same.

Two builds come out of one list. The production build lacks every part that pretends a device, drives a visit or
answers a tester: they are not switched off there, they are not in it. The test build holds them all.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable, Iterator
from importlib.metadata import distribution, packages_distributions
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOOKS = Path(__file__).with_name("hooks")
AT_START = Path(__file__).with_name("at_start.py")

ROOMS = ("config", "matters", "wire", "papers", "hardware", "offline", "screens", "kiosk")

DEVELOPERS = (
    # Modules that only developers and the county's end run, in either build.
    "screens.gallery",
    "screens.samples",
    "wire.openapi",
)

FOR_TESTS = (
    # Modules, and packages with all that is in them, that only a test build has.
    "hardware.simulators",
    "hardware.simulator_client",
    "hardware.cable_simulator",
    "hardware.camera_simulator",
    "hardware.escpos_simulator",
    "hardware.line_simulator",
    "hardware.pcsc_simulator",
    "hardware.sam_simulator",
    "hardware.stx_simulator",
    "hardware.scanner_simulator",
    "hardware.board_simulator",
    "hardware.speaker_simulator",
    "hardware.sample_cards",
    "hardware.sample_papers",
    "hardware.sample_person",
    "hardware.conformance.rehearsed",
    "kiosk.rehearsal",
    "kiosk.runner",
    "kiosk.visiting.control",
)
LIBRARIES_FOR_TESTS = ("Xlib", "mss")  # the finger and the eye of the visit runner
DATA_FOR_TESTS = ("hardware/sample_cards.toml", "hardware/sample_papers.toml", "config/profiles/rehearsal.toml")

NOT_AT_START = (
    # What PyInstaller would run first in every process: a loader for a libusb of our own, which comes from Debian, and
    # support for two modules that we do not use in the way it is for.
    "pyi_rth_usb",
    "pyi_rth_pkgutil",
    "pyi_rth_multiprocessing",
)

READING = ("PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx", "ch_ppocr_mobile_v2.0_cls_mobile.onnx")
"""The networks that read printed text (hardware/reading/engine.py): 30 MiB of files that nothing imports."""

NOT_DATA = ("screens/assets/sources", "wire/openapi.yaml", "screens/assets/README.md")

KIVY = (
    # The providers of Kivy's core that the terminal draws with; every other one is left out.
    "kivy.core.gl",
    "kivy.core.window",
    "kivy.core.window.window_info",
    "kivy.core.window.window_sdl2",
    "kivy.core.text",
    "kivy.core.text.text_sdl2",
    "kivy.core.image",
    "kivy.core.image.img_sdl2",
    "kivy.core.clipboard",
    "kivy.core.clipboard.clipboard_dummy",
    "kivy.input.providers.mouse",
    "kivy.weakmethod",
)
NOT_KIVY = (
    "kivy.core.audio",
    "kivy.core.camera",
    "kivy.core.spelling",
    "kivy.core.video",
    "kivy.core.image.img_pil",
    "kivy.core.image.img_ffpyplayer",
    "kivy.core.image.img_tex",
    "kivy.core.text.text_pil",
    "kivy.core.text.text_pango",
    "kivy.core.window.window_x11",
    "kivy.core.window.window_pygame",
    "kivy.core.window.window_egl_rpi",
    "kivy.lib.gstplayer",
    "kivy.lib.vidcore_lite",
    "kivy.network",
    "kivy.storage",
    "kivy.tests",
    "kivy.tools",
    "kivy.uix.camera",
    "kivy.uix.codeinput",
    "kivy.uix.filechooser",
    "kivy.uix.rst",
    "kivy.uix.settings",
    "kivy.uix.video",
    "kivy.uix.videoplayer",
    "kivy_garden",
)

UNUSED = (
    # What the libraries would bring along for uses that we do not make of them.
    *("IPython", "docutils", "matplotlib", "pandas", "pygments", "scipy", "trio", "twisted", "gi", "pyaudio"),
    *("mypy", "pytest", "_pytest", "hypothesis", "setuptools", "pkg_resources", "pip", "wheel", "fontTools", "cffi"),
    *("tkinter", "_tkinter", "curses", "_curses", "readline", "idlelib", "lib2to3", "pydoc", "pydoc_data", "pdb"),
    *("doctest", "ensurepip", "turtledemo", "distutils", "xmlrpc", "ftplib", "unittest.mock"),
    *("numpy.f2py", "numpy.distutils", "numpy.testing", "numpy._pyinstaller", "numpy.tests"),
    *("PIL.ImageTk", "PIL.ImageQt", "PIL.ImageShow", "PIL._avif", "PIL._webp", "PIL._imagingcms", "PIL._imagingtk"),
    *("cv2.gapi", "cv2.typing", "cv2.mat_wrapper", "rich", "aiohttp.pytest_plugin", "aiohttp.test_utils"),
    *("rapidocr", "sympy", "coloredlogs", "humanfriendly", "flatbuffers", "google.protobuf", "onnx"),
    *("onnxruntime.quantization", "onnxruntime.tools", "onnxruntime.transformers", "onnxruntime.datasets"),
    *("pydantic", "pydantic_core", "dotenv", "gunicorn", "uvloop", "aiodns", "brotli", "certifi", "requests"),
)

FROM_DEBIAN = (
    # Libraries that every terminal has from Debian, because the graphics drivers or the packages of
    # provision/debian-packages.txt need them; a second copy would compete with what the drivers were built for.
    *("libstdc++.so.6", "libgcc_s.so.1", "libX11.so.6", "libXau.so.6", "libXdmcp.so.6", "libbsd.so.0", "libmd.so.0"),
    *("libudev.so.1", "libusb-1.0.so.0", "libmtdev.so.1"),
)


def below(module: str, names: tuple[str, ...]) -> bool:
    """Whether a module is one of these or lies in one of these packages."""
    return any(module == name or module.startswith(name + ".") for name in names)


def all_modules() -> list[str]:
    """Every module of the terminal's rooms that may be in a build: they name each other by text (roles, drivers,
    verbs), which no analysis of imports can follow."""
    found = []
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            packages = [ROOT.joinpath(*parts[:depth], "__init__.py") for depth in range(1, len(parts))]
            if all(package.exists() for package in packages):
                found.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return [name for name in found if not below(name, DEVELOPERS)]


def modules(kind: str) -> list[str]:
    """The rooms' modules in a build of this kind (production | test)."""
    return [name for name in all_modules() if kind == "test" or not below(name, FOR_TESTS)]


def excludes(kind: str) -> list[str]:
    """Modules that must not be in, whoever imports them."""
    ours = [*DEVELOPERS, "gateway", "bench", "provision", "tests"]
    if kind != "test":
        ours += [*FOR_TESTS, *LIBRARIES_FOR_TESTS]
    return [*ours, *NOT_KIVY, *UNUSED]


def reading_models() -> Path:
    """Where RapidOCR's wheel has its networks. Its code stays out: the terminal only reads these files."""
    spec = find_spec("rapidocr")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("rapidocr is not installed: make setup")
    return Path(spec.origin).parent / "models"


def data(kind: str) -> Iterator[tuple[str, str]]:
    """(file, folder in the app) of everything the rooms read that is not code."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*")):
            named = path.relative_to(ROOT).as_posix()
            if not path.is_file() or path.suffix in (".py", ".pyc") or path.name == ".gitignore":
                continue
            if named.startswith(NOT_DATA) or (kind != "test" and named in DATA_FOR_TESTS):
                continue
            yield str(path), str(Path(named).parent)
    for name in READING:
        yield str(reading_models() / name), "rapidocr/models"
    if kind == "test":
        yield str(ROOT / "tests" / "journeys" / "strokes.toml"), "tests/journeys"


def wanted_file(target: str) -> bool:
    """Whether a file that a library's hook collected is worth its place. `target`: its path in the app."""
    return not (
        target.startswith(("cv2/data", "cv2/gapi", "cv2/typing", "cv2/utils/__pycache__", "numpy/f2py"))
        or "/tests/" in target
        or target.endswith((".pyi", "py.typed", ".pxd", ".pxi"))
        or target in FROM_DEBIAN
        or (target.startswith("kivy_install/data/") and not target.startswith(KIVY_DATA))
        or (".dist-info/" in target and not target.endswith("/METADATA"))  # some name folders of this machine
    )


KIVY_DATA = (
    "kivy_install/data/style.kv",
    "kivy_install/data/glsl",
    "kivy_install/data/images/default",
    "kivy_install/data/images/cursor",
    "kivy_install/data/images/background",
    "kivy_install/data/images/testpattern",
    "kivy_install/data/fonts/Roboto-",
)


def without_debug(source: str, folder: Path) -> str:
    """A library without what only debuggers read: `source` itself where there is nothing of it, else a copy in
    `folder`. Some wheels carry four times their code in it. Symbols stay: nothing that is loaded changes."""
    sections = subprocess.run(["readelf", "-SW", source], capture_output=True, text=True, check=True).stdout
    if " .debug_info " not in sections:
        return source
    target = folder / Path(source).name
    shutil.copy(source, target)
    subprocess.run(["strip", "--strip-debug", str(target)], check=True)
    return str(target)


def licences(tops: Iterable[str], libraries: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(file, folder in the app) of the licence texts of all that is taken along.

    `tops`: top-level names of modules; `libraries`: files, of which those from Debian's packages are looked up.
    """
    owners = packages_distributions()
    for name in sorted({owner for top in tops for owner in owners.get(top, ())} - {"village-terminal"}):
        for file in distribution(name).files or ():
            if Path(file).name.upper().startswith(("LICEN", "COPYING", "NOTICE", "AUTHORS")):
                yield str(file.locate()), f"licences/{name}"
    debian = [path for path in libraries if path.startswith(("/lib", "/usr/lib"))]
    said = subprocess.run(["dpkg-query", "-S", *debian], capture_output=True, text=True, check=False).stdout
    packages = {line.partition(":")[0] for line in said.splitlines()} | {"fonts-noto-cjk", "libpython3.11-stdlib"}
    for package in sorted(packages):
        if (text := Path("/usr/share/doc") / package / "copyright").exists():
            yield str(text), f"licences/debian/{package}"
    yield str(ROOT / "LICENSE"), "licences/village-terminal"
