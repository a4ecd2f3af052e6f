"""The words that people read: languages, catalogues, days and numbers, templates."""
