"""What the core asks of the outside, in the core's own values."""
