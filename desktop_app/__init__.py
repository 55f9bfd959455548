"""The window of Siteloupe: PySide6 over the torch-free half of `core`; it never imports torch."""
