"""Where the page goes: a release and what a target has in, an upload and its result out."""
