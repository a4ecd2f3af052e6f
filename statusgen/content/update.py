"""An update as its author wrote it: checked, typed, and not yet folded with its neighbours."""

import hashlib
from datetime import datetime, timedelta

from statusgen.values.value import Value
from statusgen.values.vocabulary import SAME_PHASE, ComponentState, Phase

WORDING_LENGTH = 8


class ComponentChange(Value, frozen=True):
    """What an update says of one component; `state` None means "affected", by the severity."""

    component: str
    state: ComponentState | None


class Update(Value, frozen=True):
    """One message about an incident at one instant: one Markdown file. Times are aware UTC."""

    incident_id: str
    stem: str
    phase: Phase | None
    """None for `status: update`: the phase stays what it was."""
    at: datetime
    body: str
    """Markdown as written."""
    title: str | None = None
    severity: str | None = None
    """A key of the severity table."""
    components: tuple[ComponentChange, ...] = ()
    started: datetime | None = None
    edited: datetime | None = None
    next_in: timedelta | None = None
    """`next_update` as a duration; with neither this nor `next_at`, the cadence holds."""
    next_at: datetime | None = None
    """`next_update` as an instant."""
    promises_none: bool = False
    """`next_update: none`: nothing is promised after this update."""
    impact: str | None = None
    cause: str | None = None
    """Of both: None leaves what was said before, an empty one takes it back."""
    tags: tuple[str, ...] = ()
    """Words of the author's own, for rules and reports; never published."""
    starts: datetime | None = None
    ends: datetime | None = None
    notify: bool | tuple[str, ...] = True
    """True: by policy. False: nobody. A tuple: these audiences only."""
    draft: bool = False

    @property
    def id(self) -> str:
        """`<folder>/<file stem>`: never depends on the text."""
        return f"{self.incident_id}/{self.stem}"

    @property
    def anchor(self) -> str:
        """The fragment of this update on its incident's page."""
        return f"update-{self.stem}"

    @property
    def says(self) -> str:
        """What it says of phase, severity and components by itself, as in `investigating SEV1`."""
        states = sorted(f"{one.component}={one.state or 'affected'}" for one in self.components)
        return " ".join([self.phase or SAME_PHASE, *filter(None, [self.severity]), *states])

    @property
    def wording(self) -> str:
        """A digest of all that it tells, whenever it was written and whomever it goes to."""
        told = (self.title, self.body, self.impact, self.cause)
        ahead = (self.next_in, self.next_at, self.promises_none, self.starts, self.ends)
        text = repr((self.says, *told, *map(str, ahead)))
        return hashlib.sha256(text.encode()).hexdigest()[:WORDING_LENGTH]

    @property
    def changed_at(self) -> datetime:
        """When it was last corrected; when it was published if never."""
        return max(self.edited or self.at, self.at)

    @property
    def order(self) -> tuple[datetime, str]:
        """Sorts updates as they happened; equal instants by file name."""
        return (self.at, self.stem)


class Postmortem(Value, frozen=True):
    """`postmortem.md`: the review of an incident, shown on its page."""

    body: str
    at: datetime | None = None
    draft: bool = False
