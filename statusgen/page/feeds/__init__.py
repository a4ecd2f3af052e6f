"""RSS, Atom and JSON Feed from the newest updates."""
