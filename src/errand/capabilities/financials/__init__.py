"""From facts to statements, ratios and red flags. Formulas carry their source."""
