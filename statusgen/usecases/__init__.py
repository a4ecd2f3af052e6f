"""One module a command: the whole of what it does, without the terminal."""
