"""Plain values that every room uses: words of the vocabulary, instants, names, addresses."""
