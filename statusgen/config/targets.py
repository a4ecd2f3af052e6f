"""The `[[targets]]` of statusgen.toml: where the page goes, and that no two places overlap."""

import re
from pathlib import Path
from typing import Any

from statusgen.config import values
from statusgen.config.places import overlap, parse_place
from statusgen.config.settings import FolderTarget, S3Target, TargetSettings
from statusgen.config.table import Table
from statusgen.values.notation import BadValue, listed, shown


def read_targets(top: Table, root: Path) -> tuple[TargetSettings, ...]:
    """The targets in their order; what is wrong is told to their tables."""
    targets: list[TargetSettings] = []
    for table in top.children("targets"):
        url = table.take("url", values.text, "", required=True)
        if not url:
            continue
        target = _target(table, url, root)
        table.finish()
        if target is None:
            continue
        for other in targets:
            if _overlap(target, other):
                table.complain(
                    ("url",),
                    f"target {shown(target.url)} overlaps {shown(other.url)}",
                    "give each target a place of its own",
                )
        targets.append(target)
    return tuple(targets)


def _target(table: Table, url: str, root: Path) -> TargetSettings | None:
    public_url = table.take("public_url", values.web_url, None)
    s3_keys = {
        "region": table.take("region", values.text, None),
        "endpoint_url": table.take("endpoint_url", values.web_url, None),
        "checksums": table.take("checksums", _checksums, None),
        "cloudfront": table.take("cloudfront", values.text, None),
    }
    scheme, _, rest = url.partition(":")
    if scheme == "folder" and rest:
        for key, value in s3_keys.items():
            if value is not None:
                table.complain((key,), f"a folder target has no '{key}'", "remove it")
        return FolderTarget(url, _folder(table, rest, root), public_url)
    bucket, _, prefix = rest.removeprefix("//").partition("/")
    prefix = prefix.strip("/")
    if scheme == "s3" and re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", bucket):
        if re.search(r"//|[^A-Za-z0-9/._-]|(^|/)\.\.?(/|$)", prefix):
            table.complain(
                ("url",), f"prefix {shown(prefix)} is not a plain path", "use letters and digits"
            )
        return S3Target(url, bucket, prefix, public_url=public_url, **s3_keys)
    table.complain(
        ("url",),
        f"{shown(url)} is not a target",
        'use "folder:DIR" or "s3://bucket/optional/prefix"',
    )
    return None


def _folder(table: Table, text: str, root: Path) -> Path:
    try:
        return parse_place(text, root, root)
    except BadValue as bad:
        table.complain(("url",), bad.what, bad.remedy)
        return root / text


def _overlap(one: TargetSettings, other: TargetSettings) -> bool:
    if isinstance(one, FolderTarget) and isinstance(other, FolderTarget):
        return overlap(one.path, other.path)
    if isinstance(one, S3Target) and isinstance(other, S3Target):
        first, second = (f"{t.prefix}/" if t.prefix else "" for t in (one, other))
        same_bucket = (one.bucket, one.endpoint_url) == (other.bucket, other.endpoint_url)
        return same_bucket and (first.startswith(second) or second.startswith(first))
    return False


def _checksums(value: Any) -> str:
    words = ("when_required", "when_supported")
    if value not in words:
        raise BadValue(f"{shown(str(value))} is not a setting", f"use {listed(words)}")
    return str(value)
