"""Style sheets become style attributes, which is what many mail programs understand."""

import css_inline

_INLINER = css_inline.CSSInliner(
    load_remote_stylesheets=False,
    keep_style_tags=True,  # for what has no attribute: dark colours and narrow screens
)


def inline_styles(html: str) -> str:
    """The HTML document with its own style sheet written into its elements; loads nothing."""
    return _INLINER.inline(html)
