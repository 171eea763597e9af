"""The conformance kit: numbered checks that a device class's drivers rely on, against a real device or a simulator.

A check talks to the device over its own line, asks the person beside it for what only a person can do, and ends in
pass, fail, not supported or not tried. What failed is kept as bytes, with everything that could be a person's left out.
"""
