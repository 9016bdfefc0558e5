"""Seals and opens streams with Tink's own AES256_GCM_HKDF_1MB, as a list of jobs asks.

Reads a JSON list of {verb: "seal" | "open", objectKey, associatedData (hexadecimal), input, output (paths)} from
standard input; prints one list of "ok" or "refused", in the same order.
"""

import json
import sys

import tink
from tink import cleartext_keyset_handle, streaming_aead
from tink.proto import aes_gcm_hkdf_streaming_pb2, common_pb2, tink_pb2

TYPE_URL = "type.googleapis.com/google.crypto.tink.AesGcmHkdfStreamingKey"


def primitive(object_key):
    params = aes_gcm_hkdf_streaming_pb2.AesGcmHkdfStreamingKeyFormat()
    params.ParseFromString(streaming_aead.streaming_aead_key_templates.AES256_GCM_HKDF_1MB.value)
    key = aes_gcm_hkdf_streaming_pb2.AesGcmHkdfStreamingKey(
        version=0, key_value=object_key, params=params.params
    )
    assert params.params.hkdf_hash_type == common_pb2.SHA256
    data = tink_pb2.KeyData(
        type_url=TYPE_URL, value=key.SerializeToString(), key_material_type=tink_pb2.KeyData.SYMMETRIC
    )
    entry = tink_pb2.Keyset.Key(
        key_data=data, status=tink_pb2.ENABLED, key_id=1, output_prefix_type=tink_pb2.RAW
    )
    keyset = tink_pb2.Keyset(primary_key_id=1, key=[entry])
    return cleartext_keyset_handle.from_keyset(keyset).primitive(streaming_aead.StreamingAead)


def seal(aead, associated_data, source, target):
    with open(source, "rb") as plain, open(target, "wb") as raw:
        with aead.new_encrypting_stream(raw, associated_data) as sealed:
            sealed.write(plain.read())


def open_stream(aead, associated_data, source, target):
    with open(source, "rb") as raw, open(target, "wb") as plain:
        with aead.new_decrypting_stream(raw, associated_data) as opened:
            plain.write(opened.read())


def run(job):
    aead = primitive(bytes.fromhex(job["objectKey"]))
    verb = {"seal": seal, "open": open_stream}[job["verb"]]
    try:
        verb(aead, bytes.fromhex(job["associatedData"]), job["input"], job["output"])
        return "ok"
    except (tink.TinkError, OSError) as refusal:
        print(f"{job['input']}: {refusal}", file=sys.stderr)
        return "refused"


streaming_aead.register()
print(json.dumps([run(job) for job in json.load(sys.stdin)]))
