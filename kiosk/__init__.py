"""The terminal: wires the rooms together, runs visits, watches devices, staff mode, the command line."""
