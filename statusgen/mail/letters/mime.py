"""A letter's bytes: headers, text and HTML encoded once, with slots for what is personal."""

from binascii import b2a_qp

from statusgen.values.value import Value

LINE_END = b"\r\n"
_SOFT_BREAK = b"=\r\n"
_MAX_COLUMNS = 76


class Mould(Value, frozen=True):
    """A piece of a letter with a gap wherever the subscriber's signed token stands."""

    pieces: tuple[bytes, ...]

    @classmethod
    def around(cls, placeholder: str, content: bytes) -> "Mould":
        """The mould in which every `placeholder` in `content` is a gap."""
        return cls(tuple(content.split(placeholder.encode("ascii"))))

    def fill(self, token: bytes) -> bytes:
        """The piece with `token`: ASCII without `=`, at most 75 characters."""
        return token.join(self.pieces)


def alternative(text: str, html: str, placeholder: str, boundary: str, language: str) -> bytes:
    """The body of a `multipart/alternative`, the text first (RFC 2046 section 5.1.4).

    Each part is UTF-8 in quoted-printable with lines of at most 76 columns. Every `placeholder`
    in `text` and `html` stands alone on its line, so that what takes its place breaks no line.
    """
    delimiter = f"--{boundary}".encode()
    return LINE_END.join(
        (
            delimiter,
            _part("plain", text, placeholder, language),
            delimiter,
            _part("html", html, placeholder, language),
            delimiter + b"--",
            b"",
        )
    )


def _part(subtype: str, content: str, placeholder: str, language: str) -> bytes:
    head = (
        f"Content-Type: text/{subtype}; charset=utf-8\r\n"
        f"Content-Language: {language}\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n"
        "\r\n"
    )
    gap = _SOFT_BREAK + placeholder.encode() + _SOFT_BREAK
    return head.encode() + gap.join(map(_quoted_printable, content.split(placeholder)))


def _quoted_printable(text: str) -> bytes:
    """Quoted-printable text; its last line has room for a soft break."""
    encoded = b2a_qp(text.encode(), istext=True)
    *lines, last = encoded.replace(b"\r\n", b"\n").split(b"\n")
    fitting = [_fitting(line, _MAX_COLUMNS) for line in lines]
    return LINE_END.join([*fitting, _fitting(last, _MAX_COLUMNS - 1)])


def _fitting(line: bytes, columns: int) -> bytes:
    """The line, broken softly where b2a_qp made it too long: with a space at its end."""
    if len(line) <= columns:
        return line
    cut = -3 if line[-3:-2] == b"=" else -1
    return line[:cut] + _SOFT_BREAK + line[cut:]
