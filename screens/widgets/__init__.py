"""What screens are made of: boxes that lay themselves out in one pass, texts, keys, fields."""
