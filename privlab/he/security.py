"""How long the modulus may be: the table that every lattice scheme's users consult."""

# ring degree N: the most bits of modulus for 128, 192 and 256 bits of classical
# security, special prime included, ternary secret (Albrecht et al. 2018, Homomorphic
# Encryption Standard, Table 1)
MOST_BITS = {
    1024: (27, 19, 14),
    2048: (54, 37, 29),
    4096: (109, 75, 58),
    8192: (218, 152, 118),
    16384: (438, 305, 237),
    32768: (881, 611, 476),
}
SECURITIES = (128, 192, 256)
# the same for 128 bits against a quantum computer (Microsoft SEAL 4, hestdparms.h)
MOST_BITS_QUANTUM = {
    1024: 25,
    2048: 51,
    4096: 101,
    8192: 202,
    16384: 411,
    32768: 827,
}


def security(degree: int, modulus_bits: float) -> int:
    """256, 192 or 128 bits by the table; 0 below them, and where N is not in it."""
    limits = zip(SECURITIES, MOST_BITS.get(degree, (0, 0, 0)), strict=True)
    return max((bits for bits, most in limits if modulus_bits <= most), default=0)
