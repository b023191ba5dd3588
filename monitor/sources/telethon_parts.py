"""The parts of a Telethon message - entities, buttons, media, actions - as the model's words."""

from collections.abc import Iterator

from monitor.model import Link, Poll
from monitor.sources.fields import MAX_LINKS, MAX_NAME, BadRow, as_name, as_text, as_url, shown

Tree = dict[str, object]

_SERVICES = {
    "MessageActionChannelCreate": "created",
    "MessageActionChatEditTitle": "renamed",
    "MessageActionChatEditPhoto": "photo_changed",
    "MessageActionChatDeletePhoto": "photo_changed",
    "MessageActionPinMessage": "pinned",
    "MessageActionChannelMigrateFrom": "migrated",
}
_MEDIA = {
    "MessageMediaPhoto": "photo",
    "MessageMediaPoll": "poll",
    "MessageMediaGeo": "location",
    "MessageMediaGeoLive": "location",
    "MessageMediaVenue": "location",
    "MessageMediaContact": "contact",
    "MessageMediaGame": "game",
    "MessageMediaInvoice": "invoice",
    "MessageMediaPaidMedia": "paid",
    "MessageMediaStory": "story",
    "MessageMediaGiveaway": "giveaway",
}
_ATTRIBUTES = (  # the first that a document has decides
    ("DocumentAttributeSticker", "sticker"),
    ("DocumentAttributeAnimated", "video"),  # as Telegram's pages show it
    ("DocumentAttributeVideo", "video"),
    ("DocumentAttributeAudio", "audio"),
)


def links_of(message: Tree, text: str) -> tuple[Link, ...]:
    """Return the addresses of a message: shown, behind words, on buttons, in the page preview.

    Raises:
        BadRow: an entity or a button is not what Telethon writes, or there are too many.
    """
    media = message.get("media")
    if not (media or message.get("entities") or message.get("reply_markup")):
        return ()  # most posts
    links = [*_entity_links(message, text), *_button_links(message)]
    page = media.get("webpage") if isinstance(media, dict) else None
    url = page.get("url") if isinstance(page, dict) else None
    # The preview is of an address that the text mostly shows already, with or without a scheme.
    if isinstance(url, str) and _bare(url) not in {_bare(link.url) for link in links}:
        shows = _bare(url) in text.casefold()
        links.append(Link(as_url("webpage.url", url), "visible" if shows else "hidden"))
    if len(links) > MAX_LINKS:
        raise BadRow(f"has more than {MAX_LINKS} links")
    return tuple(dict.fromkeys(links))


def _bare(url: str) -> str:
    return url.casefold().removeprefix("https://").removeprefix("http://").rstrip("/")


def _entity_links(message: Tree, text: str) -> Iterator[Link]:
    units = text.encode("utf-16-le")
    for entity in _trees("entities", message.get("entities")):
        kind = entity.get("_")
        if kind not in {"MessageEntityTextUrl", "MessageEntityUrl"}:
            continue
        offset, length = entity.get("offset"), entity.get("length")
        if not isinstance(offset, int) or not isinstance(length, int) or offset < 0 or length < 0:
            raise BadRow(f"an entity has offset {shown(offset)} and length {shown(length)}")
        # Telegram counts in UTF-16 units: an emoji is two of them.
        words = units[2 * offset : 2 * (offset + length)].decode("utf-16-le", "ignore")
        if kind == "MessageEntityTextUrl":
            yield Link(as_url("entity url", entity.get("url")), "hidden", words)
        elif words.strip():
            yield Link(as_url("entity", words), "visible")


def _button_links(message: Tree) -> Iterator[Link]:
    markup = message.get("reply_markup")
    rows = markup.get("rows") if isinstance(markup, dict) else None
    for row in _trees("reply_markup.rows", rows):
        for button in _trees("reply_markup.buttons", row.get("buttons")):
            # Since layer 229 the address is in the button's type, before that in the button.
            kind = button.get("type")
            url = kind.get("url") if isinstance(kind, dict) else button.get("url")
            if isinstance(url, str):
                words = as_text("button text", button.get("text") or "", most=MAX_NAME)
                yield Link(as_url("button url", url), "button", words)


def _trees(name: str, value: object) -> list[Tree]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(part, dict) for part in value):
        raise BadRow(f"{name} is not a list of objects")
    return value


def media_of(media: object) -> tuple[str, ...]:
    """Return the kind of a message's media, such as `photo`; nothing for none or a preview."""
    if not isinstance(media, dict) or media.get("_") in {
        "MessageMediaEmpty",
        "MessageMediaWebPage",
    }:
        return ()
    if media.get("_") == "MessageMediaDocument":
        return (_document(media.get("document")),)
    return (_MEDIA.get(str(media.get("_")), "unsupported"),)


def _document(document: object) -> str:
    attributes = document.get("attributes") if isinstance(document, dict) else None
    found = {str(part.get("_")): part for part in _trees("document.attributes", attributes)}
    for name, kind in _ATTRIBUTES:
        if name in found:
            if kind == "video" and found[name].get("round_message"):
                return "round_video"
            return "voice" if kind == "audio" and found[name].get("voice") else kind
    return "document"


def poll_of(media: object) -> Poll | None:
    """Return a message's poll, None where there is none; who voted is not kept."""
    poll = media.get("poll") if isinstance(media, dict) else None
    if not isinstance(poll, dict):
        return None
    answers = _trees("poll.answers", poll.get("answers"))
    return Poll(
        question=_words("poll.question", poll.get("question")),
        options=tuple(_words("poll.answers", answer.get("text")) for answer in answers),
        quiz=bool(poll.get("quiz")),
    )


def _words(name: str, value: object) -> str:
    # Since layer 178 these are a TextWithEntities, before that plain text.
    return as_text(name, value.get("text") if isinstance(value, dict) else value)


def reactions_of(reactions: object) -> int | None:
    """Return how many reactions of all sorts a message has; None where it tells nothing."""
    results = reactions.get("results") if isinstance(reactions, dict) else None
    if results is None:
        return None
    counts = [part.get("count") for part in _trees("reactions.results", results)]
    return sum(n for n in counts if isinstance(n, int) and n > 0)


def service_of(message: Tree) -> tuple[str, str]:
    """Return a service message's kind and its words, in English as Telegram's pages say them."""
    action = message.get("action")
    if not isinstance(action, dict):
        raise BadRow(f"action {shown(action)} is not an object")
    service = _SERVICES.get(str(action.get("_")), "other")
    title = as_name("action.title", action.get("title"))
    words = {
        "created": "Channel created",
        "renamed": f"Channel name was changed to «{title or ''}»",
        "photo_changed": "Channel photo updated",
        "migrated": f"Made from the group «{title or ''}»",
    }
    return service, words.get(service, "")
