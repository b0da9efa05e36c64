"""What belongs to one task while it lives: so far its workspace folder."""
