"""Where facts are kept: one SQLite database, and the archive of fetched bodies beside it."""
