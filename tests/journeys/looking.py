"""What a journey left behind: the county's cases, the receipts that came out, and what may not be anywhere."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Who comes to the terminal in the scripts, and what they enter. Nobody of them exists.
PERSONAL = (
    "陈大山", "431199199305120134", "431199199305120135", "43119919930512", "示例省示例县山背乡山背村5组3号",
    "王小兰", "431199199604090027", "示例省示例县山背乡山背村3组12号", "小禾", "王兰", "小兰餐馆", "王家村12", "王家12",
    "示例省示例市示例县山背乡山背村3组12", "13800000000", "13800000001", "周守根", "431199194109230130",
)  # fmt: skip
PICTURE = b"\xff\xd8\xff\xe0\x00\x10JFIF"  # how every picture begins that our cameras make, of a paper or a face
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")
ELSEWHERE = ("gateway", "simulators")  # of a rehearsal's state folder: the county, and the world around the terminal


@dataclass(frozen=True)
class Left:
    """`out`: what the runner gathered; `state`: the terminal's own folder."""

    out: Path
    state: Path
    held: bool

    @property
    def cases(self) -> list[dict[str, Any]]:
        return _list(self.out / "case.json")

    @property
    def application(self) -> dict[str, Any]:
        """The one application the county opened."""
        (case,) = self.cases
        found: dict[str, Any] = case["opened"]["application"]
        return found

    @property
    def entered(self) -> list[dict[str, Any]]:
        return _list(self.out / "visit.json")

    def messages(self, kind: str) -> list[dict[str, Any]]:
        """What else the county took in of a kind, opened."""
        county = self.state / "gateway"
        told = ["--state", str(county), "--config", str(county / "gateway.toml"), "--json", "--kind", kind]
        command = [sys.executable, "-m", "gateway", "messages", *told]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return [row["message"] for row in json.loads(done.stdout)]

    def receipts(self) -> list[dict[str, Any]]:
        """Number, application, matter and count of items of every code that came out of the printer, genuine by the
        terminal's certificate."""
        import zxingcpp
        from PIL import Image

        from offline.identity import load
        from wire.receipt import verify

        certificate = load(self.state).enrolment.certificate
        found = []
        for paper in sorted((self.state / "simulators" / "receipt_printer").glob("receipt-*.png")):
            for code in zxingcpp.read_barcodes(Image.open(paper)):
                if "/S#" in code.text:  # the slip of something put aside
                    continue
                receipt, _ = verify(code.text, {certificate.kid: certificate})
                claims = receipt.claims
                found.append({"id": claims.id, "matter": claims.matter, "items": claims.items, "number": claims.number})
        return found

    def personal(self) -> list[str]:
        """Where in the terminal's files or messages something of a person stands, or a picture. Empty when nothing
        does."""
        found = []
        for path in (*self.files(), self.out / "terminal.log"):
            data, at = path.read_bytes(), path.relative_to(self.state.parent)
            found += [
                f"{at}: {word} ({encoding})"
                for word in PERSONAL for encoding in ENCODINGS if word.encode(encoding) in data
            ]  # fmt: skip
            if PICTURE in data:
                found.append(f"{at}: a picture")
        return found

    def files(self) -> list[Path]:
        """Everything that the terminal itself keeps."""
        return [
            path
            for path in self.state.rglob("*")
            if path.is_file() and path.relative_to(self.state).parts[0] not in ELSEWHERE
        ]


def _list(path: Path) -> list[dict[str, Any]]:
    """The runner writes one thing as itself, several as a list, none not at all."""
    found: Any = json.loads(path.read_text("utf-8")) if path.exists() else []
    return found if isinstance(found, list) else [found]
