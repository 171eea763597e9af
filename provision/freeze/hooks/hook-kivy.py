"""PyInstaller's hook for Kivy, ours in place of its own: that one imports every provider there is, and takes them in.

Which providers the terminal draws with: provision/freeze/__init__.py.
"""

import kivy
from kivy.tools.packaging.pyinstaller_hooks import get_factory_modules
from PyInstaller.utils.hooks import collect_submodules

from provision.freeze import KIVY, NOT_KIVY, below

hiddenimports = [
    *KIVY,
    *collect_submodules("kivy.graphics"),
    *(name for name in get_factory_modules() if not below(name, NOT_KIVY)),
]
excludedimports = list(NOT_KIVY)
datas = [(kivy.kivy_data_dir, "kivy_install/data")]
