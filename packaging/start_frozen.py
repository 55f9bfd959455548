"""Where the frozen program begins: PyInstaller wants a script, not the entry point of a package."""

import sys

from desktop_app.launch import main

sys.exit(main())
