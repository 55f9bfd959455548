"""Commands on models: applying them to files, listing those that come along, converting."""
