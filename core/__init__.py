"""The headless engine of Siteloupe: reads crystals, trains in a worker process, writes run folders."""

__version__ = "0.1.0"
