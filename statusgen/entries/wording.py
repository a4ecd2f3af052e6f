"""The words an update starts with: enough to be true before anything is known.

A placeholder in square brackets asks the author for what only they know; `check` refuses an
update that still holds one.
"""

from statusgen.model.vocabulary import SAME_PHASE, Phase

WHAT_CUSTOMERS_SEE = "[what customers may see]"
WHAT_CHANGED = "[what changed since the last update]"
WHAT_IT_IS_FOR = "[what the work is for, and what customers may notice]"
PLACEHOLDERS = (WHAT_CUSTOMERS_SEE, WHAT_CHANGED, WHAT_IT_IS_FOR)

_WORDING = {
    Phase.INVESTIGATING: (
        "We are investigating a problem with {affected}. You may see {what_customers_see}.\n\n"
        "Our engineers are working on it. We will tell you more as soon as we know it."
    ),
    Phase.IDENTIFIED: (
        "We have found the cause of the problem with {affected} and are working on a fix.\n\n"
        "Until it is in place, things are as we described them in our last update."
    ),
    Phase.MONITORING: (
        "A fix is in place, and {affected} should work again. We are watching it closely before "
        "we call this resolved."
    ),
    SAME_PHASE: "{what_changed}\n\nWe are still working on {affected}.",
    Phase.RESOLVED: "This incident is resolved: {affected} works as usual again.",
    Phase.SCHEDULED: "We will carry out planned work on {affected}: {what_it_is_for}",
    Phase.IN_PROGRESS: "The planned work on {affected} has begun.",
    Phase.VERIFYING: "The planned work on {affected} is done, and we are checking the result.",
    Phase.COMPLETED: "The planned work on {affected} is complete.",
    Phase.CANCELED: "The planned work on {affected} will not take place at this time.",
    Phase.NOTICE: "This is about {affected}: {what_changed}",
}


def starting_words(status: str, affected: str) -> str:
    """The body that an update with this `status` starts with; `affected` names components."""
    return _WORDING[status].format(
        affected=affected,
        what_customers_see=WHAT_CUSTOMERS_SEE,
        what_changed=WHAT_CHANGED,
        what_it_is_for=WHAT_IT_IS_FOR,
    )


def find_placeholder(body: str) -> str | None:
    """The first placeholder of ours that `body` still holds."""
    return next((one for one in PLACEHOLDERS if one in body), None)


def fill_placeholders(body: str) -> str:
    """`body` as if its author had filled in every placeholder of ours."""
    for one in PLACEHOLDERS:
        body = body.replace(one, one[1:-1])
    return body
