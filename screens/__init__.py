"""Kivy: draws a step of a visit, hands back what was touched."""
