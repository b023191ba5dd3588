"""What all channels together show stands in the cases of those whom it concerns."""

from dataclasses import replace

from monitor.detect.together import conclude_all
from monitor.model import Decision, Kind, Review
from tests.detect.test_effect import AT, grown, said, view


def test_an_effect_stands_in_the_case_of_its_channel_by_time() -> None:
    views = [view(1, grown(0.01, -0.01)), *(view(k, grown(0.01, 0.01)) for k in range(2, 6))]
    about = said(2, AT, Kind.THIRD_PARTY_REPORT)
    found, joined = conclude_all(views, [said(1), about], {})
    assert [(f.kind, f.channel) for f in found] == [(Kind.NOTICE_EFFECT, "channel_1")]
    assert [list(v.case.timeline) for v in joined] == [found, [], [], [], []]


def test_the_same_views_give_the_same_findings() -> None:
    views = [view(k, grown(0.01, -0.01)) for k in range(1, 6)]
    assert conclude_all(views, [said(1)], {}) == conclude_all(views, [said(1)], {})


def test_no_effect_is_asked_of_a_notice_that_was_rejected_or_waits() -> None:
    views = [view(1, grown(0.01, -0.01)), *(view(k, grown(0.01, 0.01)) for k in range(2, 6))]
    no = Review(Decision.REJECTED, "satire", AT)
    yes = Review(Decision.ACCEPTED, "seen", AT)
    assert conclude_all(views, [replace(said(1), review=no)], {}) == ([], views)
    unsure = replace(said(1), confidence=0.6)
    assert conclude_all(views, [unsure], {}) == ([], views)
    assert len(conclude_all(views, [replace(unsure, review=yes)], {})[0]) == 1


def test_decisions_on_what_all_show_stand_with_it_and_in_the_cases() -> None:
    views = [view(1, grown(0.01, -0.01)), *(view(k, grown(0.01, 0.01)) for k in range(2, 6))]
    (found,), _ = conclude_all(views, [said(1)], {})
    no = Review(Decision.REJECTED, "a holiday", AT)
    (marked,), joined = conclude_all(views, [said(1)], {}, {1: {found.subject: no}})
    assert marked.review == no
    assert joined[0].case.timeline == (marked,)
    assert conclude_all(views, [said(1)], {}, {2: {found.subject: no}})[0] == [found]
