"""Reading what is printed on a paper: the engine, its process, and the port that a visit uses."""
