import pytest

from statusgen.adapters.s3_hooks import add_content_md5, ask_once


@pytest.mark.parametrize("context", [{}, {"s3_redirect": {"redirected": False, "bucket": "acme"}}])
def test_where_a_bucket_is_gets_asked_once(context):
    ask_once(context=context, model=None)

    assert context["s3_redirect"]["redirected"]


@pytest.mark.parametrize("body", ["<Delete/>", b"<Delete/>"])
def test_a_removal_bears_the_digest_of_its_body(body):
    params = {"body": body, "headers": {}}

    add_content_md5(params=params)

    assert params["headers"] == {"Content-MD5": "ePbrFwvNFIRnzBrIv+T8Ag=="}
