"""`mail resume` and `mail retry`: what is owed goes on, if the page shows readers the same."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from statusgen.errors import Refused, TargetError, TargetUnreachable
from statusgen.model.delivery import DeliveryState, InDoubt
from statusgen.model.incident import Incident
from statusgen.model.manifest import Manifest
from statusgen.model.release import artifact_from_bytes
from statusgen.plan.mail import MailOptions
from statusgen.plan.plan import Backlog, Plan
from statusgen.ports.ledger import Ledger
from statusgen.prose.markdown_html import BodyRenderer
from statusgen.site.pages import Site
from statusgen.templates import Templates
from statusgen.usecases.archive import Archive
from statusgen.usecases.publish import choose
from statusgen.usecases.uploading import Target, seen_by_readers

RETRIED = (DeliveryState.FAILED, DeliveryState.DEFERRED, DeliveryState.IN_DOUBT)
"""What `mail retry` queues again."""

_A_MOMENT = timedelta(seconds=1)


def plan_resume(
    targets: Sequence[Target], archive: Archive, ledger: Ledger, now: datetime, retry: str = ""
) -> Plan:
    """The plan of what is owed and nothing else; `retry` names an update to queue again first.

    Raises:
        Refused: a page that readers see does not say what the letters would say.
        TargetUnreachable: no such page could be looked at.

    """
    backlog = _backlog(archive, ledger)
    owed = {one.update_id.partition("/")[0] for one in backlog if one.letters}
    if retry:
        owed.add(retry.partition("/")[0])
    _refuse_unshown(targets, archive, sorted(owed & archive.digests.keys()), now)
    if retry:
        ledger.retry(retry, RETRIED, now)
        backlog = _backlog(archive, ledger)
    renamed = choose(archive, ledger, now, MailOptions()).renamed
    return Plan((), (), (), renamed, backlog, ())


def _backlog(archive: Archive, ledger: Ledger) -> tuple[Backlog, ...]:
    mail = archive.settings.mail
    policy = mail.in_doubt if mail else InDoubt.HOLD
    return tuple(Backlog(*one) for one in ledger.backlog(policy))


def _refuse_unshown(
    targets: Sequence[Target], archive: Archive, incident_ids: Sequence[str], now: datetime
) -> None:
    if not incident_ids:
        return
    manifests, failures = _look(seen_by_readers(targets))
    if failures and not manifests:
        raise TargetUnreachable(
            f"{'; '.join(failures)}; no letter was sent, because nobody can tell what the page "
            "shows; run the command again when it answers"
        )
    settings = archive.settings
    prose = BodyRenderer(settings.page.url)
    site = Site(settings, Templates(settings.root), prose)
    shown = [_pages(site, archive.incident(one), now) for one in incident_ids]
    if not any(all(_shows(there, page) for page in shown) for there in manifests):
        raise Refused(
            f"the page does not show what the files say about {', '.join(incident_ids)}, so no "
            "letter was sent; run `statusgen publish`, which sends the letters that are owed too"
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
