from statusgen.config.reader import read_settings
from tests.fakes.repository import make_repository


def test_a_page_may_change_our_levels_and_add_its_own(tmp_path):
    make_repository(tmp_path)
    path = tmp_path / "statusgen.toml"
    own = (
        '\n[severities.SEV1]\ncadence = "20m"\n\n[severities.SEV0]\nlabel = "Disaster"\nrank = 9\n'
    )
    path.write_text(path.read_text(encoding="utf-8") + own, encoding="utf-8")

    levels = read_settings(tmp_path).severities

    assert list(levels) == ["SEV1", "SEV2", "SEV3", "SEV4", "SEV0"]
    assert levels["SEV1"].cadence.total_seconds() == 20 * 60
    assert levels["SEV1"].label == "Critical"
    assert levels["SEV0"].label == "Disaster"
