"""The county's end: intake, window console, results, fleet."""
