from statusgen.mail.letters.inline import inline_styles


def test_styles_are_written_into_elements_and_media_rules_stay():
    html = "<style>p { color: red; } @media (min-width: 1px) { p { color: blue; } }</style><p>x</p>"

    inlined = inline_styles(html)

    assert '<p style="color: red;">x</p>' in inlined
    assert "@media" in inlined


def test_a_style_sheet_from_elsewhere_is_not_loaded():
    html = '<link rel="stylesheet" href="http://192.0.2.1/x.css"><p>x</p>'

    assert "<p>x</p>" in inline_styles(html)
