"""One port per device class, its drivers, and simulators that speak the same bytes."""
