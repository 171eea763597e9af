"""The county's end: intake, window console, results, fleet. A service of its own (`gateway serve`)."""
