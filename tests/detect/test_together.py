"""What all channels together show stands in the cases of those whom it concerns."""

from monitor.detect.together import conclude_all
from monitor.model import Kind
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
