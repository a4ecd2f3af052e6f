"""Letters to subscribers: archive and ledger in, letters sent and accounted for out."""
