import pytest

from statusgen.mail.letters.letter import Letter


def test_a_letter_does_not_change():
    letter = Letter("login/01", "sub_1", "<1@example.com>", "s@example.com", "a@b.test", b"")

    with pytest.raises(AttributeError):
        letter.content = b"other"
