"""What becomes of a catalogue that can't be used; known without the library that reads them."""


class BadCatalogue(ValueError):
    """What is wrong with a catalogue, and on which line; 0 where none is to blame."""

    def __init__(self, what: str, line: int = 0) -> None:
        super().__init__(what)
        self.what = what
        self.line = line
