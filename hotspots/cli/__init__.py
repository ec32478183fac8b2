"""The command line: everything that the screen shows, without a screen."""
