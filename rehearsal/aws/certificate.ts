import { execFileSync } from 'node:child_process'

/** A certificate for loopback that its own key signed, and that key: made where moto is, whose Python can. */
export function selfSigned(): { certificate: string; privateKey: string } {
  const output = execFileSync(process.env.PYTHON ?? 'python3', ['-c', program], { encoding: 'utf8' })
  return JSON.parse(output)
}

const program = `
import datetime, json
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
key = ec.generate_private_key(ec.SECP256R1())
name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "pooler.test")])
now = datetime.datetime.now(datetime.timezone.utc)
cert = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=7))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), False).sign(key, hashes.SHA256()))
pem = serialization.Encoding.PEM
print(json.dumps({"certificate": cert.public_bytes(pem).decode(), "privateKey": key.private_bytes(
    pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()}))
`
