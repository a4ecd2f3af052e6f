"""The revisions of the schema, oldest first, as Alembic reads them; none is changed any more."""
