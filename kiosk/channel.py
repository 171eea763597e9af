"""A pair of connected sockets between two of our processes, carrying one JSON object a line.

Both ends live in an asyncio loop. A peer that has gone ends `messages()`; sending to it does nothing, because whoever
watches the process learns of its death anyway.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from typing import Any

LINE_MOST = 8 * 1024 * 1024  # a control answer may carry a picture's worth of text, nothing is larger


class Channel:
    """One end. Make it with `Channel.open(fd_or_socket)` inside the loop."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, end: socket.socket | int) -> Channel:
        sock = socket.socket(fileno=end) if isinstance(end, int) else end
        sock.setblocking(False)
        reader, writer = await asyncio.open_connection(sock=sock, limit=LINE_MOST)
        return cls(reader, writer)

    def send(self, message: dict[str, Any]) -> None:
        """Queue a message. Never blocks, never raises for a peer that has gone."""
        if not self._writer.is_closing():
            self._writer.write(json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")

    async def receive(self) -> dict[str, Any] | None:
        """The next message, or None when the peer has gone."""
        try:
            line = await self._reader.readline()
        except (ConnectionError, ValueError):
            return None
        if not line.endswith(b"\n"):
            return None
        message = json.loads(line)
        return message if isinstance(message, dict) else {}

    async def messages(self) -> AsyncIterator[dict[str, Any]]:
        while (message := await self.receive()) is not None:
            yield message

    async def close(self) -> None:
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()
