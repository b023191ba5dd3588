"""What the subscriber counts of channels say, and what they do not."""
