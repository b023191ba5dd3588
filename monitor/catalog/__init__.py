"""What the judges know of the world: platforms, wordings, and how to match them in text."""
