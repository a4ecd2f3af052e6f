from statusgen.mail.delivery.rules import DeliveryRules


def test_a_run_starts_without_limits_and_tries_for_half_a_minute():
    rules = DeliveryRules()

    assert (rules.max_per_second, rules.canary, rules.waits) == (0, 0, False)
    assert rules.patience_s == 30  # DESIGN: waits at most 30 seconds in all
