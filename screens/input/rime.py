"""Pinyin by Rime's luna_pinyin with simplified output.

Rime as it comes learns what people type, keeps the words in a database and writes a log into the temporary folder. Here
the user dictionary is off, the engine is cut down to spelling and translating, and its folder and log are ours; what
remains on the disk is the compiled schema, the same for everybody. C interface: rime_api.h of librime 1.8.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from pathlib import Path

LIBRARY = "librime.so.1"
SHARED = Path("/usr/share/rime-data")
SCHEMA = b"luna_pinyin_simp"
LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz'")
KEYS_MOST = 48
LOG_FATAL = 3  # glog's levels: nothing below is written, and nothing of what is typed is ever fatal

# Only this schema is deployed; no switcher, so no key can change it.
DEFAULT_CUSTOM = """\
patch:
  schema_list:
    - schema: luna_pinyin_simp
"""
SCHEMA_CUSTOM = """\
patch:
  engine/processors: [speller, selector]
  engine/segmentors: [abc_segmentor, fallback_segmentor]
  engine/translators: [script_translator]
  engine/filters: [simplifier, uniquifier]
  translator/enable_user_dict: false
  translator/enable_completion: true
  schema/dependencies: []
"""


class PinyinError(Exception):
    """The engine or its data is not there."""


class _Traits(ctypes.Structure):
    _fields_ = (
        ("data_size", ctypes.c_int),
        ("shared_data_dir", ctypes.c_char_p),
        ("user_data_dir", ctypes.c_char_p),
        ("distribution_name", ctypes.c_char_p),
        ("distribution_code_name", ctypes.c_char_p),
        ("distribution_version", ctypes.c_char_p),
        ("app_name", ctypes.c_char_p),
        ("modules", ctypes.c_void_p),
        ("min_log_level", ctypes.c_int),
        ("log_dir", ctypes.c_char_p),
        ("prebuilt_data_dir", ctypes.c_char_p),
        ("staging_dir", ctypes.c_char_p),
    )


class _Candidate(ctypes.Structure):
    _fields_ = (("text", ctypes.c_char_p), ("comment", ctypes.c_char_p), ("reserved", ctypes.c_void_p))


class _Iterator(ctypes.Structure):
    _fields_ = (("ptr", ctypes.c_void_p), ("index", ctypes.c_int), ("candidate", _Candidate))


class _Composition(ctypes.Structure):
    _fields_ = (
        ("length", ctypes.c_int),
        ("cursor_pos", ctypes.c_int),
        ("sel_start", ctypes.c_int),
        ("sel_end", ctypes.c_int),
        ("preedit", ctypes.c_char_p),
    )


class _Menu(ctypes.Structure):
    _fields_ = (
        ("page_size", ctypes.c_int),
        ("page_no", ctypes.c_int),
        ("is_last_page", ctypes.c_int),
        ("highlighted", ctypes.c_int),
        ("num_candidates", ctypes.c_int),
        ("candidates", ctypes.c_void_p),
        ("select_keys", ctypes.c_void_p),
    )


class _Context(ctypes.Structure):
    _fields_ = (
        ("data_size", ctypes.c_int),
        ("composition", _Composition),
        ("menu", _Menu),
        ("commit_text_preview", ctypes.c_char_p),
        ("select_labels", ctypes.c_void_p),
    )


# rime_get_api() answers a table of functions behind an int; select_candidate is not exported by a name of its own.
SELECT_CANDIDATE_AT = 72


@dataclass(frozen=True)
class Spelling:
    """What keys may mean. `spelled`: the keys cut into syllables by blanks; words best first; `taken[i]` keys are used
    up by word i, and the rest is to be asked for again."""

    spelled: str
    words: tuple[str, ...]
    taken: tuple[int, ...]


class PinyinEngine:
    """One Rime session. The first start in a folder compiles the schema (0.2 s), later ones take about 20 ms.

    `folder` is only ours. Raises PinyinError.
    """

    def __init__(self, folder: Path, shared: Path = SHARED) -> None:
        if not (shared / "luna_pinyin_simp.schema.yaml").is_file():
            raise PinyinError(f"{shared}: no schema luna_pinyin_simp")
        user, log = folder / "rime", folder / "rime-log"
        for made in (user, log):
            made.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_if_other(user / "default.custom.yaml", DEFAULT_CUSTOM)
        _write_if_other(user / "luna_pinyin_simp.custom.yaml", SCHEMA_CUSTOM)
        try:
            self._c = ctypes.CDLL(LIBRARY)
        except OSError as error:
            raise PinyinError(str(error)) from None
        self._declare()
        self._traits = _Traits(
            data_size=ctypes.sizeof(_Traits) - ctypes.sizeof(ctypes.c_int),
            shared_data_dir=str(shared).encode(),
            user_data_dir=str(user).encode(),
            distribution_name=b"village-terminal",
            distribution_code_name=b"village-terminal",
            distribution_version=b"1",
            app_name=b"rime.village-terminal",
            min_log_level=LOG_FATAL,
            log_dir=str(log).encode(),
        )
        self._c.RimeSetup(ctypes.byref(self._traits))
        self._c.RimeInitialize(ctypes.byref(self._traits))
        if self._c.RimeStartMaintenance(0):
            self._c.RimeJoinMaintenanceThread()
        self._session = self._c.RimeCreateSession()
        if not self._session or not self._c.RimeSelectSchema(self._session, SCHEMA):
            raise PinyinError("the schema could not be deployed")

    def _declare(self) -> None:
        session, size, flag = ctypes.c_size_t, ctypes.c_size_t, ctypes.c_int
        for name, result, arguments in (
            ("RimeSetup", None, [ctypes.POINTER(_Traits)]),
            ("RimeInitialize", None, [ctypes.POINTER(_Traits)]),
            ("RimeFinalize", None, []),
            ("RimeStartMaintenance", flag, [flag]),
            ("RimeJoinMaintenanceThread", None, []),
            ("RimeCreateSession", session, []),
            ("RimeSelectSchema", flag, [session, ctypes.c_char_p]),
            ("RimeProcessKey", flag, [session, flag, flag]),
            ("RimeClearComposition", None, [session]),
            ("RimeGetContext", flag, [session, ctypes.POINTER(_Context)]),
            ("RimeFreeContext", flag, [ctypes.POINTER(_Context)]),
            ("RimeCandidateListBegin", flag, [session, ctypes.POINTER(_Iterator)]),
            ("RimeCandidateListNext", flag, [ctypes.POINTER(_Iterator)]),
            ("RimeCandidateListEnd", None, [ctypes.POINTER(_Iterator)]),
            ("rime_get_api", ctypes.POINTER(ctypes.c_void_p), []),
        ):
            function = getattr(self._c, name)
            function.restype, function.argtypes = result, arguments
        address = self._c.rime_get_api()[SELECT_CANDIDATE_AT]
        self._select = ctypes.CFUNCTYPE(flag, session, size)(address)

    def close(self) -> None:
        self._c.RimeFinalize()

    def spell(self, keys: str, most: int) -> Spelling:
        """What these letters may mean. Keys that pinyin does not have are left out."""
        keys = "".join(key for key in keys.lower() if key in LETTERS)[:KEYS_MOST]
        if not keys:
            return Spelling("", (), ())
        self._type(keys)
        spelled, _ = self._composed()
        words = self._candidates(most)
        taken = self._taken(keys, len(words))
        self._c.RimeClearComposition(self._session)
        return Spelling(spelled, tuple(words), tuple(taken))

    def _type(self, keys: str) -> None:
        self._c.RimeClearComposition(self._session)
        for key in keys:
            self._c.RimeProcessKey(self._session, ord(key), 0)

    def _composed(self) -> tuple[str, str]:
        """The composition, and the part of it that is still to be converted."""
        context = _Context(data_size=ctypes.sizeof(_Context) - ctypes.sizeof(ctypes.c_int))
        if not self._c.RimeGetContext(self._session, ctypes.byref(context)):
            return "", ""
        try:
            composition = context.composition
            raw: bytes = composition.preedit or b""
            return raw.decode(), raw[composition.sel_start :].decode()
        finally:
            self._c.RimeFreeContext(ctypes.byref(context))

    def _candidates(self, most: int) -> list[str]:
        words: list[str] = []
        iterator = _Iterator()
        if self._c.RimeCandidateListBegin(self._session, ctypes.byref(iterator)):
            while len(words) < most and self._c.RimeCandidateListNext(ctypes.byref(iterator)):
                words.append(iterator.candidate.text.decode())
            self._c.RimeCandidateListEnd(ctypes.byref(iterator))
        return words

    def _taken(self, keys: str, count: int) -> list[int]:
        """How many keys each candidate uses up: chosen one by one, what is left of the composition tells.

        Rime lists candidates by how much they cover, most first, so equal ends bound equal runs and few are chosen.
        """
        taken = [0] * count

        def measure(first: int, last: int) -> None:
            for index in (first, last):
                if not taken[index]:
                    taken[index] = self._uses(keys, index)
            if taken[first] == taken[last]:
                taken[first : last + 1] = [taken[first]] * (last + 1 - first)
            elif last - first > 1:
                middle = (first + last) // 2
                measure(first, middle)
                measure(middle, last)

        if count:
            measure(0, count - 1)
        return taken

    def _uses(self, keys: str, index: int) -> int:
        self._type(keys)
        self._select(self._session, index)
        _, rest = self._composed()
        return len(keys) - len(rest.replace(" ", ""))


def _write_if_other(file: Path, text: str) -> None:
    """Writes only what is not there yet: Rime compiles again whatever is newer."""
    if not file.is_file() or file.read_text("utf-8") != text:
        file.write_text(text, "utf-8")
