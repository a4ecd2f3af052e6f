"""Claims on a bucket: which ledger mails an update, settled once for all who publish there."""

from statusgen.errors import TargetError
from statusgen.targets.claim import Claim, claim_key, format_claim, parse_claim
from statusgen.targets.s3.bucket import Bucket, ConditionFailedError, ConditionRefusedError
from statusgen.targets.storage import ABSENT

OURS = {"ContentType": "application/json; charset=utf-8", "CacheControl": "no-store"}
"""How what is ours alone is served, if at all."""


def claim(
    bucket: Bucket, update_id: str, ours: Claim, *, takeover: bool, reads_first: bool
) -> Claim:
    """Write our claim unless another is there, or over it; see `Storage`.

    `reads_first`, where the server may take no notice of conditions. After a lost race we read
    too: the first try of a repeated request may have been our own success.
    """
    key = claim_key(update_id)
    found = bucket.get(key) if reads_first else None
    if found is None and _put(bucket, key, ours, ABSENT):
        return ours
    found = found or bucket.get(key)
    held = parse_claim(found.body) if found else None
    if held is not None and (held.token == ours.token or not takeover):
        return held
    if found is None or not _put(bucket, key, ours, found.tag):
        text = f"{bucket.label}: another publisher is claiming {update_id}; publish again"
        raise TargetError(text)
    return held or ours


def _put(bucket: Bucket, key: str, made: Claim, over: str) -> bool:
    """Write it in the place of what `over` names; whether that was there."""
    try:
        bucket.put(key, format_claim(made), over, **OURS)
    except ConditionRefusedError:
        bucket.put(key, format_claim(made), **OURS)
    except ConditionFailedError:
        return False
    return True
