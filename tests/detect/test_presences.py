"""Places learnt from a channel's own page make the links of its posts its own."""

from monitor.detect import presences
from monitor.detect.notices import NOTHING, judge
from monitor.model import DestinationLink, Speaker

OFFICE = Speaker("demo_office", "اداره نمونه")


def test_a_bio_and_the_configuration_say_where_a_channel_is() -> None:
    known = presences.learn(
        OFFICE,
        ["درگاه نمونه | eitaa.com/Nemune_X", "اداره نمونه (بله: nemunex)", None, ""],
        [("max", "Primer_X"), ("vk", "")],
    )
    assert known == {("eitaa", "nemune_x"), ("bale", "nemunex"), ("max", "primer_x")}


def test_a_bio_may_name_others_and_sites() -> None:
    known = presences.learn(OFFICE, ["رزرو: t.me/ad_seller eitaa.com/ad_seller | https://max.ru"])
    assert known == frozenset()


def test_a_link_to_a_known_place_is_own_and_no_other_becomes_so() -> None:
    known = frozenset({("eitaa", "nemune_x")})
    links = (
        DestinationLink("eitaa.com/NEMUNE_X", "eitaa", "handle", "NEMUNE_X"),
        DestinationLink("ble.ir/nemune_x", "bale", "handle", "nemune_x"),
        DestinationLink("eitaa.com/nemune_x/1", "eitaa", "post", "nemune_x"),
        DestinationLink("eitaa.com", "eitaa", "site"),
        DestinationLink("max.ru/a", "max", "handle", "a", own=True),
    )
    assert [link.own for link in presences.mark(links, known)] == [True, False, False, False, True]


def test_a_verdict_is_settled_with_what_is_known() -> None:
    verdict = judge(OFFICE, "خبر دیگری در eitaa.com/nemune_x آمده و بسیار خواندنی است")
    assert verdict.own_destinations == ()
    settled = presences.settle(verdict, frozenset({("eitaa", "nemune_x")}))
    assert settled.own_destinations == (("eitaa", "nemune_x"),)
    assert settled.label is verdict.label
    assert presences.settle(verdict, frozenset()) is verdict
    assert presences.settle(verdict, frozenset({("max", "x")})) is verdict
    assert presences.settle(NOTHING, frozenset({("max", "x")})) is NOTHING


def test_own_places_are_named_once_as_first_spelled() -> None:
    links = (
        DestinationLink("eitaa.com/Ab_c", "eitaa", "handle", "Ab_c", own=True),
        DestinationLink("@ab_c", "eitaa", "mention", "ab_c", own=True),
        DestinationLink("eitaa.com", "eitaa", "site", own=True),
        DestinationLink("max.ru/x", "max", "handle", "x"),
    )
    assert presences.own_places(links) == (("eitaa", "Ab_c"),)
