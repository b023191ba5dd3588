"""Promises of the composed wording: every notice is judged as what it plays, and no line is one."""

import pytest

from monitor.detect.notices import judge
from monitor.model import Label, Speaker
from monitor.samples import loading
from tests.samples.recorded_pages import NAMES, posts
from tools import compose_samples
from tools.composing.plan import ChannelPlan, read_plan

LABELS = {
    "announced": Label.CLOSURE,
    "left": Label.CLOSURE,
    "partial": Label.PARTIAL_MOVE,
    "parallel": Label.INVITATION,
    "returned": Label.RETURN,
    "stays": Label.NONE,
    "report": Label.THIRD_PARTY,
    "order": Label.NONE,
}
CHANNELS = [
    pytest.param(name, channel, id=channel.username)
    for name in NAMES
    for channel in read_plan(compose_samples.PLANS / f"{name}.toml").channels
]


@pytest.mark.parametrize(("name", "channel"), CHANNELS)
def test_notices_are_judged_as_what_they_play_and_bland_lines_as_nothing(
    name: str, channel: ChannelPlan
) -> None:
    expected = {event.at: LABELS[event.what] for event in channel.events}
    speaker = Speaker(channel.username, channel.title, channel.aliases)
    there = posts(name, channel.username)
    assert set(expected) <= {post.at for post in there}
    for post in there:
        urls = tuple(link.url for link in post.links)
        verdict = judge(speaker, post.text, urls, post.forwarded_from, post.at)
        assert verdict.label is expected.get(post.at, Label.NONE), post.text


def test_every_sample_has_a_plan() -> None:
    assert loading.names() == NAMES
