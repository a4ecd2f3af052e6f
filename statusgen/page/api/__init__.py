"""The page as JSON: the eight files of the Statuspage API v2, and our own."""
