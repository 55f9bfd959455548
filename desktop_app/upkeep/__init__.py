"""What keeps the program itself going: its settings, its log, the sitting, reports of problems."""
