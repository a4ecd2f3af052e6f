"""`mail preview`: letters to look at."""

from tests.fakes.repository import parse_letters


def test_a_preview_shows_letters_and_sends_none(repository, tmp_path):
    shown = repository.run("mail", "preview")
    written = repository.run("mail", "preview", "checkout", "--out", tmp_path / "letters")

    [letter] = parse_letters([(tmp_path / "letters" / "01-investigating.eml").read_bytes()])
    assert "Subject: Acme — Investigating: Increased error rates" in shown.out
    assert written.code == 0
    assert "reader@example.com" in letter["To"]
    assert repository.letters() == []
