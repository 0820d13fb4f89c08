"""What makes a map beautiful: clusters with names, title, light, palette, and their controls."""
