"""What is shipped to run the program as a service fits the program."""
