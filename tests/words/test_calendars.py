from datetime import UTC, date, datetime

from statusgen.words.calendars import EnglishCalendar


def test_english_days_begin_with_the_day():
    calendar = EnglishCalendar()

    assert calendar.day(date(2026, 11, 1)) == "1 November 2026"
    assert calendar.month(date(2026, 11, 1)) == "November 2026"
    assert calendar.zone_name(datetime(2026, 11, 1, tzinfo=UTC)) == "UTC"
