"""Results that a person reads: charts, reports in four formats, and the check that they hold."""
