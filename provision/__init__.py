"""What a vendor needs: set-up, packages, image, updates."""
