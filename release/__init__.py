"""What is given to those who install Schoolgate: made by `make dist`, and what lies in it."""
