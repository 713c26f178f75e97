"""What pages read: rows and figures for the screen, in a fixed number of queries."""
