import pytest

from statusgen.mail.delivery.replies import Meaning, meaning_of_codes
from statusgen.mail.failure_reasons import Unsent
from statusgen.mail.letter_states import DeliveryState


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("550 5.1.1", "the mailbox does not exist (550 5.1.1)"),
        ("550 5.1.3", "the address is not accepted (550 5.1.3)"),
        ("552 5.2.2", "the mailbox is full (552 5.2.2)"),
        ("550 5.7.515", "it was refused by policy (550 5.7.515)"),
        ("550 5.1.7", "the sender's address is not accepted (550 5.1.7)"),
        ("550 5.1.8", "the sender's domain is not accepted (550 5.1.8)"),
        ("556", "the address's domain takes no mail (556)"),
        ("454", "the relay takes no more letters just now (454)"),
        ("450 4.0.0", "the mailbox is busy, or the receiver wants to be asked again later"),
        ("499", "the relay said to try later (499)"),
        ("599", "the relay refused it (599)"),
        ("no SMTPUTF8", "the address needs a relay with SMTPUTF8"),
        ("no answer", "the relay's answer was lost after the whole letter had gone out"),
        ("", "a run was cut off before the relay's answer was written down"),
    ],
)
def test_a_reply_is_told_in_words(reply, reason):
    assert Unsent(DeliveryState.FAILED, reply, 1).reason.startswith(reason)


@pytest.mark.parametrize(
    ("state", "reply", "remedy"),
    [
        (DeliveryState.DEFERRED, "451 4.7.1", "statusgen mail resume"),
        (DeliveryState.IN_DOUBT, "no answer", "it may have arrived; `statusgen mail retry UPDATE`"),
        (DeliveryState.FAILED, "550 5.1.1", "no further letter goes there"),
        (DeliveryState.FAILED, "556", "no further letter goes there"),
        (
            DeliveryState.FAILED,
            "552",
            "`statusgen mail retry UPDATE` tries again; after three days",
        ),
        (DeliveryState.FAILED, "552 5.2.2", "after three days"),
        (DeliveryState.FAILED, "552 5.3.4", "after three days"),
        (DeliveryState.FAILED, "551", "statusgen subscribers remove"),
        (DeliveryState.FAILED, "553", "statusgen subscribers remove"),
        (DeliveryState.FAILED, "550 5.1.0", "statusgen subscribers remove"),
        (DeliveryState.FAILED, "no SMTPUTF8", "statusgen subscribers remove"),
        (DeliveryState.FAILED, "550 5.1.7", "ask who runs the relay about mail.from"),
        (DeliveryState.FAILED, "550 5.1.8", "ask who runs the relay about mail.from"),
        (DeliveryState.FAILED, "550 5.7.515", "SPF, DKIM and DMARC"),
        (DeliveryState.FAILED, "550", "the relay's log may tell more"),
        (DeliveryState.FAILED, "554", "the relay's log may tell more"),
        (DeliveryState.FAILED, "500 5.5.2", "mend it, then `statusgen mail retry UPDATE`"),
    ],
)
def test_every_reason_has_a_next_step(state, reply, remedy):
    assert remedy in Unsent(state, reply, 1).remedy


def test_nobody_is_to_be_taken_off_for_what_is_known_to_have_another_cause():
    codes = [str(code) for code in range(500, 600)]
    codes += [f"{code} 5.{one}.{two}" for code in codes for one in range(8) for two in range(12)]

    blamed = [one for one in codes if "remove" in Unsent(DeliveryState.FAILED, one, 1).remedy]

    assert {meaning_of_codes(one) for one in blamed} == {Meaning.NOTHING}
