"""What a folder tells together; every refusal has its case in tests/broken."""

from statusgen.entries.folder import parse_folder
from statusgen.entries.tree import scan_content
from statusgen.entries.update_file import Vocabulary
from statusgen.model.incident import fold
from tests.builders import BERLIN, SEVERITIES, instant, write_tree

WORDS = Vocabulary(("checkout",), SEVERITIES, frozenset({"subscribers"}), BERLIN)
NOTICE = """---
title: Support moves
status: notice
at: 2026-11-21T02:00:00Z
components: [checkout]
---
Write to the new address.
"""


def parsed(root, files):
    write_tree(root, {f"incidents/a/{name}": text for name, text in files.items()})
    ((folder,), _) = scan_content(root)
    return parse_folder(root, folder, WORDS)


def test_a_notice_needs_a_title_and_nothing_else(tmp_path):
    result = parsed(tmp_path, {"01.md": NOTICE})

    notice = fold(result.source.updates, SEVERITIES)
    assert result.problems == ()
    assert notice.until == instant("2026-11-28T02:00:00")


def test_a_later_update_may_end_a_notice_early(tmp_path):
    later = (
        "---\nstatus: update\nat: 2026-11-21T03:00:00Z\nends: 2026-11-21T04:00:00Z\n---\nDone.\n"
    )

    result = parsed(tmp_path, {"01.md": NOTICE, "02.md": later})

    assert result.problems == ()
    assert fold(result.source.updates, SEVERITIES).until == instant("04:00")
