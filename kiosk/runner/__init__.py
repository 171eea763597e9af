"""Drives the real app by a visit script: touches through the display server, devices through their simulators."""
