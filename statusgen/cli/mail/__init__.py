"""`mail`: the ledger, in the operator's hand."""
