from statusgen.words.bad_catalogue import BadCatalogue


def test_it_says_what_and_where():
    bad = BadCatalogue("it is no catalogue", 7)

    assert (str(bad), bad.what, bad.line) == ("it is no catalogue", "it is no catalogue", 7)
    assert BadCatalogue("missing").line == 0
