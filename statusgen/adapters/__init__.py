"""The outside world: folders, buckets, relays, the database."""
