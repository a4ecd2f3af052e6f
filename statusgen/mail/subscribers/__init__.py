"""Who is written to: subscribers, their files, and the address book."""
