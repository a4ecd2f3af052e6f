"""What a bucket's refusals mean, in sentences with a remedy. Never what was sent: no secrets."""

_NO_CREDENTIALS = (
    "no AWS credentials were found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
    "or AWS_PROFILE, and publish again"
)
_UNREACHABLE = "{endpoint} can't be reached; check the network and endpoint_url, then publish again"
_TOO_SLOW = "{endpoint} did not answer in time; publish again"
_FAILED = "{endpoint} failed; publish again"
_HUNG_UP = "{endpoint} hung up; publish again"
_REDIRECTS = (
    "{endpoint} sends the request elsewhere; check the target's endpoint_url and region, "
    "then publish again"
)
_BUSY = "{endpoint} is too busy; publish again in a minute"
_EXPIRED = "the AWS credentials have expired; sign in again, then publish again"
_WRONG_REGION = (
    "the bucket is in another region than {region}; "
    "set the target's region to the bucket's, then publish again"
)
_FORBIDDEN = (
    "access was denied; the credentials need s3:GetObject, s3:PutObject, s3:DeleteObject and "
    "s3:ListBucket there (and cloudfront:CreateInvalidation, if set)"
)
_BAD_KEY = "the access key is not known there; check AWS_ACCESS_KEY_ID or the profile"
_BAD_SECRET = "the secret key is wrong; check AWS_SECRET_ACCESS_KEY or the profile"  # noqa: S105

NOT_S3 = "not S3"
"""Stands for an answer that no S3 server gives: a portal's page, a web server's greeting."""

_SENTENCES = {
    # what the SDK raises before or instead of an answer, by the name of the exception
    "NoCredentialsError": _NO_CREDENTIALS,
    "PartialCredentialsError": _NO_CREDENTIALS,
    "ProfileNotFound": "the AWS profile does not exist; check AWS_PROFILE and publish again",
    "CredentialRetrievalError": _NO_CREDENTIALS,
    "TokenRetrievalError": _EXPIRED,
    "SSOTokenLoadError": _EXPIRED,
    "UnauthorizedSSOTokenError": _EXPIRED,
    "EndpointConnectionError": _UNREACHABLE,
    "ConnectTimeoutError": _UNREACHABLE,
    "ConnectionClosedError": _HUNG_UP,
    "ResponseStreamingError": _HUNG_UP,
    "IncompleteReadError": _HUNG_UP,
    "ProxyConnectionError": "the proxy can't be reached; check HTTPS_PROXY, then publish again",
    "ReadTimeoutError": _TOO_SLOW,
    "SSLError": (
        "the certificate of {endpoint} is not trusted; set AWS_CA_BUNDLE, then publish again"
    ),
    "ParamValidationError": "the bucket's name is not valid; correct the target's url",
    "ValueError": "endpoint_url or region is not valid; correct them in statusgen.toml",
    "InvalidRegionError": "the region is not valid; correct it in statusgen.toml",
    # what the other side answers, by its error code or HTTP status
    NOT_S3: "{endpoint} does not answer as S3 does; check the target's endpoint_url",
    "AccessDenied": _FORBIDDEN,
    "AllAccessDisabled": _FORBIDDEN,
    "403": _FORBIDDEN,
    "InvalidAccessKeyId": _BAD_KEY,
    "InvalidClientTokenId": _BAD_KEY,
    "SignatureDoesNotMatch": _BAD_SECRET,
    "ExpiredToken": _EXPIRED,
    "InvalidToken": _EXPIRED,
    "TokenRefreshRequired": _EXPIRED,
    "RequestTimeTooSkewed": "this machine's clock is wrong; set it, then publish again",
    "NoSuchBucket": "the bucket does not exist; create it or correct the target's url",
    "InvalidBucketName": "the bucket's name is not valid; correct the target's url",
    "PermanentRedirect": _WRONG_REGION,
    "AuthorizationHeaderMalformed": _WRONG_REGION,
    "IllegalLocationConstraintException": _WRONG_REGION,
    "301": _REDIRECTS,
    "302": _REDIRECTS,
    "307": _REDIRECTS,
    "308": _REDIRECTS,
    "400": "the request was refused; check region and endpoint_url, then publish again",
    "404": "{endpoint} knows no such bucket; check endpoint_url and the target's url",
    "SlowDown": _BUSY,
    "ServiceUnavailable": _BUSY,
    "503": _BUSY,
    "InternalError": _FAILED,
    "500": _FAILED,
    "502": _FAILED,
    "504": _FAILED,
    "QuotaExceeded": "the bucket is full; raise its quota, then publish again",
    "TooManyInvalidationsInProgress": "CloudFront is busy with earlier invalidations",
    "Throttling": _BUSY,
    "ThrottlingException": _BUSY,
    "NoSuchDistribution": "the CloudFront distribution does not exist; correct cloudfront",
}

UNREACHABLE = frozenset(
    {
        "EndpointConnectionError",
        "ConnectTimeoutError",
        "ConnectionClosedError",
        "ResponseStreamingError",
        "IncompleteReadError",
        "ProxyConnectionError",
        "ReadTimeoutError",
        "ServiceUnavailable",
        "InternalError",
        "SlowDown",
        "500",
        "502",
        "503",
        "504",
    }
)
"""Codes of a target that is there but gives no answer now, as an outage of its own would."""


def explain(code: str, *, endpoint: str | None, region: str | None) -> str:
    """Return the sentence for an error code of S3, or for the name of the SDK's exception."""
    sentence = _SENTENCES.get(code, f"the upload failed with {code}; publish again")
    return sentence.format(endpoint=endpoint or "AWS", region=region or "the default one")
