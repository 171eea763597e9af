"""The command line: one module a group of verbs, each loaded only when it is asked for."""
