"""`mail preview`: letters to look at."""

from tests.fakes.repository import make_repository, parse_letters


def test_a_preview_shows_letters_and_sends_none(tmp_path):
    repository = make_repository(tmp_path)
    repository.subscribe("ann@example.com", "bob@example.com")

    shown = repository.run("mail", "preview")
    written = repository.run("mail", "preview", "checkout", "--out", tmp_path / "letters")

    [letter] = parse_letters([(tmp_path / "letters" / "01-investigating.eml").read_bytes()])
    assert "Subject: Acme — Investigating Increased error rates" in shown.out
    assert written.code == 0
    assert "reader@example.com" in letter["To"]
    assert repository.letters() == []
