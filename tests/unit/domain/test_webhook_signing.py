from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gateway.domain import webhook_signing as signing

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
AT = datetime.fromtimestamp(1614265330, UTC)
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"


def test_the_signature_is_what_openssl_makes_of_it() -> None:
    made = signing.headers(signing.key_of(SECRET + "\n"), ID, AT, b'{"test": 2432232314}')

    assert made == {
        "webhook-id": ID,
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@pytest.mark.parametrize("secret", ["whsec_", "whsec_c2hvcnQ=", "whsec_no base64!", "ñ" * 40])
def test_a_secret_that_cannot_sign_is_refused_and_not_repeated(secret: str) -> None:
    with pytest.raises(signing.SecretError) as refused:
        signing.key_of(secret)
    assert secret not in str(refused.value)


def test_an_id_cannot_move_the_border_between_the_signed_parts() -> None:
    with pytest.raises(ValueError, match="full stop"):
        signing.headers(signing.key_of(SECRET), "a.1", AT, b"")
