"""HTML of bodies with the little markup that most updates have, made in a hundredth of the time.

Paragraphs and lists of single lines, with bold words, web addresses and links to them: exactly
what `markup` makes of such a body, which a property test holds it to. Any other body is left to it.
"""

import re

_MARKUP = r"*_\[\]<>&`\\#|~=+{}^@"
_CONTROL = r"\x00-\x1f\x7f-\xa0\u2028\u2029"
_LETTER = r"[^\W\d_]"
_WORDS = rf"[^{_MARKUP}{_CONTROL}]"
_INNER = rf"(?![^]*\n]*://){_LETTER}(?:{_WORDS}*[^\s{_MARKUP}{_CONTROL}])?"
"""Words that begin with a letter and don't end in a space, without a web address."""
_BOLD = rf"\*\*{_INNER}\*\*(?![^\s.,:;!?)])"
_NAMES = r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)"
_ADDRESS = rf"https?://{_NAMES}+(?:/{_NAMES}*)*/?"
_LINK = rf"\[{_INNER}\]\({_ADDRESS}\)"
_NUMBER = r"[0-9]{1,9}(?=[ :,-])"
_REST = rf"{_WORDS}*(?:(?<=[ (])(?:{_BOLD}|{_LINK}){_WORDS}*)*"
_LINE = rf"(?:{_LETTER}|{_NUMBER}|{_BOLD}|{_LINK}){_REST}(?<! )"
_PARAGRAPH = re.compile(rf"{_LINE}(?:\n{_LINE})*")
_LIST = re.compile(rf"- {_LINE}(?:\n- {_LINE})*")
_BLANK_LINES = re.compile(r"\n{2,}")
_SPACES_AT_END = re.compile(r" +$", re.MULTILINE)
_BOLD_WORDS = re.compile(rf"\*\*({_INNER})\*\*")
_LINKED_WORDS = re.compile(rf"\[({_INNER})\]\(({_ADDRESS})\)")
_BARE_ADDRESS = re.compile(rf"(?<![^\s(])({_ADDRESS})(?=[.,:;!?)]*(?:\s|$))")
_WWW = re.compile(r"(?<!//)www\.", re.IGNORECASE)
"""What may be an address too."""


def simple_html(body: str, *, keeps_lines: bool = True) -> str | None:
    """The HTML of `body`; None where it holds more than this module knows."""
    if keeps_lines and " \n" in body:
        body = _SPACES_AT_END.sub("", body)
    blocks = []
    was_list = False
    for block in _BLANK_LINES.split(body):
        is_list = block.startswith("- ")
        if is_list and was_list:  # one list with gaps, to the library
            return None
        if not (_LIST if is_list else _PARAGRAPH).fullmatch(block):
            return None
        words = _with_markup(block)
        if words is None:
            return None
        blocks.append(_list(words) if is_list else _paragraph(words, keeps_lines=keeps_lines))
        was_list = is_list
    return "\n".join(blocks)


def _with_markup(text: str) -> str | None:
    """`text` with its bold words and links; None where an address is not as simple as these."""
    if "*" in text:
        text = _BOLD_WORDS.sub(r"<strong>\1</strong>", text)
    if "www." in text.lower() and _WWW.search(text):
        return None
    addresses = text.count("://")
    if addresses:
        text, linked = _LINKED_WORDS.subn(r'<a href="\2">\1</a>', text)
        text, bare = _BARE_ADDRESS.subn(r'<a href="\1">\1</a>', text)
        addresses -= linked + bare
    return None if addresses else text


def _list(text: str) -> str:
    items = "\n".join(f"<li>{line[2:]}</li>" for line in text.split("\n"))
    return f"<ul>\n{items}\n</ul>"


def _paragraph(text: str, *, keeps_lines: bool) -> str:
    words = text.replace("\n", "<br>\n") if keeps_lines else text
    return f"<p>{words}</p>"
