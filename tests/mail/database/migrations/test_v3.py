from statusgen.mail.database import engine
from statusgen.mail.database.ledger import SqlLedger
from statusgen.values.value import replace
from tests.fakes.mail import make_update
from tests.fakes.version_1 import make_version_1


def test_what_was_mailed_by_an_earlier_version_says_nothing_and_can_be_told_anew(url, tmp_path):
    make_version_1(url, tmp_path)
    database = engine.open_database(url, tmp_path)
    ledger = SqlLedger(database)
    before = ledger.mailed_updates()

    ledger.remember([replace(make_update(1), says="identified", wording="ab")])

    after = ledger.mailed_updates()
    assert before.keys() == after.keys() == {"login/01", "login/02"}
    assert [(one.says, one.wording) for one in before.values()] == [("", "")] * 2
    assert (after["login/01"].says, after["login/01"].wording) == ("identified", "ab")
    database.close()
