"""The server itself, asked by a bare Telethon client: what other tests stand on."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from telethon import TelegramClient, errors, events, functions, types

from monitor.sources.telegram.session import install_key
from tests.telegram_server import Channel, TelegramServer

PHONE = "+1007"
START = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[TelegramServer]:
    with TelegramServer() as running:
        yield running


@pytest.fixture
def channel(server: TelegramServer) -> Channel:
    return server.add_channel(1001, "Composed", username="composed", participants=77)


@asynccontextmanager
async def client(server: TelegramServer, folder: Path) -> AsyncIterator[TelegramClient]:
    """Yield a client that is signed in, with Telethon's own defaults."""
    session = server.authorise(folder / "bare.session")
    install_key(server.public_key, folder)
    made = TelegramClient(str(session), 12345, "0" * 32)
    await made.connect()
    try:
        yield made
    finally:
        await made.disconnect()


@pytest.mark.asyncio
async def test_signing_in_makes_a_key_and_wants_the_code(
    server: TelegramServer, tmp_path: Path
) -> None:
    server.add_user(PHONE, "54321", user=7, password="hush")
    install_key(server.public_key, tmp_path)
    made = TelegramClient(str(tmp_path / "new.session"), 12345, "0" * 32)
    made.session.set_dc(2, server.host, server.port)
    await made.connect()
    try:
        assert not await made.is_user_authorized()
        sent = await made.send_code_request(PHONE)
        with pytest.raises(errors.PhoneCodeInvalidError):
            await made.sign_in(PHONE, "11111", phone_code_hash=sent.phone_code_hash)
        with pytest.raises(errors.SessionPasswordNeededError):
            await made.sign_in(PHONE, "54321", phone_code_hash=sent.phone_code_hash)
        with pytest.raises(errors.PasswordHashInvalidError):
            await made.sign_in(password="wrong")
        assert (await made.sign_in(password="hush")).id == 7
    finally:
        await made.disconnect()


@pytest.mark.asyncio
async def test_only_members_are_pushed_to(
    server: TelegramServer, channel: Channel, tmp_path: Path
) -> None:
    met: list[str] = []
    async with client(server, tmp_path) as asking:
        peer = await asking.get_input_entity("composed")

        async def hear(event: events.NewMessage.Event) -> None:
            met.append(event.message.message)

        asking.add_event_handler(hear, events.NewMessage)

        async def heard(text: str) -> bool:
            server.post(channel, text)
            for _ in range(20):
                await asyncio.sleep(0.02)
                if text in met:
                    return True
            return False

        assert not await heard("before")
        assert [d.id async for d in asking.iter_dialogs()] == []
        await asking(functions.channels.JoinChannelRequest(peer))
        assert await heard("as a member")
        assert [d.name async for d in asking.iter_dialogs()] == ["Composed"]
        await asking(functions.channels.LeaveChannelRequest(peer))
        assert not await heard("after")
    assert met == ["as a member"]


@pytest.mark.asyncio
async def test_history_is_the_channels_in_both_directions(
    server: TelegramServer, channel: Channel, tmp_path: Path
) -> None:
    """Over several answers, which are packed from some size on."""
    server.fill(channel, 250, start=START, every=timedelta(minutes=1))
    server.delete(channel, 100, 101)
    there = [i for i in range(1, 251) if i not in {100, 101}]
    async with client(server, tmp_path) as asking:
        peer = await asking.get_input_entity("composed")
        assert [m.id async for m in asking.iter_messages(peer, wait_time=0)] == there[::-1]
        forward = asking.iter_messages(peer, reverse=True, min_id=99, max_id=120, wait_time=0)
        assert [m.id async for m in forward] == list(range(102, 120))
        when = channel.posts[200].date
        later = asking.iter_messages(peer, reverse=True, offset_date=when, wait_time=0)
        assert [m.id async for m in later] == list(range(200, 251))
        some = await asking.get_messages(peer, ids=[1, 100, 9999])
        assert [m and m.id for m in some] == [1, None, None]


@pytest.mark.asyncio
async def test_media_polls_forwards_and_service_messages_arrive_as_such(
    server: TelegramServer, channel: Channel, tmp_path: Path
) -> None:
    source = server.add_channel(1002, "Source", username="source")
    server.post(channel, "photo", media=types.MessageMediaPhoto(photo=types.PhotoEmpty(5)))
    question = types.TextWithEntities("Which?", [])
    answers = [types.PollAnswer(types.TextWithEntities(t, []), t.encode()) for t in ("a", "b")]
    poll = types.Poll(1, question, answers, hash=0)
    server.post(channel, "", media=types.MessageMediaPoll(poll, types.PollResults()))
    origin = types.MessageFwdHeader(source.date, from_id=types.PeerChannel(source.id))
    server.post(channel, "forward", fwd_from=origin)
    server.service(channel, types.MessageActionChatEditTitle("New"))
    async with client(server, tmp_path) as asking:
        peer = await asking.get_input_entity("composed")
        met = [m async for m in asking.iter_messages(peer, reverse=True, wait_time=0)]
    assert isinstance(met[0].media, types.MessageMediaPhoto)
    assert met[1].media.poll.question.text == "Which?"
    assert met[2].forward.chat.username == "source"
    assert met[3].action.title == "New"


@pytest.mark.asyncio
async def test_a_channel_as_the_account_sees_it(
    server: TelegramServer, channel: Channel, tmp_path: Path
) -> None:
    async with client(server, tmp_path) as asking:
        peer = await asking.get_input_entity("composed")
        full = await asking(functions.channels.GetFullChannelRequest(peer))
        assert full.full_chat.participants_count == 77
        wrong = types.InputChannel(peer.channel_id, peer.access_hash + 1)
        with pytest.raises(errors.ChannelInvalidError):
            await asking(functions.channels.GetFullChannelRequest(wrong))
        server.delete_channel(channel)
        with pytest.raises(errors.ChannelPrivateError):
            await asking(functions.channels.GetFullChannelRequest(peer))
        told = await asking(functions.channels.GetChannelsRequest([peer]))
        assert isinstance(told.chats[0], types.ChannelForbidden)
        with pytest.raises(errors.UsernameNotOccupiedError):
            await asking(functions.contacts.ResolveUsernameRequest("composed"))
    assert server.count("channels.GetFullChannel") == 3


@pytest.mark.asyncio
async def test_a_fault_meets_one_request_of_the_named_method(
    server: TelegramServer, channel: Channel, tmp_path: Path
) -> None:
    async with client(server, tmp_path) as asking:
        peer = await asking.get_input_entity("composed")
        server.fail("channels.GetChannels", "error", 420, "FLOOD_WAIT_99")
        await asking(functions.channels.GetFullChannelRequest(peer))
        with pytest.raises(errors.FloodWaitError) as refused:
            await asking(functions.channels.GetChannelsRequest([peer]))
        assert refused.value.seconds == 99
        asking._flood_waited_requests.clear()
        assert (await asking(functions.channels.GetChannelsRequest([peer]))).chats


@pytest.mark.asyncio
async def test_ports_are_ephemeral_and_servers_apart(server: TelegramServer) -> None:
    with TelegramServer() as other:
        assert other.port != server.port
        assert other.count("help.GetConfig") == 0
