import tempfile

import pytest

from statusgen.targets.s3.bucket import Bucket
from statusgen.targets.s3.hooks import add_content_md5, ask_once


@pytest.mark.parametrize("context", [{}, {"s3_redirect": {"redirected": False, "bucket": "acme"}}])
def test_where_a_bucket_is_gets_asked_once(context):
    ask_once(context=context, model=None)

    assert context["s3_redirect"]["redirected"]


@pytest.mark.parametrize("body", ["<Delete/>", b"<Delete/>"])
def test_a_removal_bears_the_digest_of_its_body(body):
    params = {"body": body, "headers": {}}

    add_content_md5(params=params)

    assert params["headers"] == {"Content-MD5": "ePbrFwvNFIRnzBrIv+T8Ag=="}


def test_an_object_is_sent_at_once_and_what_comes_from_a_file_is_asked_for(bucket):
    sent = {}
    ours = Bucket("acme", bucket.name, endpoint_url=bucket.server.endpoint_url)
    ours._client.meta.events.register(  # noqa: SLF001 - the headers are the SDK's
        "before-send.s3.PutObject",
        lambda request, **_: sent.update({request.url.rpartition("/")[2]: request.headers}),
    )

    ours.put("page", b"<p>")
    with tempfile.TemporaryFile() as file:
        file.write(b"many bytes")
        file.seek(0)
        ours.put("pack", file)

    ours.close()
    assert "Expect" not in sent["page"]
    assert sent["pack"]["Expect"] in {"100-continue", b"100-continue"}
    assert bucket.bodies() == {"page": b"<p>", "pack": b"many bytes"}
