"""Where every value and every rule of the SDK comes from, goes to, and is proven."""
