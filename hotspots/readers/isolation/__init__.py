"""Reading in a process of its own, with limits of memory, time and size and no network: `running.isolated` is the door."""
