"""What the images of the shop are made of, told to those who run them."""
