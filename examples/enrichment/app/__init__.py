"""What users touch: exports."""
