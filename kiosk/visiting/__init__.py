"""One person's visit: the process that holds everything of them, and is killed when they go."""
