"""Language models: from settings to models that answer, within limits, with prices, faults told apart."""
