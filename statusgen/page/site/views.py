"""What templates see: small frozen values with every fact decided and every time written out.

A `tone` is one of site/tones.py; the style sheet gives each its colour, and the templates give
each its shape.
"""

from statusgen.values.value import Value


class SiteView(Value, frozen=True):
    """The page as a whole, seen from one folder of it."""

    name: str
    language: str
    direction: str
    """`ltr` or `rtl`."""
    support: str | None
    zone: str
    """The name of the page's time zone."""
    is_utc: bool
    root: str
    """What leads from a page to the top: empty, `../`, or an absolute link with its slash."""
    style: str
    """Keys of assets, to be put behind `root`."""
    icon: str
    script: str
    logo: str | None
    logo_dark: str | None
    """For dark pages; None where `logo` serves both."""
    origin: str | None
    """The host that `root` leads to; None where it is relative, and so stays on the page's own."""


class HeadView(Value, frozen=True):
    """What the head of one HTML file says."""

    title: str
    description: str
    url: str | None
    """The canonical link; None where there is none."""
    kind: str = "website"


class Moment(Value, frozen=True):
    """An instant for a `time` element."""

    machine: str
    words: str


class WindowView(Value, frozen=True):
    """From when to when a maintenance is planned."""

    starts: Moment
    ends: Moment


class TurnView(Value, frozen=True):
    """What the clock alone will bring; the browser shows it when a build comes late."""

    at: str
    """A machine time."""
    label: str
    """Empty where from then on there is nothing to say."""
    tone: str
    """Empty for what has none."""


class StateView(Value, frozen=True):
    """A component by name, with its state where one is to be shown."""

    name: str
    tone: str
    label: str
    """Empty where none is to be shown now."""
    turns: tuple[TurnView, ...] = ()
    """In order."""


class ChangeView(Value, frozen=True):
    """A component before and after an update that changed its state."""

    name: str
    old: StateView
    new: StateView


class PromiseView(Value, frozen=True):
    """The next update that was promised."""

    due: Moment
    is_late: bool
    late: tuple[Moment, ...]
    """From when on it will be late, with the words for `due` then: they get a date the day after.

    Empty where nothing of that lies ahead, and for a maintenance that its window ends before.
    """


class UpdateView(Value, frozen=True):
    """One update in the timeline."""

    anchor: str
    label: str
    is_closing: bool
    at: Moment
    edited: Moment | None
    body: str
    """Sanitised HTML: the only text that templates don't escape."""
    changes: tuple[ChangeView, ...]
    severity_change: tuple[str, str] | None
    """Labels before and after."""
    moved_from: WindowView | None
    moved_to: WindowView | None


class PostmortemView(Value, frozen=True):
    """The review of an incident."""

    at: Moment | None
    body: str


class IncidentView(Value, frozen=True):
    """An incident, a maintenance or a notice, for its own page and its card on the index."""

    id: str
    title: str
    phase: str
    phase_label: str
    tone: str
    kind_label: str | None
    """Its severity, or that it is a maintenance; None where the phase says it all."""
    severity: str | None
    """The label of its level; None for a maintenance and a notice."""
    is_open: bool
    started: Moment
    ended: Moment | None
    duration: str | None
    window: WindowView | None
    is_overrun: bool
    """Whether a maintenance goes on past its window."""
    level: str | None
    """How much it is felt: High, Medium or Low; None for a maintenance and a notice."""
    impact: str | None
    """In the author's words."""
    cause: str | None
    components: tuple[StateView, ...]
    promise: PromiseView | None
    updates: tuple[UpdateView, ...]
    """Newest first; the index needs the first one only and gets no other."""
    postmortem: PostmortemView | None
    is_incident: bool
    """Whether something went wrong: False for planned work and notices."""
    until: Moment | None
    """When a notice ends."""
    turns: tuple[TurnView, ...]
    """Of its phase and tone, in order."""
    overruns_at: str | None
    """When the window will have passed without an end to the work; None when it can't or has."""


class RowView(Value, frozen=True):
    """An incident, a maintenance or a notice in a list, under a day that it touched."""

    id: str
    title: str
    tone: str
    label: str | None
    """As in `IncidentView.kind_label`."""
    phase_label: str
    turns: tuple[TurnView, ...]
    """Of its phase, in order, `open` or `closed`."""
    is_open: bool
    started: Moment
    began_earlier: bool
    """Whether it has begun, before the day under which it stands."""
    duration: str | None
    has_postmortem: bool


class DayView(Value, frozen=True):
    """A day, or a run of days of which all are quiet or all have the same rows.

    Of a run, `day` is the newest.
    """

    day: Moment
    first: Moment | None
    """The earliest day of a run of several; None for a single day."""
    rows: tuple[RowView, ...]


class MonthLink(Value, frozen=True):
    """A month of the history with what it holds."""

    key: str
    words: str
    counts: str


class YearView(Value, frozen=True):
    """A year of the history, newest month first."""

    year: str
    months: tuple[MonthLink, ...]


class MonthView(Value, frozen=True):
    """One month of the history."""

    link: MonthLink
    days: tuple[DayView, ...]
    earlier: MonthLink | None
    later: MonthLink | None
