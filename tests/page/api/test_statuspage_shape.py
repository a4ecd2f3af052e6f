"""Our files beside those that a real Statuspage serves: keys, their order, types and nulls.

The real files are third-party text, so they are read where they lie and not copied.
"""

import json

import pytest

from tests.components.available import CORPUS
from tests.page.api.stories import bodies_of, everything
from tests.page.api.strict_client import ID, STAMP

pytestmark = pytest.mark.corpus("statuspage-v2")

SERVED = CORPUS / "statuspage-v2"

NAMES = (
    "summary",
    "status",
    "components",
    "incidents",
    "incidents/unresolved",
    "scheduled-maintenances",
    "scheduled-maintenances/upcoming",
    "scheduled-maintenances/active",
)
KNOWN_BESIDES = {
    # In the files no incident is over, no component has a text, each touched one has a date.
    "incidents[].resolved_at": {"str"},
    "scheduled_maintenances[].resolved_at": {"str"},
    "scheduled_maintenances[].monitoring_at": {"str"},
    "incidents[].incident_updates[].affected_components": {"NoneType"},
    "components[].description": {"str"},
    "incidents[].components[].description": {"str"},
    "scheduled_maintenances[].components[].description": {"str"},
    "scheduled_maintenances[].components[].start_date": {"NoneType"},
}
"""Types that other pages have been seen to serve."""


@pytest.fixture(scope="module")
def served():
    return {name: json.loads((SERVED / f"{name}.json").read_text("utf-8")) for name in NAMES}


@pytest.fixture(scope="module")
def ours():
    return {name: json.loads(body) for name, body in bodies_of(*everything()).items()}


def shapes(value, path=""):
    """Yield each object's path with its keys, and each value's path with its type."""
    if isinstance(value, dict):
        is_group = value.get("group") is True
        yield path + (" of a group" if is_group else ""), tuple(value)
        for key, inner in value.items():
            yield from shapes(inner, f"{path}.{key}".lstrip("."))
    elif isinstance(value, list):
        for inner in value:
            yield from shapes(inner, f"{path}[]")
        yield path, "list"
    else:
        yield path, type(value).__name__


def keys_by_path(documents):
    """Return the longest list of keys at each path: older objects lack the newest key."""
    found = {}
    for document in documents:
        for path, keys in shapes(document):
            if isinstance(keys, tuple) and len(keys) > len(found.get(path, ())):
                found[path] = keys
    return found


def types_by_path(documents):
    found = {}
    for document in documents:
        for path, kind in shapes(document):
            if isinstance(kind, str):
                found.setdefault(path, set()).add(kind)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_file_has_the_keys_of_the_real_one_in_their_order(served, ours, name):
    assert list(ours[name]) == list(served[name])


def test_every_object_has_the_keys_of_the_real_one_in_their_order(served, ours):
    real, made = keys_by_path(served.values()), keys_by_path(ours.values())

    differing = {path: keys for path, keys in made.items() if path and keys != real.get(path)}

    assert differing == {}
    assert set(made) == set(real)


def test_every_value_has_a_type_that_the_real_one_has(served, ours):
    real, made = types_by_path(served.values()), types_by_path(ours.values())

    strange = {
        path: kinds - real.get(path, set()) - KNOWN_BESIDES.get(path, set())
        for path, kinds in made.items()
    }

    assert {path: kinds for path, kinds in strange.items() if kinds} == {}


def test_the_patterns_that_hold_our_ids_and_timestamps_fit_the_real_ones(served):
    page = served["summary"]["page"]

    ID(page["id"], "page.id")
    STAMP(page["updated_at"], "page.updated_at")
