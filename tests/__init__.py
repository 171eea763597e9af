"""The rooms' tests, mirrored; journeys/ holds whole visits."""
