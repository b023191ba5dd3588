"""How it is told: summary, figures, one HTML file."""
