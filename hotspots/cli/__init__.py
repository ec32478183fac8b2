"""The command line: everything that the screen shows, without a screen. One file for each command, loaded when it is called."""
