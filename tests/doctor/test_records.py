import pytest

from statusgen.doctor.finding import FindingState
from statusgen.doctor.records import domain_of, judge_records, questions
from statusgen.errors import Unavailable

GOOD = {
    "example.com": ("v=spf1 include:relay.example -all", "something else"),
    "_dmarc.example.com": ("v=DMARC1; p=reject; sp=quarantine",),
}


class Zone:
    """The Records port over dictionaries; names in `silent` give no answer."""

    def __init__(self, texts=(), hosts=(), addresses=(), silent=()):
        self._texts, self._hosts = dict(texts), dict(hosts)
        self._addresses, self._silent = addresses, silent

    def texts(self, name):
        self._listen(name)
        return self._texts.get(name, ())

    def mail_hosts(self, name):
        self._listen(name)
        return self._hosts.get(name, ())

    def has_address(self, name):
        return name in self._addresses

    def _listen(self, name):
        if name in self._silent:
            raise Unavailable(f"DNS gave no answer for {name}; check the network")


def judge(zone, sender="example.com", envelope="example.com"):
    answers = {}
    for domain, asked in questions(sender, envelope, zone).items():
        answers[domain] = {}
        for name, ask in asked.items():
            try:
                answers[domain][name] = ask()
            except Unavailable as error:
                answers[domain][name] = error
    return list(judge_records(answers))


def spf_of(*texts):
    return judge(Zone({**GOOD, "example.com": texts}))[0]


def dmarc_of(zone, sender="example.com"):
    return next(one for one in judge(zone, sender) if "DMARC" in one.what)


def test_sound_records_are_well_and_dkim_can_not_be_told():
    found = judge(Zone(GOOD, {"example.com": ("mx.example.com",)}))

    assert [one.state for one in found] == [
        FindingState.OK,
        FindingState.OK,
        FindingState.OK,
        FindingState.UNKNOWN,
    ]
    assert {one.subject for one in found} == {"DNS of example.com"}
    assert "dkim=pass" in found[-1].remedy


@pytest.mark.parametrize(
    ("texts", "state", "words"),
    [
        ((), FindingState.WARN, "there is no SPF record"),
        (("v=spf10 -all",), FindingState.WARN, "there is no SPF record"),
        (("v=spf1 mx -all", "V=SPF1 a -all"), FindingState.FAIL, "there are 2 SPF records"),
        (("v=spf1 -all",), FindingState.FAIL, "nobody may send"),
        (("v=spf1 mx +all",), FindingState.WARN, "lets everybody send"),
        (("v=spf1",), FindingState.OK, "one SPF record"),
    ],
)
def test_spf_records_are_judged(texts, state, words):
    found = spf_of(*texts)

    assert found.state is state
    assert words in found.what
    assert bool(found.remedy) is (state is not FindingState.OK)


@pytest.mark.parametrize(
    ("texts", "state", "words"),
    [
        ((), FindingState.WARN, "there is no DMARC record"),
        (("v=DMARC1; p=none", "v=DMARC1;p=reject"), FindingState.FAIL, "there are 2 DMARC records"),
        (("v=DMARC1; rua=mailto:x",), FindingState.FAIL, "no valid policy"),
        (("v=DMARC1;p=none",), FindingState.OK, "says none"),
    ],
)
def test_dmarc_records_are_judged(texts, state, words):
    found = dmarc_of(Zone({"_dmarc.example.com": texts}))

    assert found.state is state
    assert words in found.what


def test_the_record_of_the_domain_above_counts_with_its_policy_for_those_below():
    found = dmarc_of(Zone(GOOD), "status.mail.example.com")

    assert found.what == "the DMARC record of example.com says quarantine"


@pytest.mark.parametrize(
    ("hosts", "addresses", "state", "words"),
    [
        (("mx.example.com",), (), FindingState.OK, "bounces arrive"),
        (("",), (), FindingState.FAIL, "takes no mail"),
        ((), ("bounces.example.com",), FindingState.WARN, "go to the host itself"),
        ((), (), FindingState.WARN, "bounces are lost"),
    ],
)
def test_bounces_need_a_place_to_go(hosts, addresses, state, words):
    zone = Zone(GOOD, {"bounces.example.com": hosts}, addresses)

    found = judge(zone, envelope="bounces.example.com")[-1]

    assert found.subject == "DNS of bounces.example.com"
    assert found.state is state
    assert words in found.what


def test_a_resolver_that_is_silent_fails_nothing():
    found = judge(Zone(silent=("example.com", "_dmarc.example.com")))

    assert {one.state for one in found} == {FindingState.UNKNOWN}
    assert found[0].remedy == "check the network"


def test_of_an_address_only_the_domain_is_shown():
    assert domain_of("Someone@Example.com") == "example.com"
