"""What the record system keeps."""
