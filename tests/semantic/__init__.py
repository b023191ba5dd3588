"""The optional extra `semantic`: real where it is installed, skipped with the reason elsewhere."""
