"""Whether we may judge: what was covered, what was not. Pure."""
