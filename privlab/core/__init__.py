"""What every topic shares: privacy as data, argument checks, data sets, randomness."""
