"""A judgement to report on, composed for tests: names, words and counts are all invented."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from monitor.model import (
    Availability,
    Case,
    CaseDestination,
    Channel,
    ChannelView,
    Count,
    Evidence,
    Finding,
    Interval,
    Judgement,
    Kind,
    LinkUse,
    Reason,
    State,
    Why,
)
from monitor.report.summary import Conflict, Reconstruction, Source

DAY = timedelta(days=1)
START = datetime(2018, 3, 19, tzinfo=UTC)
END = datetime(2018, 5, 7, tzinfo=UTC)
AT = datetime(2018, 5, 8, 6, tzinfo=UTC)
WINDOW = (START, END)
WEEK = (datetime(2018, 4, 16, tzinfo=UTC), datetime(2018, 4, 23, tzinfo=UTC))
SHA = "ab12" * 16

FAREWELL_FA = (
    "متن ساختگی: به آگاهی همراهان گرامی می‌رساند فعالیت این کانال در تلگرام از امروز پایان می‌یابد. "
    "از این پس ما را در سروش با نشانی sapp.ir/sakhtegi و در ایتا دنبال کنید (۱۲٫۵٪ بیشتر!)."
)
FAREWELL_RU = (
    "Составленный текст: с сегодняшнего дня канал в Telegram не обновляется. Читайте нас в MAX: "
    "max.ru/sostavleno_dlya_proverki_ochen_dlinnoe_imya_kanala_bez_probelov_i_perenosov."
)
HOSTILE = (
    '<script>alert("x")</script><img src=x onerror=alert(1)>\u202etxet desrever\u202c {{7*7}} & co'
)


def at(month: int, day: int, hour: int = 9) -> datetime:
    """Return a moment of 2018, UTC."""
    return datetime(2018, month, day, hour, tzinfo=UTC)


def finding(
    channel: str | None,
    kind: Kind,
    when: datetime,
    *,
    quote: str | None = None,
    post_id: int | None = 100,
    sha256: str | None = SHA,
    details: Mapping[str, str | float | None] | None = None,
    first: str = "",
) -> Finding:
    """Write a finding as detect would."""
    return Finding(
        channel=channel,
        kind=kind,
        at=when,
        confidence=0.93,
        rule=f"{kind.value}.composed",
        summary=f"@{channel} composed {kind.value}",
        evidence=(Evidence(post_id, f"https://t.me/{channel}/{post_id}", quote, sha256),),
        details=dict(details or {}),
        key=f"{channel}\n{first or when.isoformat()}",
    )


def counts(
    start: int, *, days: int = 48, daily: float = 0.001, drop_on: int = -1, rounded: int = 1
) -> tuple[Count, ...]:
    """Return a count a day, growing, with a fall of 6 % at one day, rounded to a step."""
    found = []
    value = float(start)
    for day in range(days):
        value *= 1 + daily + 0.0004 * math.sin(day)
        value *= 0.94 if day == drop_on else 1
        middle = round(value / rounded) * rounded
        interval = Interval(middle - rounded // 2, middle + rounded // 2)
        if not 24 <= day < 27:  # our own outage
            found.append(Count(START + day * DAY + timedelta(hours=5), interval, "composed"))
    return tuple(found)


def links(platforms: Sequence[str], first: date, posts: int) -> tuple[LinkUse, ...]:
    """Return links on every third day from a day on, more of the first platform."""
    return tuple(
        LinkUse(first + timedelta(days=day), name, own=True, posts=max(1, posts - 2 * i))
        for day in range(0, 21, 3)
        for i, name in enumerate(platforms)
        if first + timedelta(days=day) < END.date()
    )


COVERED = ((START, at(4, 12)), (at(4, 15), END))


def view(
    username: str,
    state: State = State.ACTIVE,
    *,
    title: str | None = None,
    timeline: Iterable[Finding] = (),
    series: tuple[Count, ...] = (),
    uses: tuple[LinkUse, ...] = (),
    covered: tuple[tuple[datetime, datetime], ...] = COVERED,
    language: str | None = "fa",
    destinations: tuple[CaseDestination, ...] = (),
    availability: Availability | None = Availability.OK,
    key: int = 1,
) -> ChannelView:
    """Return a channel with its case."""
    steps = tuple(timeline)
    notice = next((f for f in steps if f.kind in (Kind.CLOSURE_NOTICE, Kind.PARTIAL_MOVE)), None)
    case = Case(
        channel=username,
        state=state,
        since=steps[-1].at if steps else START,
        confidence=0.9,
        availability=availability,
        notice=notice,
        destinations=destinations,
        silence_days=17.3 if state is State.LEFT else 0.4,
        last_post_at=notice.at if notice and state is State.LEFT else at(5, 6),
        timeline=steps,
        why=(Reason(Why.ANNOUNCED if notice else Why.POSTS),),
    )
    posts = {START.date() + timedelta(days=day): 4 for day in range(48)}
    return ChannelView(
        Channel(key=key, username=username, title=title, language=language, configured=True),
        case,
        counts=series,
        covered=covered,
        links=uses,
        posts_by_day=posts,
        failures=2 if username == "composed_news" else 0,
    )


def leaver(
    username: str,
    title: str,
    day: datetime,
    quote: str,
    *,
    series: tuple[Count, ...] = (),
    uses: tuple[LinkUse, ...] = (),
    language: str = "fa",
    destinations: tuple[CaseDestination, ...] = (),
) -> ChannelView:
    """Return a channel that announced and fell silent."""
    steps = (
        finding(username, Kind.CLOSURE_NOTICE, day, quote=quote),
        finding(username, Kind.SILENCE, day, first="silence"),
    )
    return view(
        username,
        State.LEFT,
        title=title,
        timeline=steps,
        series=series,
        uses=uses,
        language=language,
        destinations=destinations,
    )


def judgement() -> Judgement:
    """Return eleven channels in every state, with Persian, Russian and hostile text."""
    drop = finding(
        "composed_office",
        Kind.SUBSCRIBER_DROP,
        at(4, 18),
        details={
            "from": 980_000.0,
            "to": 921_000.0,
            "change_pct": -6.0,
            "started_at": "2018-04-17T05:00:00Z",
            "ended_at": "2018-04-18T05:00:00Z",
        },
        first="drop",
    )
    office = leaver(
        "composed_office",
        "دفتر ساختگی نمونه | حساب رسمی",
        at(4, 18),
        FAREWELL_FA,
        series=counts(950_000, drop_on=30),
        uses=links(["soroush", "igap", "gap"], date(2018, 4, 16), 9),
        destinations=(
            CaseDestination("soroush", "sakhtegi", at(4, 18)),
            CaseDestination("igap", "sakhtegi", at(4, 18)),
        ),
    )
    office = replace(office, case=replace(office.case, timeline=(*office.case.timeline, drop)))
    news = [
        finding(
            "composed_news", Kind.CLOSURE_NOTICE, at(4, 20), quote="متن ساختگی: " + "خبر " * 990
        ),
        finding("composed_news", Kind.SILENCE, at(4, 20), first="silence"),
        finding("composed_news", Kind.RETURN_NOTICE, at(5, 3), quote="متن ساختگی: بازگشتیم."),
    ]
    evil = [finding("evil_channel", Kind.CLOSURE_NOTICE, at(4, 21), quote=HOSTILE)]
    kept = [finding("network_one", Kind.CLOSURE_NOTICE, at(4, 21, 5), quote=FAREWELL_FA[:60])]
    many = ["soroush", "eitaa", "bale", "igap", "gap", "wispi", "rubika", "bisphone", "max", "vk"]
    drawn: tuple[ChannelView, ...] = (
        office,
        leaver(
            "composed_ru",
            "Составленное ведомство по проверке очень длинных названий каналов",
            at(4, 25),
            FAREWELL_RU,
            series=counts(38_400, daily=-0.002, rounded=100),
            uses=links(["max", "vk"], date(2018, 4, 20), 6),
            language="ru",
        ),
        view(
            "composed_news",
            State.RETURNED,
            title="خبرگزاری ساختگی",
            timeline=news,
            series=counts(1_820_000, rounded=10_000),
            uses=links(many, date(2018, 4, 17), 20),
        ),
        view("evil_channel", State.ANNOUNCED, title=HOSTILE, timeline=evil, series=counts(1_200)),
        view(
            "network_one",
            State.ANNOUNCED_NOT_DONE,
            title="شبکهٔ ساختگی یک",
            timeline=kept,
            series=counts(147_000, daily=0.0),
        ),
        view(
            "still_here", State.ACTIVE, title="Composed ministry that stays", series=counts(9_000)
        ),
        view(
            "both_sides",
            State.PARALLEL,
            title="Параллельный составленный канал",
            language="ru",
            timeline=[
                finding("both_sides", Kind.INVITATION, at(4, 2), quote="Составлено: мы и в MAX")
            ],
            uses=links(["max"], date(2018, 4, 2), 3),
        ),
        view(
            "part_moved",
            State.PARTIAL,
            title="بخش کوچ‌کردهٔ ساختگی",
            timeline=[finding("part_moved", Kind.PARTIAL_MOVE, at(4, 10), quote="متن ساختگی بخشی")],
            series=counts(52_000, days=20),
        ),
        view(
            "gone_channel",
            State.GONE,
            title="ناپدید ساختگی",
            timeline=[finding("gone_channel", Kind.GONE, at(4, 27), post_id=None, sha256=None)],
            series=counts(21_000, days=38),
            availability=Availability.NOT_FOUND,
        ),
        view("never_seen", State.UNKNOWN, covered=(), availability=None, language=None),
        view(
            "plain_en",
            title="A plain channel in English with a title of some length, composed",
            language="en",
            series=counts(640),
        ),
    )
    views = tuple(replace(v, channel=replace(v.channel, key=n)) for n, v in enumerate(drawn, 1))
    findings = tuple(f for v in views for f in v.case.timeline)
    wave = replace(finding(None, Kind.THIRD_PARTY_REPORT, at(4, 21)), summary=HOSTILE)
    return Judgement(AT, (*findings, wave), views)


def reconstruction() -> Reconstruction:
    """Return a reconstruction whose sources differ about one channel."""
    return Reconstruction(
        notice="Composed for tests: nothing of this happened.",
        sources=(
            Source("A composed paper, page 1", "https://example.org/a?b=1&c=<2>"),
            Source("A composed paper, page 2", "https://example.org/paper"),
            Source("Bad address", "javascript:alert(1)"),
        ),
        conflicts=(
            Conflict(
                "Composed_Office",
                "closure notice",
                date(2018, 4, 18),
                date(2018, 4, 20),
                "A says 18, B says 20",
            ),
        ),
    )


def crowd(size: int) -> Judgement:
    """Return many channels with counts, to try the limits of the figures."""
    views = tuple(
        view(
            f"crowd_{n:03d}", title=f"کانال ساختگی شمارهٔ {n}", series=counts(1000 * n + 500), key=n
        )
        for n in range(size)
    )
    return Judgement(AT, (), views)
