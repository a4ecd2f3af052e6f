"""`mail resume` and `mail retry`: what is owed goes on, where the page shows readers the same."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from statusgen.content.archive import Archive
from statusgen.content.incident import Incident
from statusgen.content.markdown.markdown_html import BodyRenderer
from statusgen.errors import Refused, TargetError, TargetUnreachable
from statusgen.mail.ledger import Ledger
from statusgen.mail.letter_states import DeliveryState
from statusgen.mail.plan import Backlog, MailOptions, MailPlan
from statusgen.mail.planning import choose
from statusgen.page.artifacts import artifact_from_bytes
from statusgen.page.site.pages import Site
from statusgen.targets.manifest import Manifest
from statusgen.targets.uploading import Target, seen_by_readers
from statusgen.values.value import Value
from statusgen.values.vocabulary import InDoubt
from statusgen.words.templates import Templates

RETRIED = (DeliveryState.FAILED, DeliveryState.DEFERRED, DeliveryState.IN_DOUBT)
"""What `mail retry` queues again."""

_A_MOMENT = timedelta(seconds=1)


class Resumed(Value, frozen=True):
    """What may go on, and what may not."""

    plan: MailPlan
    """What is owed and may be sent."""
    unshown: tuple[str, ...]
    """Incidents whose letters stay owed: no page says what their files say."""
    unqueued: tuple[str, ...]
    """Updates that are to be mailed, but that no publish has queued yet."""


def plan_resume(
    targets: Sequence[Target], archive: Archive, ledger: Ledger, now: datetime, retry: str = ""
) -> Resumed:
    """What is owed and nothing else; `retry` names an update to queue again first.

    Raises:
        Refused: of none of the incidents a page that readers see says what the letters would say;
            or not of the one to be retried.
        TargetUnreachable: no such page could be looked at.

    """
    backlog = _backlog(archive, ledger)
    owed = {_incident(one.update_id) for one in backlog if one.letters} & archive.digests.keys()
    wanted = {_incident(retry)} & archive.digests.keys() if retry else owed
    unshown = _unshown(targets, archive, sorted(owed | wanted), now)
    if wanted and wanted <= set(unshown):
        raise Refused(
            f"the page does not show what the files say about {', '.join(sorted(wanted))}, so no "
            "letter was sent; run `statusgen publish`, which sends the letters that are owed too"
        )
    if retry:
        ledger.retry(retry, RETRIED, now)
        backlog = _backlog(archive, ledger)
    choice = choose(archive, ledger, now, MailOptions())
    plan = MailPlan(
        renamed=tuple(one for one in choice.renamed if _incident(one[1]) not in unshown),
        backlog=tuple(one for one in backlog if _incident(one.update_id) not in unshown),
    )
    return Resumed(plan, unshown, tuple(one.update.update_id for one in choice.mailings))


def _incident(update_id: str) -> str:
    return update_id.partition("/")[0]


def _backlog(archive: Archive, ledger: Ledger) -> tuple[Backlog, ...]:
    mail = archive.settings.mail
    policy = mail.in_doubt if mail else InDoubt.HOLD
    return tuple(Backlog(*one) for one in ledger.backlog(policy))


def _unshown(
    targets: Sequence[Target], archive: Archive, incident_ids: Sequence[str], now: datetime
) -> tuple[str, ...]:
    """Those of the incidents that no page shows as their files tell them."""
    if not incident_ids:
        return ()
    manifests, failures = _look(seen_by_readers(targets))
    if failures and not manifests:
        raise TargetUnreachable(
            f"{'; '.join(failures)}; no letter was sent, because nobody can tell what the page "
            "shows; run the command again when it answers"
        )
    settings = archive.settings
    prose = BodyRenderer(settings.page.url, keeps_lines=settings.page.keeps_lines)
    site = Site(settings, Templates(settings.root), prose)
    pages = {one: _pages(site, archive.incident(one), now) for one in incident_ids}
    return tuple(
        one for one, page in pages.items() if not any(_shows(there, page) for there in manifests)
    )


def _look(targets: Sequence[Target]) -> tuple[list[Manifest], list[str]]:
    manifests, failures = [], []
    for one in targets:
        try:
            manifests.append(one.storage.observe().manifest or Manifest({}))
        except TargetError as error:
            failures.append(str(error))
    return manifests, failures


def _pages(site: Site, incident: Incident, now: datetime) -> tuple[str, frozenset[str]]:
    """The key of an incident's page, and the fingerprints it had at any moment since its text.

    A promise that has run out since and a window that has opened leave what it tells the same.
    """
    last = incident.last
    moments = [last.update.at]
    if last.next_due is not None:
        moments.append(last.next_due + _A_MOMENT)
    if incident.window is not None:
        moments += [incident.window.starts, incident.window.ends]
    key = f"incidents/{incident.id}.html"
    bodies = (site.incident(incident, one) for one in [now, *(at for at in moments if at <= now)])
    return key, frozenset(artifact_from_bytes(key, body).fingerprint for body in bodies)


def _shows(there: Manifest, page: tuple[str, frozenset[str]]) -> bool:
    key, fingerprints = page
    record = there.records.get(key)
    return record is not None and record.fingerprint in fingerprints
