"""The DNS records by which receivers decide whether a letter is really from its sender."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from statusgen.doctor.domain_names import Records
from statusgen.doctor.finding import Finding, FindingState, fail, from_error, ok, unknown, warn
from statusgen.errors import StatusgenError
from statusgen.values.value import Value

_DMARC = "_dmarc"
_REJECTS_ALL = "v=spf1 -all"


class Dmarc(Value, frozen=True):
    """The DMARC records that count for a domain, and the domain that they stand at."""

    domain: str
    texts: tuple[str, ...]


class MailHosts(Value, frozen=True):
    """Where mail to a domain goes."""

    hosts: tuple[str, ...]
    has_address: bool
    """Whether the domain itself would take mail that no MX record speaks for."""


Answers = Mapping[str, Mapping[str, tuple[str, ...] | Dmarc | MailHosts | StatusgenError]]
"""By domain, then by the name of the question."""


def domain_of(address: str) -> str:
    """The domain of an address, the only part of it that is shown."""
    return address.rpartition("@")[2].lower()


def questions(
    sender: str, envelope: str, records: Records
) -> dict[str, dict[str, Callable[[], tuple[str, ...] | Dmarc | MailHosts]]]:
    """What is asked about the domain in From and that of the envelope's sender."""
    asked: dict[str, dict[str, Callable[[], tuple[str, ...] | Dmarc | MailHosts]]] = {}
    for domain in dict.fromkeys((sender, envelope)):
        asked[domain] = {"spf": lambda name=domain: _spf(records, name)}  # type: ignore[misc]
    asked[sender]["dmarc"] = lambda: _dmarc(records, sender)
    asked[envelope]["mx"] = lambda: _mail_hosts(records, envelope)
    return asked


def judge_records(answers: Answers) -> Iterator[Finding]:
    """Yield what is to be said of each domain."""
    for domain, told in answers.items():
        subject = f"DNS of {domain}"
        errors = [one for one in told.values() if isinstance(one, StatusgenError)]
        if errors:
            yield from_error(subject, errors[0], FindingState.UNKNOWN)
        for answer in told.values():
            match answer:
                case StatusgenError():
                    pass
                case Dmarc():
                    yield _judge_dmarc(subject, domain, answer)
                case MailHosts():
                    yield _judge_mail_hosts(subject, answer)
                case _:
                    yield _judge_spf(subject, answer)
        if "dmarc" in told:
            yield unknown(
                subject,
                "DKIM keys can't be looked up without knowing their selectors",
                "send yourself a letter and look for dkim=pass in its headers",
            )


def _spf(records: Records, domain: str) -> tuple[str, ...]:
    return _of_version("v=spf1", records.texts(domain))


def _dmarc(records: Records, domain: str) -> Dmarc:
    """Look at the domain, then at those above it: the first that says something counts."""
    labels = domain.split(".")
    for start in range(max(len(labels) - 1, 1)):
        place = ".".join(labels[start:])
        if texts := _of_version("v=dmarc1", records.texts(f"{_DMARC}.{place}")):
            return Dmarc(place, texts)
    return Dmarc(domain, ())


def _mail_hosts(records: Records, domain: str) -> MailHosts:
    hosts = records.mail_hosts(domain)
    return MailHosts(hosts, has_address=not hosts and records.has_address(domain))


def _of_version(version: str, texts: Sequence[str]) -> tuple[str, ...]:
    """The texts that begin with the version, as RFC 7208 section 4.5 and RFC 7489 ask."""
    return tuple(
        one for one in texts if one.lower().replace(";", " ").split(maxsplit=1)[:1] == [version]
    )


def _judge_spf(subject: str, texts: tuple[str, ...]) -> Finding:
    if not texts:
        return warn(
            subject,
            "there is no SPF record, so receivers may take letters for forged",
            "add the TXT record that the relay asks for, such as `v=spf1 include:… -all`",
        )
    if len(texts) > 1:
        return fail(
            subject,
            f"there are {len(texts)} SPF records, and receivers then heed none",
            "make one of them",
        )
    rules = texts[0].lower().split()[1:]
    if " ".join(texts[0].lower().split()) == _REJECTS_ALL:
        return fail(
            subject,
            "its SPF record says that nobody may send",
            "add the relay to it, or send from another domain",
        )
    if "+all" in rules or "all" in rules:
        return warn(
            subject, "its SPF record lets everybody send", "end it with `-all` or `~all` instead"
        )
    return ok(subject, "there is one SPF record")


def _judge_dmarc(subject: str, domain: str, dmarc: Dmarc) -> Finding:
    if not dmarc.texts:
        return warn(
            subject,
            "there is no DMARC record, which large receivers ask for",
            f"add a TXT record at {_DMARC}.{domain}, such as `v=DMARC1; p=none`",
        )
    if len(dmarc.texts) > 1:
        return fail(
            subject,
            f"there are {len(dmarc.texts)} DMARC records, and receivers then heed none",
            "remove all but one",
        )
    tags = _tags(dmarc.texts[0])
    policy = tags.get("p", "")
    if dmarc.domain != domain:
        policy = tags.get("sp", policy)
    if policy not in ("none", "quarantine", "reject"):
        return fail(
            subject, "its DMARC record has no valid policy", "give it p=none, quarantine or reject"
        )
    place = "" if dmarc.domain == domain else f" of {dmarc.domain}"
    return ok(subject, f"the DMARC record{place} says {policy}")


def _tags(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in text.lower().split(";"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def _judge_mail_hosts(subject: str, told: MailHosts) -> Finding:
    remedy = "add an MX record, or name a mail.return_path where mail arrives"
    if told.hosts == ("",):
        return fail(
            subject, "its MX record says that it takes no mail, so bounces are lost", remedy
        )
    if told.hosts:
        return ok(subject, "there is an MX record, so bounces arrive")
    if told.has_address:
        return warn(subject, "there is no MX record; bounces go to the host itself", remedy)
    return warn(subject, "there is no MX record, so bounces are lost", remedy)
