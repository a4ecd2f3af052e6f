"""The content folder: update files in, incidents and the archive of all of them out."""
