"""What is true: pure values and the fold that derives every status. No I/O, no clock."""
