"""What is drawn on paper: receipt, notice, guide, filled form, flow chart."""
