"""Which letters a publish owes: content against ledger, each audience counted. Reads only."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial

from statusgen.content.archive import Archive
from statusgen.mail.edits import edits_of, reworded
from statusgen.mail.ledger import Ledger
from statusgen.mail.letter_states import Audience
from statusgen.mail.letters.audience import audience_of
from statusgen.mail.plan import Backlog, Mailing, MailOptions, MailPlan, choose_mail, vanished_ids
from statusgen.values.value import replace


def plan_mail(archive: Archive, ledger: Ledger, now: datetime, options: MailOptions) -> MailPlan:
    """What content and ledger call for. Reads, and changes nothing."""
    mail = archive.settings.mail
    if mail is None:
        return MailPlan()
    chosen = choose(archive, ledger, now, options)
    known = ledger.mailed_updates()
    changed = tuple(reworded(archive.outlines, known, chosen.renamed, partial(says_of, archive)))
    return replace(
        chosen,
        mailings=_sized(chosen.mailings, archive, ledger),
        backlog=tuple(Backlog(*one) for one in ledger.backlog(mail.in_doubt)),
        reworded=changed,
        edits=edits_of(changed, ledger.readers_of),
    )


def choose(archive: Archive, ledger: Ledger, now: datetime, options: MailOptions) -> MailPlan:
    """What content and ledger say is to be mailed, before audiences are counted."""
    skips = ledger.skips()
    vanished = ledger.known_updates(vanished_ids(archive.outlines, skips))
    return choose_mail(archive.outlines, skips, vanished, now, options)


def audiences(mailings: Sequence[Mailing], archive: Archive) -> Iterator[tuple[Mailing, Audience]]:
    """Each mailing with the rule that picks its subscribers."""
    for mailing in mailings:
        found = archive.incident_and_step(mailing.update.update_id)
        audience = audience_of(found[1], archive.settings.severities) if found else None
        if audience is not None:
            yield mailing, audience


def _sized(mailings: Sequence[Mailing], archive: Archive, ledger: Ledger) -> tuple[Mailing, ...]:
    return tuple(
        replace(one, audience_size=ledger.audience_size(one.update.incident_id, audience))
        for one, audience in audiences(mailings, archive)
    )


def says_of(archive: Archive, update_id: str) -> str:
    """See `Update.says`; empty when its file is gone."""
    found = archive.incident_and_step(update_id)
    return found[1].update.says if found else ""
