"""Chinese input: handwriting and pinyin, in a process of their own, and the client that talks to it.

The engines are C libraries that know nothing of a terminal; one of them is GPL-3. So they live behind a pipe: a crash
there costs a stroke and never the visit. Nothing in this package imports Kivy.
"""

from screens.input.client import InputMethods, Pinyin

__all__ = ["InputMethods", "Pinyin"]
