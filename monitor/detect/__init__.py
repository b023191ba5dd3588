"""What is concluded: one family of rules a file. Pure; no input or output."""
