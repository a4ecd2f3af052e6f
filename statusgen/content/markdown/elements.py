"""The elements of HTML: which a body may hold, and which there are.

Names are those of the HTML standard (https://html.spec.whatwg.org/multipage/indices.html), with
the obsolete ones of its section 16.2 that people still paste.
"""

BODY_HEADING = "h4"
"""What every heading in a body becomes: bodies stand below a page's own h1 to h3."""

INLINE = {"a", "abbr", "br", "code", "del", "em", "kbd", "mark", "s", "strong", "sub", "sup"}
BLOCKS = {"blockquote", "hr", "li", "ol", "p", "pre", "ul", BODY_HEADING}
TABLE = {"table", "thead", "tbody", "tr", "th", "td"}
TAGS = INLINE | BLOCKS | TABLE
"""All that may reach a reader."""
_HEADINGS = {f"h{n}": BODY_HEADING for n in range(1, 7)}
ALIASES = {"b": "strong", "i": "em", "strike": "s"} | _HEADINGS
BLOCK_TAGS = BLOCKS | TABLE | set(_HEADINGS)
"""Tags of all that stands on lines of its own."""
SHOWN = TAGS | set(ALIASES) | {"img"}
"""All that may stand in a body and become one of `TAGS`."""

HIDDEN = {"script", "style"}
"""Elements that go with their content."""

_VOID = "area base col embed input link meta param source track wbr"
_OTHERS = (
    "acronym address applet article aside audio basefont bdi bdo big body button canvas caption "
    "center cite colgroup data datalist dd details dfn dialog dir div dl dt fieldset figcaption "
    "figure font footer form frame frameset head header hgroup html iframe ins label legend main "
    "map marquee math menu meter nav nobr noembed noframes noscript object optgroup option output "
    "picture plaintext progress q rb rp rt rtc ruby samp search section select slot small span "
    "summary svg template textarea tfoot time title tt u var video xmp"
)
VOID = set(_VOID.split())
"""Other elements of HTML that have no end."""
ELEMENTS = SHOWN | HIDDEN | VOID | set(_OTHERS.split())
"""All of them."""

IN_ELEMENT = {
    "col": {"table"},
    "colgroup": {"table"},
    "dd": {"dl"},
    "dt": {"dl"},
    "li": {"ol", "ul"},
    "optgroup": {"select"},
    "option": {"select", "datalist"},
    "rp": {"ruby"},
    "rt": {"ruby"},
} | {one: {"table"} for one in ("tbody", "td", "tfoot", "th", "thead", "tr")}
"""Elements that need no end tag where they belong: in which others."""

BARE_ATTRIBUTES = (
    *("allowfullscreen", "async", "autofocus", "autoplay", "checked", "compact", "controls"),
    *("default", "defer", "disabled", "download", "hidden", "inert", "ismap", "itemscope", "loop"),
    *("multiple", "muted", "nohref", "noresize", "noshade", "novalidate", "nowrap", "open"),
    *("playsinline", "readonly", "required", "reversed", "selected"),
)
"""Attributes that are written without a value."""

_SILENT = (
    "align allow autocapitalize background bgcolor border cellpadding cellspacing class clear "
    "color cols colspan crossorigin dir face for frame frameborder headers height hspace id is "
    "lang language link loading marginheight marginwidth media name nonce rel rev role rows "
    "rowspan rules scope scrolling shape size sizes span spellcheck start style tabindex target "
    "text translate type valign vlink vspace width xmlns"
)
SILENT_ATTRIBUTES = frozenset(_SILENT.split())
"""Attributes that say nothing to readers; others may."""
SILENT_PREFIXES = ("aria-", "data-", "on")
