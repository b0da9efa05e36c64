"""Text that a model wrote and that rests on what it was given: every mark looked up, every figure traced."""
