"""Who hears about an update, and the letter that each of them gets."""
