"""What the commands of mail do, and what a publish does for its letters."""
