"""Keccak-256: the published digests, and the same bytes from either module."""

import pytest
from Crypto.Hash import keccak as pycryptodome
from hypothesis import given
from hypothesis import strategies as st

from claims.evidence.keccak import keccak256


@pytest.mark.parametrize(
    ("data", "digest"),
    [
        (b"", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"),
        (b"abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"),
    ],
)
def test_it_is_keccak_before_the_padding_of_fips_202(data, digest):
    assert keccak256(data).hex() == digest


@given(st.binary(max_size=600))
def test_the_module_that_is_taken_says_what_the_other_says(data):
    assert keccak256(data) == pycryptodome.new(data=data, digest_bits=256).digest()
