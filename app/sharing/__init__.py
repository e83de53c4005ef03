"""What leaves the program to be shown elsewhere: moving pictures and handouts."""
