"""What content and ledger call for, with audiences counted."""

from statusgen.mail.plan import MailOptions
from statusgen.mail.planning import plan_mail, says_of
from tests.builders import instant
from tests.fakes.repository import ID

NOW = instant("02:10")


def test_each_audience_is_counted_and_nothing_is_changed(archive, ledger):
    planned = plan_mail(archive, ledger, NOW, MailOptions())

    assert [(one.update.update_id, one.audience_size) for one in planned.mailings] == [
        (f"{ID}/01-investigating", 1)
    ]
    assert planned.letters == 1
    assert ledger.known_updates() == {}


def test_what_an_update_says_is_known_while_its_file_is_there(archive):
    assert "investigating" in says_of(archive, f"{ID}/01-investigating")
    assert says_of(archive, f"{ID}/02-identified") == ""
    assert says_of(archive, "another/01") == ""
