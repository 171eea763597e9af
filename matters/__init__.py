"""What can be done at the terminal, and one person's doing of it.

Pure: no files, no clock, no network, no randomness.
"""
