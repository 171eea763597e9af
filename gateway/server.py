"""The process around the service: log, TLS, listening, stopping."""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import ssl
import sys

from aiohttp import web

from gateway.county import County
from gateway.service import Service

STOP_WITHIN_S = 5.0
TIDY_EVERY_S = 86_400.0


def serve(county: County, host: str, port: int) -> int:
    """Until SIGTERM or SIGINT. The first line on stdout is {"listening": URL}."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    # aiohttp's own lines name peers and, on a bad request, quote it; ours do neither.
    logging.getLogger("aiohttp").setLevel(logging.CRITICAL)
    try:
        return asyncio.run(_serve(county, host, port))
    except OSError as error:
        print(f"gateway: cannot listen on {host}:{port} ({error.strerror})", file=sys.stderr)
        return 1


def _tls(county: County) -> ssl.SSLContext | None:
    listen = county.settings.listen
    if not listen.tls_certificate:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(listen.tls_certificate, listen.tls_key or None)
    return context


async def _tidy(county: County, service: Service) -> None:
    """At start and once a day: uploads that nobody went on with, whole files that no message came for, and pictures of
    people whose days are over."""
    while True:
        begun = await asyncio.to_thread(county.files.sweep, county.settings.limits.upload_keep_days, county.clock())
        whole, faces = await service.tidy(), await service.forget_faces()
        if begun or whole or faces:
            logging.getLogger("gateway").info(
                "forgotten: %d unfinished uploads, %d unclaimed files, %d pictures of people", begun, whole, faces
            )
        await asyncio.sleep(TIDY_EVERY_S)


async def _serve(county: County, host: str, port: int) -> int:
    stop = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stop.set)
    tls = _tls(county)
    service = Service(county)
    runner = web.AppRunner(service.app(), access_log=None, shutdown_timeout=STOP_WITHIN_S)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port, ssl_context=tls)
        await site.start()
        where = runner.addresses[0]
        shown = f"[{where[0]}]" if ":" in where[0] else where[0]
        print(json.dumps({"listening": f"{'https' if tls else 'http'}://{shown}:{where[1]}"}), flush=True)
        tidying = asyncio.create_task(_tidy(county, service))
        await stop.wait()
        tidying.cancel()
    finally:
        await runner.cleanup()
    return 0
