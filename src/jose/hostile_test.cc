// Tokens made to be taken for something they are not (RFC 8725). Each would be taken by a careless
// implementation.
#include <doctest/doctest.h>

#include "base/hex.h"
#include "crypto/digest.h"
#include "crypto/keygen.h"
#include "crypto/pem_key.h"
#include "jose/jwk.h"
#include "jose/jws.h"
#include "jose/jwt.h"
#include "jose/strict.h"

namespace step::jose {
namespace {

using crypto::KeyKind;

crypto::PrivateKey fresh(KeyKind kind = KeyKind::kEcP256) {
    auto key = crypto::generate_key(kind);
    REQUIRE(key);
    return std::move(*key);
}

std::string part(std::string_view text) {
    return encode_base64url(text);
}

/// A token whose header is `header` to the byte, signed as ES256 says.
std::string signed_as(std::string_view header, std::string_view payload,
                      const crypto::PrivateKey& key) {
    const std::string input = part(header) + "." + part(payload);
    const auto der = key.sign(crypto::SignatureScheme::kEcdsaSha256, input);
    REQUIRE(der);
    const auto raw = crypto::ecdsa_to_raw(*der, 32);
    REQUIRE(raw);
    return input + "." + part(*raw);
}

bool is_accepted(const std::string& token, const crypto::PublicKey& key) {
    const auto jws = parse_jws(token);
    return jws && verify_jws(*jws, key);
}

TEST_CASE("a token made by hand is accepted, so that what follows is refused for its reason") {
    const auto key = fresh();
    CHECK(is_accepted(signed_as(R"({"alg":"ES256"})", R"({"sub":"a"})", key), key.public_key()));
}

TEST_CASE("alg none is refused in any case, with a signature or without (RFC 8725 2.1)") {
    const auto key = fresh();
    for (const char* name : {"none", "None", "NONE", "nOnE", "none ", ""}) {
        CAPTURE(name);
        const std::string header = fmt::format(R"({{"alg":"{}"}})", name);
        CHECK(!parse_jws(part(header) + "." + part("{}") + "."));
        CHECK(!parse_jws(signed_as(header, "{}", key)));
    }
    for (const char* header : {"{}", R"({"Alg":"ES256"})", R"({"ALG":"ES256"})", R"({"alg":null})",
                               R"({"alg":["ES256"]})", R"({"alg":256})", R"([{"alg":"ES256"}])"}) {
        CAPTURE(header);
        CHECK(!parse_jws(signed_as(header, "{}", key)));
    }
}

TEST_CASE("a public key is never taken for the secret of an HMAC (RFC 8725 2.1)") {
    for (const KeyKind kind : {KeyKind::kEcP256, KeyKind::kEd25519, KeyKind::kRsa}) {
        const auto key = fresh(kind);
        const auto& half = key.public_key();
        for (const Bytes& secret : {half.spki(), Bytes(half.key_bits()),
                                    crypto::encode_public_key(half), half.numbers().x, Bytes()}) {
            const std::string input = part(R"({"alg":"HS256"})") + "." + part("{}");
            const std::string token =
                input + "." + part(crypto::hmac(crypto::Hash::kSha256, secret, input));
            CHECK(!is_accepted(token, half));
        }
    }
}

TEST_CASE("a key inside the token proves nothing (RFC 8725 2.1, CVE-2018-0114)") {
    const auto mine = fresh();
    const auto theirs = fresh();
    const auto numbers = theirs.public_key().numbers();
    const std::string jwk = fmt::format(R"({{"kty":"EC","crv":"P-256","x":"{}","y":"{}"}})",
                                        part(numbers.x), part(numbers.y));
    const std::string token =
        signed_as(fmt::format(R"({{"alg":"ES256","jwk":{}}})", jwk), "{}", theirs);
    CHECK(is_accepted(token, theirs.public_key()));
    CHECK(!is_accepted(token, mine.public_key()));
    for (const char* header :
         {R"({"alg":"ES256","jku":"https://evil/keys"})", R"({"alg":"ES256","x5u":"https://evil"})",
          R"({"alg":"ES256","kid":"../../../../dev/null"})"}) {
        CHECK(!is_accepted(signed_as(header, "{}", theirs), mine.public_key()));
    }
}

TEST_CASE("an extension that must be understood refuses the token (RFC 7515 4.1.11)") {
    const auto key = fresh();
    for (const char* critical : {R"(["exp"])", R"(["b64"])", R"(["alg"])", R"([""])", R"([1])",
                                 R"("b64")", R"({"b64":1})", "true", "0"}) {
        CAPTURE(critical);
        const std::string header =
            fmt::format(R"({{"alg":"ES256","b64":false,"exp":1,"crit":{}}})", critical);
        CHECK(!parse_jws(signed_as(header, "{}", key)));
    }
}

TEST_CASE("only the compact form is a token: no JSON form, with one signature or two") {
    const auto key = fresh();
    const std::string token = signed_as(R"({"alg":"ES256"})", "{}", key);
    const std::size_t first = token.find('.');
    const std::size_t second = token.find('.', first + 1);
    const std::string header = token.substr(0, first);
    const std::string payload = token.substr(first + 1, second - first - 1);
    const std::string signature = token.substr(second + 1);
    const std::string one =
        fmt::format(R"({{"protected":"{}","signature":"{}"}})", header, signature);
    const std::string none =
        fmt::format(R"({{"protected":"{}","signature":""}})", part(R"({"alg":"none"})"));
    CHECK(
        !parse_jws(fmt::format(R"({{"payload":"{}","signatures":[{},{}]}})", payload, none, one)));
    CHECK(!parse_jws(fmt::format(R"({{"payload":"{}","signatures":[{},{}]}})", payload, one, one)));
    CHECK(!parse_jws(fmt::format(R"({{"payload":"{}","protected":"{}","signature":"{}"}})", payload,
                                 header, signature)));
    CHECK(!parse_jws(token + "." + signature));
    CHECK(!parse_jws(token + "." + token));
    CHECK(!is_accepted(header + "." + payload + "." + signature + signature, key.public_key()));
    CHECK(!is_accepted(header + "." + payload + ".", key.public_key()));
    CHECK(!is_accepted(header + ".." + signature, key.public_key()));
}

TEST_CASE("a signature of zeros, of the order or in DER is no signature (CVE-2022-21449)") {
    const auto key = fresh();
    const std::string input = part(R"({"alg":"ES256"})") + "." + part("{}");
    const Bytes order =
        *parse_hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
    const auto der = key.sign(crypto::SignatureScheme::kEcdsaSha256, input);
    REQUIRE(der);
    for (const Bytes& signature :
         {Bytes(64, '\0'), order + order, Bytes(32, '\0') + order, Bytes(64, '\xff'), *der}) {
        CHECK(!is_accepted(input + "." + part(signature), key.public_key()));
    }
}

TEST_CASE("a name twice in header or claims is refused: two readers could see two values") {
    const auto key = fresh();
    CHECK(!parse_jws(signed_as(R"({"alg":"ES256","alg":"none"})", "{}", key)));
    CHECK(!parse_jws(signed_as(R"({"kid":"a","alg":"ES256","kid":"b"})", "{}", key)));
    CHECK(!parse_jws(signed_as(R"({"alg":"ES256","\u0061lg":"ES256"})", "{}", key)));
    CHECK(!parse_claims(R"({"sub":"a","sub":"b"})"));
    CHECK(!parse_claims(R"({"sub":"a","s\u0075b":"b"})"));
    CHECK(!parse_claims(R"({"step":{"ra":{"id":1,"id":2}}})"));
}

TEST_CASE("claims of the wrong type, and numbers that are none, are refused") {
    for (const char* payload : {R"({"exp":NaN})",
                                R"({"exp":Infinity})",
                                R"({"exp":-Infinity})",
                                R"({"exp":0x7fffffff})",
                                R"({"exp":1e400})",
                                R"({"exp":99999999999999999999999999999})",
                                R"({"exp":"9999999999"})",
                                R"({"exp":true})",
                                R"({"exp":[1]})",
                                R"({"exp":{}})",
                                R"({"exp":+1})",
                                R"({"exp":01})",
                                R"({"exp":.5})",
                                R"({"exp":1.})",
                                R"({"exp":1e})",
                                R"({"exp":1_000})",
                                R"({"iss":1})",
                                R"({"sub":["a"]})",
                                R"({"aud":1})",
                                R"({"aud":[1]})",
                                R"({"jti":{}})",
                                "null",
                                "[]",
                                "1",
                                "\"a\"",
                                "",
                                "{",
                                "{}x",
                                "{}{}"}) {
        CAPTURE(payload);
        const auto claims = parse_claims(payload);
        REQUIRE(!claims);
        CHECK(claims.error().code == Code::kInvalidArgument);
    }
}

TEST_CASE("depth and size are refused before they cost anything") {
    const auto key = fresh();
    const auto nested = [](std::size_t depth) {
        return R"({"alg":"ES256","x":)" + std::string(depth, '[') + std::string(depth, ']') + "}";
    };
    CHECK(parse_jws(signed_as(nested(60), "{}", key)));
    CHECK(!parse_jws(signed_as(nested(10'000), "{}", key)));
    CHECK(!parse_claims(nested(100'000)));
    CHECK(!parse_jws(std::string(10'000'000, 'a')));
    CHECK(!parse_jws(std::string(10'000'000, '.')));
    CHECK(!parse_jws(std::string(10'000'000, ' ')));
    CHECK(!parse_jws(signed_as(R"({"alg":"ES256"})", std::string(10'000'000, ' '), key)));

    // 64 KiB are the most a token can have, white space around it included.
    const std::string token = signed_as(R"({"alg":"ES256"})", "{}", key);
    const std::string filled = token + std::string((std::size_t{64} << 10U) - token.size(), ' ');
    CHECK(parse_jws(filled));
    CHECK(!parse_jws(filled + " "));

    // The most members that fit: finding duplicates must not be quadratic in a way that shows.
    std::string many = "{";
    for (int i = 0; many.size() < 48'000; ++i) {
        many += fmt::format(R"("{}":0,)", i);
    }
    many.back() = '}';
    CHECK(parse_claims(many));
}

}  // namespace
}  // namespace step::jose
