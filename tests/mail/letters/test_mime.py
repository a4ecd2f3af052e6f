import email
from email import policy

from hypothesis import example, given
from hypothesis import strategies as st

from statusgen.mail.letters.lines import paragraphs
from statusgen.mail.letters.mime import Mould, alternative

TEXTS = st.text(max_size=400).map(paragraphs)


@given(TEXTS, TEXTS, st.integers(1, 75))
@example("0" * 75, "", 1)
@example("0" * 76, "", 75)
@example("0" * 74 + " \n0", "0" * 73 + "\t\n", 1)
@example("0" * 73 + "é", "é" * 99, 1)
@example("000000\xa0\xa0\xa0\xa0\xa0𐀀𐀀𐀀0", "", 1)
def test_any_text_comes_back_with_the_token_in_its_place(before, after, length):
    token = "t" * length
    content = alternative(f"{before}SLOT{after}", f"<p>{before}SLOT</p>", "SLOT", "=_b", "en")

    body = Mould.around("SLOT", content).fill(token.encode())
    message = email.message_from_bytes(
        b'Content-Type: multipart/alternative; boundary="=_b"\r\n\r\n' + body, policy=policy.default
    )
    text, html = (part.get_payload(decode=True).decode() for part in message.iter_parts())

    assert text.replace("\r\n", "\n") == f"{before}{token}{after}".replace("SLOT", token)
    assert html.replace("\r\n", "\n") == f"<p>{before}{token}</p>".replace("SLOT", token)
    assert body.isascii()
    assert all(len(line) <= 76 for line in body.split(b"\r\n"))
    assert b"\n" not in body.replace(b"\r\n", b"")
    assert b"\r" not in body.replace(b"\r\n", b"")


def test_the_text_comes_first():
    body = alternative("words", "<p>words</p>", "SLOT", "=_b", "en")

    assert body.index(b"text/plain") < body.index(b"text/html")
