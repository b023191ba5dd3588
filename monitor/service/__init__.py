"""The background service: the same jobs as the commands, when they are due, until told to stop."""
