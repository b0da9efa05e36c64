"""What the example company's files are made of: its figures, its words, and the two formats."""
