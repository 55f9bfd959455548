"""What models of tables share: cells made by columns, and rows that are sorted and filtered here."""
