"""A profile says which chain; a typing error in it is told and never guessed at."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from claims.chain.errors import ProfileError
from claims.chain.profile import ANVIL, LOCAL, ChainProfile, load_profile, profile_document


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "testnet.toml"
    path.write_text(text)
    return path


def test_the_built_in_profiles() -> None:
    assert load_profile() is LOCAL
    assert load_profile("anvil") is ANVIL
    assert ANVIL.urls == ("http://127.0.0.1:8545",)
    assert LOCAL.development
    assert ANVIL.development


@pytest.mark.parametrize("head", ["", "[chain]\n"])
def test_a_node_in_a_file(tmp_path: Path, head: str) -> None:
    profile = load_profile(write(tmp_path, head + 'url = "https://node.example"\nchain_id = 5\nconfirmations = 3\n'))
    assert (profile.name, profile.kind, profile.urls) == ("testnet", "rpc", ("https://node.example",))
    assert (profile.chain_id, profile.confirmations, profile.development) == (5, 3, False)


def test_what_a_file_leaves_out_is_as_it_always_was(tmp_path: Path) -> None:
    profile = load_profile(write(tmp_path, 'url = "https://node.example"\n'))
    assert (profile.replace_after_seconds, profile.max_fee, profile.lease_seconds) == (60, 500 * 10**9, 15)


def test_several_nodes_in_a_file(tmp_path: Path) -> None:
    profile = load_profile(write(tmp_path, 'urls = ["https://a.example", "https://b.example"]\npoll_seconds = 12\n'))
    assert profile.urls == ("https://a.example", "https://b.example")
    assert profile.poll_seconds == 12


@pytest.mark.parametrize(
    "profile",
    [
        LOCAL,
        ANVIL,
        ChainProfile(
            "a",
            "rpc",
            ("https://a.example", "https://b.example"),
            chain_id=5,
            confirmations=12,
            poll_seconds=3,
            replace_after_seconds=30.5,
            max_fee_gwei=40,
            lease_seconds=60,
        ),
    ],
)
def test_a_profile_written_is_read_back(tmp_path: Path, profile: ChainProfile) -> None:
    assert load_profile(write(tmp_path, profile_document(profile))) == profile


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('url = "https://a.example"\nconfirmation = 3', "unknown key 'confirmation'"),
        ('url = "https://a.example"\nchain_id = "5"', "chain_id must be int"),
        ('url = "https://a.example"\nchain_id = true', "chain_id must be int"),
        ('url = "https://a.example"\nchain_id = 0', "chain_id is 0"),
        ('url = "https://a.example"\nconfirmations = 0', "confirmations is 0"),
        ('url = "https://a.example"\npoll_seconds = 0', "poll_seconds is 0"),
        ('url = "https://a.example"\nreplace_after_seconds = 0', "replace_after_seconds is 0"),
        ('url = "https://a.example"\nmax_fee_gwei = 0', "max_fee_gwei is 0"),
        ('url = "https://a.example"\nmax_fee_gwei = 1.5', "max_fee_gwei must be int"),
        ('url = "https://a.example"\nlease_seconds = 0', "lease_seconds is 0"),
        ('url = "https://a.example"\nurls = ["https://b.example"]', "either"),
        ('url = "ws://a.example"', "http://"),
        ("urls = [1]", "list of text"),
        ("confirmations = 3", "needs `url`"),
        ('kind = "locl"', "locl"),
        ('kind = "local"\nurl = "https://a.example"', "takes no url"),
        ('[chain]\nurl = "https://a.example"\n[other]\nx = 1', "not both"),
        ("url = ", "cannot be read"),
    ],
)
def test_what_is_wrong_in_a_file_is_told(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ProfileError) as caught:
        load_profile(write(tmp_path, text))
    assert told in str(caught.value)


def test_an_unknown_profile_names_the_known_ones() -> None:
    with pytest.raises(ProfileError, match="local, anvil"):
        load_profile("sepolia")


@pytest.mark.parametrize(
    "module", ["profile", "errors", "client", "keystore", "signer", "transactions", "sender", "reverts", "anvil"]
)
def test_nothing_heavy_is_loaded_before_a_chain_is_opened(module: str) -> None:
    heavy = "web3 eth_account eth_tester eth eth_keys requests"
    program = f"import sys, claims.chain.{module}; print([m for m in '{heavy}'.split() if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
