"""A repository in two states, and a bucket that one of them is published to by a real process."""

import re
from contextlib import contextmanager

from statusgen.targets.manifest_json import parse_manifest
from tests.components.links import broken_links
from tests.components.s3_proxy import never, run_proxy
from tests.components.warm_process import warm_process
from tests.fakes.repository import FIRST, NOW, make_repository, tree

URL = "https://status.example.com/"
ANOTHER = FIRST.replace("2026-11-21T02:04", "2026-10-03T01:00").replace("checkout", "search")
LATER = """\
---
status: resolved
at: 2026-10-03T05:00:00Z
---
It is over.
"""
FOREIGN = {"index.htm": b"theirs", "page-old/index.html": b"theirs", "page/notes/a.txt": b"theirs"}


class Site:
    """Two states of a repository, and a bucket that one of them is published to."""

    def __init__(self, folder, bucket, endpoint_url):
        self.folder, self.bucket = folder, bucket
        self.client = bucket.server.client()
        self.bodies = {}  # by tag: a body is fetched once
        target = bucket.target(endpoint_url)
        before = make_repository(folder / "before", target, mail=None)
        before.write("2026-11-20-gone/01-investigating.md", ANOTHER.replace("10-03", "11-20"))
        after = make_repository(folder / "after", target, mail=None)
        after.write("2026-10-03-search/01-investigating.md", ANOTHER)
        after.write("2026-10-03-search/02-resolved.md", LATER)
        after.write_update("02-identified", "identified", "02:08")
        style = after.root / "site_templates" / "assets" / "site.css"
        style.parent.mkdir(parents=True)
        style.write_text("body { color: black; }\n", encoding="utf-8")
        self.states = (before, after)
        for one in self.states:
            assert one.run("build", "--out", folder / f"{one.root.name} built").code == 0
        self.built = [tree(folder / f"{one.root.name} built") for one in self.states]
        self.foreign = self.put_foreign()

    def put_foreign(self):
        for key, body in FOREIGN.items():
            self.client.put_object(Bucket=self.bucket.name, Key=key, Body=body)
        return self.listed(FOREIGN)

    def listed(self, keys):
        return {
            key: self.client.head_object(Bucket=self.bucket.name, Key=key)["LastModified"]
            for key in keys
        }

    def served(self):
        """What readers get, by key."""
        answer = self.client.list_objects_v2(Bucket=self.bucket.name, Prefix="page/")
        found = {}
        for one in answer.get("Contents", ()):
            key, tag = one["Key"].removeprefix("page/"), one["ETag"]
            if key.startswith("_statusgen/") or one["Key"] in FOREIGN:
                continue
            if tag not in self.bodies:
                got = self.client.get_object(Bucket=self.bucket.name, Key=one["Key"])
                self.bodies[got["ETag"]] = got["Body"].read()
            found[key] = self.bodies[tag]
        return found

    def manifest(self):
        answer = self.client.get_object(
            Bucket=self.bucket.name, Key="page/_statusgen/manifest.json"
        )
        return parse_manifest(answer["Body"].read())


def missing(served, folder):
    """What pages, feeds and JSON lead to that is not there."""
    for key, body in served.items():
        path = folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    told = {
        (key, link)
        for key, body in served.items()
        if not key.endswith((".html", ".css", ".js"))
        for link in re.findall(re.escape(URL) + r"([\w./-]*)", body.decode())
    }
    return [
        *broken_links(folder, URL),
        *sorted(one for one in told if (one[1] or "index.html") not in served),
    ]


@contextmanager
def open_site(tmp_path, bucket):
    with run_proxy(bucket.server) as proxy, warm_process(bucket.keys) as warm:
        site = Site(tmp_path, bucket, proxy.server_facts.endpoint_url)
        proxy.kill = warm.kill

        def publish(state, fault=never):
            proxy.requests.clear()
            proxy.fault = fault
            root = site.states[state].root
            try:
                return warm.run(
                    "-C", root, "--now", NOW, "publish", "--yes", "--no-mail", "--force"
                )
            finally:
                proxy.fault = never

        yield site, publish, proxy
        site.client.close()


def refuse_strays(site, state):
    """The release is up to the last byte, with the styles before it, and nothing else of ours."""
    served, other = site.served(), site.built[1 - state]
    assert {key: served.get(key) for key in site.built[state]} == site.built[state]
    strays = served.keys() - site.built[state].keys()
    assert {key: served[key] for key in strays} == {
        key: body for key, body in other.items() if key in strays and key.startswith("assets/")
    }
    assert site.manifest().intent is None
