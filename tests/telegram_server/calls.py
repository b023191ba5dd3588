"""The methods that the server answers, as core.telegram.org describes them."""

import bisect
import struct
from typing import Any

from telethon.tl import types as T

from tests.telegram_server.errors import RpcError
from tests.telegram_server.signing_in import SigningIn
from tests.telegram_server.world import Channel, now


def vector(objects: list[Any]) -> bytes:
    return struct.pack("<Ii", 0x1CB5C415, len(objects)) + b"".join(bytes(x) for x in objects)


class Calls(SigningIn):
    """Answers by method name; `made` is the log of what was asked: name, user, request."""

    def __init__(self) -> None:
        super().__init__()
        self.channels: dict[int, Channel] = {}
        self.made: list[tuple[str, int | None, Any]] = []
        self.address = ("127.0.0.1", 0)

    def answer(self, name: str, request: Any, connection: Any) -> Any:
        method = getattr(self, "do_" + name.replace(".", "_"), None)
        if method is None:
            raise RpcError(400, "METHOD_NOT_IMPLEMENTED_" + name.upper())
        user = self.users.get(connection.user) if connection.user else None
        if user is not None and user.banned:
            raise RpcError(401, "USER_DEACTIVATED_BAN")
        return method(request, connection)

    def _channel(self, peer: Any, user: int) -> Channel:
        channel = self.channels.get(getattr(peer, "channel_id", 0))
        if channel is None or peer.access_hash != channel.access_hash(user):
            raise RpcError(400, "CHANNEL_INVALID")
        if channel.closed:
            raise RpcError(400, "CHANNEL_PRIVATE")
        return channel

    # -- account and updates ---------------------------------------------------------------

    def do_help_GetConfig(self, r: Any, c: Any) -> Any:
        here = [T.DcOption(2, *self.address)]
        return T.Config(
            now(), now(), False, 2, here, "", *[200] * 21, "https://t.me/", 1024, 4096, 2
        )

    def do_users_GetUsers(self, r: Any, c: Any) -> Any:
        return vector([self.users[c.user].tl()])

    def do_updates_GetState(self, r: Any, c: Any) -> Any:
        return T.updates.State(1, 0, now(), 1, 0)

    def do_updates_GetDifference(self, r: Any, c: Any) -> Any:
        mine = [ch for ch in self.channels.values() if c.user in ch.members]
        hints = [T.UpdateChannelTooLong(ch.id, ch.pts) for ch in mine]
        state = T.updates.State(1, 0, now(), 1, 0)
        return T.updates.Difference([], [], hints, [ch.tl(c.user) for ch in mine], [], state)

    def do_updates_GetChannelDifference(self, r: Any, c: Any) -> Any:
        channel = self._channel(r.channel, c.user)
        new = [u for u in channel.log if u.pts > r.pts]
        if channel.too_long:
            channel.too_long = False
            dialog = T.Dialog(
                T.PeerChannel(channel.id), channel.next_id - 1, 0, 0, 0, 0, 0, 0,
                T.PeerNotifySettings(), pts=channel.pts,
            )  # fmt: skip
            return T.updates.ChannelDifferenceTooLong(
                dialog, [], [channel.tl(c.user)], [], final=True
            )
        if not new:
            return T.updates.ChannelDifferenceEmpty(channel.pts, final=True, timeout=30)
        posts = [u.message for u in new if isinstance(u, T.UpdateNewChannelMessage)]
        rest = [u for u in new if not isinstance(u, T.UpdateNewChannelMessage)]
        return T.updates.ChannelDifference(
            channel.pts, [p for p in posts if p.id in channel.posts], rest,
            [channel.tl(c.user)], [], final=True, timeout=30,
        )  # fmt: skip

    # -- channels --------------------------------------------------------------------------

    def do_contacts_ResolveUsername(self, r: Any, c: Any) -> Any:
        for channel in self.channels.values():
            if (channel.username or "").lower() == r.username.lower():
                return T.contacts.ResolvedPeer(T.PeerChannel(channel.id), [channel.tl(c.user)], [])
        raise RpcError(400, "USERNAME_NOT_OCCUPIED")

    def do_channels_GetChannels(self, r: Any, c: Any) -> Any:
        found = []
        for peer in r.id:
            channel = self.channels.get(peer.channel_id)
            if channel is None or peer.access_hash != channel.access_hash(c.user):
                raise RpcError(400, "CHANNEL_INVALID")
            found.append(channel.tl(c.user))
        return T.messages.Chats(found)

    def do_channels_GetFullChannel(self, r: Any, c: Any) -> Any:
        channel = self._channel(r.channel, c.user)
        return T.messages.ChatFull(channel.full(), [channel.tl(c.user)], [])

    def do_channels_JoinChannel(self, r: Any, c: Any) -> Any:
        channel = self._channel(r.channel, c.user)
        channel.members.add(c.user)
        return T.Updates([T.UpdateChannel(channel.id)], [], [channel.tl(c.user)], now(), 0)

    def do_channels_LeaveChannel(self, r: Any, c: Any) -> Any:
        channel = self._channel(r.channel, c.user)
        channel.members.discard(c.user)
        return T.Updates([T.UpdateChannel(channel.id)], [], [channel.tl(c.user)], now(), 0)

    def do_messages_GetDialogs(self, r: Any, c: Any) -> Any:
        mine = [ch for ch in self.channels.values() if c.user in ch.members and not ch.closed]
        dialogs = [
            T.Dialog(
                T.PeerChannel(ch.id), ch.next_id - 1, 0, 0, 0, 0, 0, 0, T.PeerNotifySettings(),
                pts=ch.pts,
            )
            for ch in mine
        ]  # fmt: skip
        tops = [ch.posts[ch.ids[-1]] for ch in mine if ch.ids]
        return T.messages.Dialogs(dialogs, tops, [ch.tl(c.user) for ch in mine], [])

    def do_channels_GetMessages(self, r: Any, c: Any) -> Any:
        channel = self._channel(r.channel, c.user)
        found = [
            channel.posts.get(i.id) or T.MessageEmpty(i.id, peer_id=T.PeerChannel(channel.id))
            for i in r.id
        ]
        return T.messages.ChannelMessages(
            channel.pts, len(found), found, [], self._chats(channel, found, c.user), []
        )

    def _chats(self, channel: Channel, posts: list[Any], user: int) -> list[Any]:
        """Return the channel, and those that its posts were forwarded from."""
        sources = {
            p.fwd_from.from_id.channel_id for p in posts
            if getattr(p, "fwd_from", None) and isinstance(p.fwd_from.from_id, T.PeerChannel)
        }  # fmt: skip
        chats = [self.channels[i] for i in sorted(sources - {channel.id}) if i in self.channels]
        return [ch.tl(user) for ch in (channel, *chats)]

    def do_messages_GetHistory(self, r: Any, c: Any) -> Any:
        """Answer as Telegram counts: from an offset on towards older posts, shifted by add_offset.

        A date of 0 arrives as 1970, which is no bound.
        """
        channel = self._channel(r.peer, c.user)
        ids = channel.ids  # ascending
        end = len(ids)
        if r.offset_id:
            end = bisect.bisect_left(ids, r.offset_id)
        elif r.offset_date and r.offset_date.timestamp() > 0:
            end = bisect.bisect_left(ids, r.offset_date, key=lambda i: channel.posts[i].date)
        high = min(max(end - r.add_offset, 0), len(ids))
        low = min(max(end - r.add_offset - r.limit, 0), len(ids))
        chosen = [
            i for i in reversed(ids[low:high])
            if (not r.max_id or i < r.max_id) and (not r.min_id or i > r.min_id)
        ]  # fmt: skip
        found = [channel.posts[i] for i in chosen]
        return T.messages.ChannelMessages(
            channel.pts, len(ids), found, [], self._chats(channel, found, c.user), []
        )
