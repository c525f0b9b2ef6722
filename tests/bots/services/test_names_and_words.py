"""E-mail addresses in one form, and passwords that everybody tries first."""

import pytest

from bots.errors import Invalid
from bots.services.common_passwords import is_common
from bots.services.emails import folded, normalised
from bots.services.guessing import network_of
from bots.services.passwords import Passwords


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Anna@Example.com", "anna@example.com"),
        (" a.b+c@sub.example.co.uk ", "a.b+c@sub.example.co.uk"),
        ("owner@localhost", "owner@localhost"),
        ("иван@почта.рф", "иван@почта.рф"),
        ("ivan@XN--80A1ACNY.xn--p1ai", "ivan@почта.рф"),
        ("o'neil@example.com", "o'neil@example.com"),
    ],
)
def test_an_address_is_kept_in_one_form(written: str, kept: str) -> None:
    assert normalised(written) == kept == folded(written) == normalised(kept)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "@",
        "anna",
        "anna@",
        "@example.com",
        "anna@@example.com",
        "an na@example.com",
        "anna@exam ple.com",
        "anna@example..com",
        "anna@-example.com",
        ".anna@example.com",
        "an..na@example.com",
        "anna@example.com\nBcc: bob@example.com",
        "anna@example.com\u202e",
        "<anna@example.com>",
        "anna@example.com,bob@example.com",
        "x" * 65 + "@example.com",
        "anna@" + "x" * 64 + ".com",
        "anna@" + ".".join(["x" * 60] * 5),
        "null",
    ],
)
def test_what_is_no_address_is_refused(written: str) -> None:
    with pytest.raises(Invalid):
        normalised(written)
    folded(written)


COMMON = """
12345678 123456789 1234567890 87654321 11111111 00000000 88888888 password password1 password123
Password1! passw0rd P@ssw0rd p@ssword1 qwertyui qwerty123 qwertyuiop 1q2w3e4r 1qaz2wsx qazwsxedc
asdfghjkl zxcvbnm1 zaq12wsx q1w2e3r4 q1w2e3r4t5 abcd1234 abcdefgh aaaaaaaa abababab abcabcabc
iloveyou1 sunshine1 princess1 football1 welcome1 Welcome123 admin123 Admin2024! letmein1 monkey123
dragon12 superman1 trustno1 letmein! changeme123 01021990 19900201 31121985 20012001 пароль123
йцукенгш йцукен123 любовь123 gfhjkm123 ghbdtn123 natasha1 marina1985 Sergey1990 andrey123 spartak1
samsung1 0987654321 qweasdzxc qwerty12345 asdf1234 1234qwer 123qweasd passpass 12341234 112233445566
"""


@pytest.mark.parametrize("password", COMMON.split())
def test_what_is_tried_first_is_known(password: str) -> None:
    assert is_common(password), password


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "SecurePassword123",
        "tr0ub4dor&3",
        "kЛюч от квартиры",
        "9f86d081884c7d65",
        "Vasya kupil slona 7",
        "UK0crYi1cE3nMOnn0DdN",
        "new_password123",
        "зелёный чайник 42",
    ],
)
def test_what_is_not_tried_first_is_let_alone(password: str) -> None:
    assert not is_common(password)


def test_common_passwords_are_refused_where_strangers_come_alone() -> None:
    Passwords(random_bytes=bytes).check("password123")
    public = Passwords(random_bytes=bytes, public=True)
    for password in ("password123", "anna.petrova"):
        with pytest.raises(Invalid) as refused:
            public.check(password, email="anna.petrova@example.com")
        assert refused.value.field == "password"
    public.check("correct horse battery", email="anna.petrova@example.com")


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", ""),
        ("testclient", "testclient"),
    ],
)
def test_a_network_is_what_one_guesser_has_many_of(address: str, network: str) -> None:
    assert network_of(address) == network
