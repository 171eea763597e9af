"""Kivy: draws a step of a visit, hands back what was touched.

Kivy looks at its environment when it is first imported, so only `screens.app`, `screens.services`, `screens.status` and
`screens.theme` may be imported before `screens.app.prepare` has run; everything else here imports Kivy.
"""
