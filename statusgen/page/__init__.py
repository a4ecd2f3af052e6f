"""The status page at an instant: archive and clock in, artifacts (site, feeds, API, badges) out."""
