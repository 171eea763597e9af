"""A full disk, a line with TLS: the gateway says what is so, and nothing is lost by it."""

from __future__ import annotations

import datetime
import ssl
from pathlib import Path

import aiohttp
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.gateway.world import Gateway, Terminal
from tests.wire import people
from wire.answers import outcome

LIMIT_BYTES = 700 * 1024


async def test_with_the_disk_full_nothing_is_acknowledged_and_all_goes_on_later(
    tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    """No file may grow beyond 700 KiB (RLIMIT_FSIZE stands for the full disk: the same write and commit fail)."""
    gateway = Gateway(tmp_path / "gateway", ("-c", LIMITED))
    gateway.start()
    try:
        terminal = Terminal(gateway, session, people.terminal_key(), people.TERMINAL)
        await terminal.enrol()
        page = people.page(1, 900_000)
        large = terminal.seal(people.message(900, (page,)), (page,))
        file = large.files[0]
        assert (await terminal.create(file.sha256, file.size)).status == 201
        answer = await terminal.patch(file.sha256, 0, large.blobs[0])
        assert (answer.status, answer.code) == (503, "store.unavailable")
        assert int(answer.headers["Retry-After"]) > 0

        sent, refused = [], None
        for number in range(1, 120):
            sealed = terminal.seal(people.message(number))
            answer = await terminal.send(terminal.envelope(sealed, number))
            if answer.status != 200:
                refused = (sealed, number)
                break
            sent.append(sealed.id)
        assert refused is not None, "the store never came to its limit"
        assert (answer.status, outcome(answer.status, answer.code)) == (503, "again")
    finally:
        gateway.kill()

    roomy = Gateway(tmp_path / "gateway")
    roomy.start()
    try:
        terminal.gateway = roomy
        assert [each["application"] for each in roomy.cases()] == sent, "what was acknowledged is held, and no more"
        assert (await terminal.send(terminal.envelope(*refused))).status == 200
        offset = int((await terminal.offset(file.sha256)).headers["Upload-Offset"])
        assert 0 < offset <= LIMIT_BYTES
        assert (await terminal.patch(file.sha256, offset, large.blobs[0][offset:])).status == 204
        assert (await terminal.send(terminal.envelope(large, 900))).status == 200
    finally:
        roomy.kill()


LIMITED = f"""
import resource, sys
from gateway.commands import main
resource.setrlimit(resource.RLIMIT_FSIZE, ({LIMIT_BYTES}, {LIMIT_BYTES}))
sys.exit(main())
"""


def certificate(folder: Path) -> tuple[Path, Path]:
    """A self-signed certificate for 127.0.0.1, as (certificate, key)."""
    import ipaddress

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "county.example")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "cert.pem", folder / "key.pem"


async def test_it_speaks_tls_where_a_certificate_is_named(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    config = tmp_path / "gateway.toml"
    config.write_text(f'[listen]\ntls_certificate = "{cert}"\ntls_key = "{key}"\n')
    gateway = Gateway(tmp_path / "gateway")
    gateway.start("--config", str(config))
    try:
        assert gateway.url.startswith("https://")
        trusting = ssl.create_default_context(cafile=str(cert))
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trusting)) as session:
            terminal = Terminal(gateway, session, people.terminal_key(), people.TERMINAL)
            await terminal.enrol()
            assert (await terminal.hand_in(people.message(1))).cases == 2
        async with aiohttp.ClientSession() as session:
            with pytest.raises(aiohttp.ClientConnectorCertificateError):
                await session.get(f"{gateway.url}/v1/health?nonce=12345678")
    finally:
        gateway.kill()
