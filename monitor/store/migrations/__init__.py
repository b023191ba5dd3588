"""The schema, step by step; applied by Alembic."""
