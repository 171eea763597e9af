"""The channel between two of our processes: whole messages, in order, and an end that is noticed."""

from __future__ import annotations

import socket

from kiosk.channel import Channel


async def pair() -> tuple[Channel, Channel]:
    ours, theirs = socket.socketpair()
    return await Channel.open(ours), await Channel.open(theirs)


async def test_messages_arrive_whole_and_in_order() -> None:
    one, other = await pair()
    sent = [{"n": n, "text": "字" * n} for n in range(200)]
    for message in sent:
        one.send(message)
    assert [await other.receive() for _ in sent] == sent
    await one.close()
    await other.close()


async def test_a_peer_that_has_gone_ends_the_messages() -> None:
    one, other = await pair()
    one.send({"last": True})
    await one.close()
    assert [message async for message in other.messages()] == [{"last": True}]
    await other.close()


async def test_a_message_cut_short_is_no_message() -> None:
    ours, theirs = socket.socketpair()
    reader = await Channel.open(theirs)
    ours.sendall(b'{"half": ')
    ours.close()
    assert await reader.receive() is None
    await reader.close()


async def test_sending_to_a_peer_that_has_gone_does_nothing() -> None:
    one, other = await pair()
    await other.close()
    for _ in range(3):
        one.send({"anybody": "there"})
    await one.close()


async def test_what_is_not_an_object_is_an_empty_message() -> None:
    ours, theirs = socket.socketpair()
    reader = await Channel.open(theirs)
    ours.sendall(b"[1, 2]\n")
    assert await reader.receive() == {}
    ours.close()
    await reader.close()
