"""One run of letters: what is owed in the ledger goes out over several connections."""
