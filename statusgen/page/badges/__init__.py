"""What other sites show of the page: badges, and the banner of a product's own site."""
