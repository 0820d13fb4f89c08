"""Services behind TLS: certificates are looked at, and Stop works there too."""

import datetime
import ipaddress
import ssl

import numpy as np
import pytest

from embedviz.core.progress import Cancelled

openai = pytest.importorskip("openai", reason="the extra [api] is not installed")
x509 = pytest.importorskip("cryptography.x509", reason="nothing here makes certificates")

pytestmark = pytest.mark.usefixtures("no_request_left")

TEXTS = [f"text {number}" for number in range(20)]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Return the file of a certificate of 127.0.0.1, and of its key, that nobody vouches for."""
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = datetime.datetime.now(datetime.UTC)
    day = datetime.timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - day)
        .not_valid_after(now + day)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "certificate.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


@pytest.fixture
def encrypted(services, certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return services(context)


@pytest.fixture
def vouched_for(certificate, monkeypatch):
    """Let the client trust that certificate."""
    context = ssl.create_default_context(cafile=str(certificate))

    class Trusting(openai.DefaultHttpxClient):
        def __init__(self, **settings):
            super().__init__(verify=context, **settings)

    monkeypatch.setattr(openai, "DefaultHttpxClient", Trusting)


def secure(service):
    return service.address.replace("http:", "https:")


def test_it_works(new_encoder, encrypted, vouched_for, faults):
    vectors = new_encoder(address=secure(encrypted)).encode(TEXTS)
    np.testing.assert_allclose(vectors, faults.expected(TEXTS), atol=1e-6)


def test_a_certificate_that_nobody_vouches_for_is_refused(
    new_encoder, encrypted, failure_of, certificate, monkeypatch
):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    error = failure_of(new_encoder(address=secure(encrypted)).encode, TEXTS)
    assert "No connection to 127.0.0.1" in str(error)
    assert "CERTIFICATE_VERIFY_FAILED" in str(error)
    assert not encrypted.requests


def test_stop_while_a_request_hangs(new_encoder, encrypted, vouched_for, faults):
    encrypted.script.append(faults.hang)

    def report(fraction, words):
        if encrypted.requests:
            raise Cancelled

    with pytest.raises(Cancelled):
        new_encoder(address=secure(encrypted)).encode(TEXTS, report)
    assert encrypted.gone.wait(20)
