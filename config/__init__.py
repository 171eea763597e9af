"""What a terminal is told: settings, device profiles, locales, audit events, fault cards, the shipped catalogue."""
