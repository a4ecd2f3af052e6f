"""What publish would do, as a value that can be printed, refused or applied."""
