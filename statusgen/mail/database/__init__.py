"""The address book and the ledger in a SQL database, through SQLAlchemy Core."""
