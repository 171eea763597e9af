"""The peer: the same four tiles as a page in a Chromium kiosk window on the same display.

The page says when its first frame is out, and after a click when the frame with the next screen is: in a task queued
behind the frame's own callbacks, that is once the frame has been handed to the compositor. Its clock is the machine's.
"""

from __future__ import annotations

import contextlib
import http.server
import queue
import shutil
import subprocess
import threading
import time
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

PAGE = """<!doctype html><meta charset=utf-8><title>terminal</title>
<style>
 body{margin:0;background:#F2EFE8;font-family:"Noto Sans CJK SC";color:#18212B}
 header{background:#12365E;color:#fff;padding:40px 56px;font-size:68px;font-weight:700}
 h1{margin:56px;font-size:76px} main{display:grid;grid-template-columns:1fr 1fr;gap:24px;margin:0 56px}
 button{height:420px;border:3px solid #7A8797;border-bottom-width:10px;border-radius:22px;background:#fff;
  font:700 52px "Noto Sans CJK SC";color:#18212B} small{display:block;font:400 36px "Noto Sans CJK SC"}
 button:active{background:#E3ECF5} .list{grid-template-columns:1fr} .list button{height:180px}
</style>
<header>示例县 山背村便民服务中心</header><h1></h1><main></main>
<script>
const screens=[["您今天来办什么事？","",
  ["新生儿出生|户口 · 医保","养老社保|领钱 · 认证","开店做买卖|执照 · 许可","更多事情|一共多少件"]],
 ["要用到这几样","list",
  ["身份证|爸爸妈妈谁来办，带谁的","户口簿|孩子跟谁落户，带谁家的","出生医学证明|医院开的那张，要原件",
   "结婚证|没带也行，签个承诺","存折|报销的钱打到这里","都带了，往下走|一共要十二分钟"]]];
let at=0;
const said=what=>fetch(`/${what}?at=${performance.timeOrigin+performance.now()}&screen=${at}`);
const after=what=>requestAnimationFrame(()=>{
 const c=new MessageChannel();c.port1.onmessage=()=>said(what);c.port2.postMessage(0)});
function draw(){const [head,kind,rows]=screens[at];document.querySelector('h1').textContent=head;
 const main=document.querySelector('main');main.className=kind;
 main.replaceChildren(...rows.map(row=>{const b=document.createElement('button'),s=document.createElement('small');
  [b.textContent,s.textContent]=row.split('|');b.append(s);b.onclick=()=>{at=1-at;draw();after('drawn')};return b}))}
draw();requestAnimationFrame(()=>after('painted'));
</script>"""

FLAGS = (
    "--kiosk", "--no-sandbox", "--no-first-run", "--disable-gpu", "--disable-quic", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-extensions", "--window-position=0,0",
    "--noerrdialogs", "--disable-infobars",
)  # fmt: skip
FIRST_S, NEXT_S = 60.0, 10.0


@dataclass
class Shown:
    """`painted_s`: from the start of the process until the page's first frame was out.

    `drawn`: when the frame of each next screen was out, seconds since 1970.
    """

    painted_s: float
    pid: int
    drawn: queue.Queue[float] = field(default_factory=queue.Queue)


class Browser:
    """Chromium with a profile folder of its own, kept from one start to the next. Raises FileNotFoundError."""

    def __init__(self, profile: Path, display: str, width: int, height: int) -> None:
        program = shutil.which("chromium")
        if program is None:
            raise FileNotFoundError("chromium is not installed: run `make bench`, which sets it up")
        profile.mkdir(parents=True, exist_ok=True)
        self._program, self._profile, self._display, self._size = program, profile, display, f"{width},{height}"

    @contextlib.contextmanager
    def shown(self) -> Iterator[Shown]:
        """The page on the display until the block ends. Raises TimeoutError."""
        painted = threading.Event()
        shown = Shown(0.0, 0)

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path, _, query = self.path.partition("?")
                if path == "/painted":
                    painted.set()
                elif path == "/drawn":
                    shown.drawn.put(float(urllib.parse.parse_qs(query)["at"][0]) / 1000)
                body = PAGE.encode() if path == "/" else b""
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        began = time.monotonic()
        process = subprocess.Popen(
            [self._program, *FLAGS, f"--user-data-dir={self._profile}", f"--window-size={self._size}",
             f"http://127.0.0.1:{server.server_port}/"],
            env={"DISPLAY": self._display, "HOME": str(self._profile), "PATH": "/usr/bin:/bin"},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            if not painted.wait(FIRST_S):
                raise TimeoutError(f"Chromium painted nothing in {FIRST_S:g} s")
            shown.painted_s, shown.pid = time.monotonic() - began, process.pid
            yield shown
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            server.shutdown()
            server.server_close()
            time.sleep(0.3)  # its helpers still write to the profile for a moment
