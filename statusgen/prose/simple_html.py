"""HTML of bodies with the little markup that most updates have, made in a hundredth of the time.

Paragraphs and lists of single lines, with bold words and links to web addresses in them: exactly
what `markup` makes of such a body, which a property test holds it to. Any other body is left to it.
"""

import re

_MARKUP = r"*_\[\]<>&`\\#|~=+{}^"
_CONTROL = r"\x00-\x1f\x7f-\xa0\u2028\u2029"
_LETTER = r"[^\W\d_]"
_WORDS = rf"[^{_MARKUP}{_CONTROL}]"
_INNER = rf"{_LETTER}(?:{_WORDS}*[^\s{_MARKUP}{_CONTROL}])?"
"""Words that begin with a letter and don't end in a space."""
_BOLD = rf"\*\*{_INNER}\*\*(?![^\s.,:;!?)])"
_ADDRESS = r"https?://[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?:/[A-Za-z0-9-]+)*/?"
_LINK = rf"\[{_INNER}\]\({_ADDRESS}\)"
_REST = rf"{_WORDS}*(?:(?<=[ (])(?:{_BOLD}|{_LINK}){_WORDS}*)*"
_LINE = rf"(?:{_LETTER}|{_BOLD}|{_LINK}){_REST}(?<! )"
_PARAGRAPH = re.compile(rf"{_LINE}(?:\n{_LINE})*")
_LIST = re.compile(rf"- {_LINE}(?:\n- {_LINE})*")
_BLANK_LINES = re.compile(r"\n{2,}")
_BOLD_WORDS = re.compile(rf"\*\*({_INNER})\*\*")
_LINKED_WORDS = re.compile(rf"\[({_INNER})\]\(({_ADDRESS})\)")


def simple_html(body: str) -> str | None:
    """The HTML of `body`; None where it holds more than this module knows."""
    blocks = []
    was_list = False
    for block in _BLANK_LINES.split(body):
        is_list = block.startswith("- ")
        if is_list and was_list:  # one list with gaps, to the library
            return None
        if not (_LIST if is_list else _PARAGRAPH).fullmatch(block):
            return None
        blocks.append(_list(block) if is_list else f"<p>{block}</p>")
        was_list = is_list
    html = "\n".join(blocks)
    if "*" in html:
        html = _BOLD_WORDS.sub(r"<strong>\1</strong>", html)
    if "[" in html:
        html = _LINKED_WORDS.sub(r'<a href="\2">\1</a>', html)
    return html


def _list(block: str) -> str:
    items = "\n".join(f"<li>{line[2:]}</li>" for line in block.split("\n"))
    return f"<ul>\n{items}\n</ul>"
