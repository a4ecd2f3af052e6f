"""The database and the secret key."""

from collections.abc import Iterator

from statusgen.doctor.finding import Finding, from_error, ok
from statusgen.doctor.targets import judge_room
from statusgen.errors import StatusgenError
from statusgen.mail.ledger import StateFacts

SUBJECT = "database"


def judge_state(facts: StateFacts | StatusgenError, *, has_key_outside: bool) -> Iterator[Finding]:
    """Yield what is to be said of the database; a key from the environment comes first."""
    if isinstance(facts, StatusgenError):
        yield from_error(SUBJECT, facts)
        return
    if not facts.is_there:
        yield ok(SUBJECT, "it isn't there yet; the first use makes it")
    elif facts.room is None:
        yield ok(SUBJECT, "the server answers, and it can be written")
    else:
        yield judge_room(SUBJECT, facts.room)
    yield ok(SUBJECT, _key(facts, has_key_outside=has_key_outside))


def _key(facts: StateFacts, *, has_key_outside: bool) -> str:
    if has_key_outside:
        return "the secret key comes from STATUSGEN_SECRET_KEY"
    if facts.has_secret_key:
        return "the secret key is kept in it; back it up, or links to unsubscribe end with it"
    return "a secret key will be made and kept in it"
