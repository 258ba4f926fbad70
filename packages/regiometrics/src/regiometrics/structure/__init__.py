"""Structure of regional economies: similarity, specialisation, duplication, market segmentation."""
