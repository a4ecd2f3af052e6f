from pathlib import Path

import pytest

from statusgen.config.mail_source import ImapSource, MaildirSource, SqsSource, parse_mail_source


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("maildir:/var/mail/b", MaildirSource(Path("/var/mail/b"))),
        ("maildir:box", MaildirSource(Path("box"))),
        (
            "imaps://ann@mail.example.com",
            ImapSource("mail.example.com", 993, "ann", "INBOX", is_tls=True),
        ),
        (
            "imaps://ann%40example.com@mail.example.com:9993/Bounces/New%20ones",
            ImapSource("mail.example.com", 9993, "ann@example.com", "Bounces/New ones"),
        ),
        (
            "imaps://ann@mail.example.com/R%C3%BCckl%C3%A4ufer%20%26%20Co",
            ImapSource("mail.example.com", 993, "ann", "Rückläufer & Co"),
        ),
        ("imaps://ann@mail.example.com/R&D", ImapSource("mail.example.com", 993, "ann", "R&D")),
        ("imap://ann@127.0.0.1/INBOX", ImapSource("127.0.0.1", 143, "ann", "INBOX", is_tls=False)),
        ("sqs://eu-west-1/bounces", SqsSource("eu-west-1", "bounces")),
        (
            "sqs://eu-west-1/https://sqs.eu-west-1.amazonaws.com/1/bounces",
            SqsSource("eu-west-1", "https://sqs.eu-west-1.amazonaws.com/1/bounces"),
        ),
    ],
)
def test_a_source_is_read(text, source):
    assert parse_mail_source(text) == source


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "name it like"),
        ("maildir:", "name it like"),
        ("pop3://ann@example.com", "name it like"),
        ("imaps://ann:secret@example.com", "STATUSGEN_IMAP_PASSWORD"),
        ("imaps://mail.example.com/INBOX", "the user is missing"),
        ("imaps://ann@", "the host is missing"),
        ("imaps://ann@example.com/a?b", "ends after the folder"),
        ("imaps://ann@example.com:x/INBOX", "port"),
        ("imaps://ann@example.com/%0D%0Aa", "printable"),
        ("imaps://%C3%A4nn@example.com/INBOX", "printable ASCII"),
        ("imap://ann@mail.example.com", "this machine only"),
        ("imaps://ann@example.com/a\r\nb", "control character"),
        ("sqs://bounces", "name the queue like"),
        ("sqs://eu-west-1/a b", "name the queue like"),
    ],
)
def test_a_source_that_makes_no_sense_is_refused_with_a_remedy(text, complaint):
    with pytest.raises(ValueError, match=complaint):
        parse_mail_source(text)
