"""The peer: the same four tiles as a page in a Chromium kiosk window on the same display."""

from __future__ import annotations

import contextlib
import http.server
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PAGE = """<!doctype html><meta charset=utf-8><title>terminal</title>
<style>
 body{margin:0;background:#F2EFE8;font-family:"Noto Sans CJK SC";color:#18212B}
 header{background:#12365E;color:#fff;padding:40px 56px;font-size:68px;font-weight:700}
 h1{margin:56px;font-size:76px} main{display:grid;grid-template-columns:1fr 1fr;gap:24px;margin:0 56px}
 button{height:420px;border:3px solid #7A8797;border-bottom-width:10px;border-radius:22px;background:#fff;
  font:700 52px "Noto Sans CJK SC";color:#18212B} small{display:block;font:400 36px "Noto Sans CJK SC"}
 button:active{background:#E3ECF5}
</style>
<header>示例县 山背村便民服务中心</header><h1>您今天来办什么事？</h1><main>
<button>新生儿出生<small>户口 · 医保</small></button><button>养老社保<small>领钱 · 认证</small></button>
<button>开店做买卖<small>执照 · 许可</small></button><button>更多事情<small>一共多少件</small></button></main>
<script>
requestAnimationFrame(()=>requestAnimationFrame(()=>fetch('/painted')));
document.querySelectorAll('button').forEach(b=>b.onclick=()=>fetch('/touched'));
</script>"""

FLAGS = (
    "--kiosk", "--no-sandbox", "--no-first-run", "--disable-gpu", "--disable-quic", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-extensions", "--window-position=0,0",
    "--noerrdialogs", "--disable-infobars",
)  # fmt: skip


@dataclass
class Shown:
    """`painted_s`: from the start of the process to the page's second frame."""

    painted_s: float
    pid: int


@contextlib.contextmanager
def kiosk_page(display: str, width: int, height: int) -> Iterator[Shown]:
    """Chromium showing the page until the block ends. Raises FileNotFoundError without Chromium, TimeoutError."""
    program = shutil.which("chromium")
    if program is None:
        raise FileNotFoundError("chromium is not installed: run `make bench`, which sets it up")
    painted = threading.Event()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/painted":
                painted.set()
            body = PAGE.encode() if self.path == "/" else b""
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as profile:
        began = time.monotonic()
        process = subprocess.Popen(
            [program, *FLAGS, f"--user-data-dir={profile}", f"--window-size={width},{height}",
             f"http://127.0.0.1:{server.server_port}/"],
            env={"DISPLAY": display, "HOME": profile, "PATH": "/usr/bin:/bin"},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            if not painted.wait(60):
                raise TimeoutError("Chromium painted nothing in 60 s")
            yield Shown(time.monotonic() - began, process.pid)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            server.shutdown()
            time.sleep(0.3)  # its helpers still write to the profile for a moment
            shutil.rmtree(profile, ignore_errors=True)
            Path(profile).mkdir(exist_ok=True)
