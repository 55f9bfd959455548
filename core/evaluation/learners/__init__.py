"""Learners on fixed features, alone and blended with networks, as models and files."""
