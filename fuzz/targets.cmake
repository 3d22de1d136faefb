# One line per target, sorted.
step_fuzz(asn1_reader asn1)
step_fuzz(base_pem base)
step_fuzz(base_uri base)
step_fuzz(json_parse json)
step_fuzz(jose_jwe jose)
step_fuzz(jose_jwk jose)
step_fuzz(jose_jws jose)
