"""What goes on, for whoever runs Errand: logs now, metrics and traces as they come."""
