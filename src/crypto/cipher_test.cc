#include "crypto/cipher.h"

#include <doctest/doctest.h>

#include "base/hex.h"

namespace step::crypto {
namespace {

using namespace std::string_view_literals;

Bytes hex(std::string_view text) {
    return *parse_hex(text);
}

std::string derived(Hash hash, ByteView password, ByteView salt, unsigned rounds,
                    std::size_t length) {
    return encode_hex(pbkdf2(hash, password, salt, rounds, length).view());
}

TEST_CASE("PBKDF2 with SHA-1 gives what RFC 6070 says") {
    const auto hash = Hash::kSha1;
    CHECK(derived(hash, "password", "salt", 1, 20) == "0c60c80f961f0e71f3a9b524af6012062fe037a6");
    CHECK(derived(hash, "password", "salt", 2, 20) == "ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957");
    CHECK(derived(hash, "password", "salt", 4096, 20) ==
          "4b007901b765489abead49d926f721d065a429c1");
    CHECK(derived(hash, "passwordPASSWORDpassword", "saltSALTsaltSALTsaltSALTsaltSALTsalt", 4096,
                  25) == "3d2eec4fe41c849b80c8d83662c0e44a8b291a964cf2f07038");
    CHECK(derived(hash, "pass\0word"sv, "sa\0lt"sv, 4096, 16) ==
          "56fa6aa75548099dcc37d7f03425e0c3");
}

TEST_CASE("PBKDF2 with SHA-256 gives what RFC 7914 section 11 says") {
    CHECK(derived(Hash::kSha256, "passwd", "salt", 1, 64) ==
          "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"
          "49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783");
    CHECK(derived(Hash::kSha256, "Password", "NaCl", 80'000, 64) ==
          "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56"
          "a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b397f33c8d");
}

TEST_CASE("PBKDF2 agrees with Python's hashlib for every hash, long keys and odd lengths") {
    CHECK(derived(Hash::kSha384, "password", "salt", 1000, 60) ==
          "3bd37e2236941d4a77b1b5b714c6f913fabb6b0841a6d7d8656b99d611e900fe"
          "06edb93b5b809efaa9678b635ce513e0f7d9ebb0aea1e07f0ab90d1b");
    CHECK(derived(Hash::kSha512, "password", "salt", 1000, 100) ==
          "afe6c5530785b6cc6b1c6453384731bd5ee432ee549fd42fb6695779ad8a1c5b"
          "f59de69c48f774efc4007d5298f9033c0241d5ab69305e7b64eceeb8d834cfec"
          "6afdec3c1c23982a121f2d4be008889378a49a0dfb104f0d2856e38f44271cda"
          "f6de4341");
    CHECK(derived(Hash::kSha256, Bytes(100, 'p'), "salt", 3, 40) ==
          "f598272d35e2ca276ac07694cf01636c4d643ad3075956477cfdd83eda46d9f6ff98cc0164001b63");
    CHECK(derived(Hash::kSha384, Bytes(200, 'p'), "salt", 3, 48) ==
          "d4a1443f69047b53530ac6c8e6ee296e3e8d1bf0f4207918c2b4a0989cc9757056fd88e4470a8fa2"
          "e50a32c54c4b4f70");
    CHECK(derived(Hash::kSha512, Bytes(200, 'p'), "salt", 3, 64) ==
          "0499d2f52a54272883fc04786c49cbfe54771bb53aa16a2f8d3fdad6a6ef15fa"
          "d0133b49b8e08dc4bbd208c754356edd34d0e5e2516c4975f9150c616cc96d35");
    CHECK(derived(Hash::kSha256, "", "", 1, 1) == "f7");
}

TEST_CASE("AES-GCM gives what test cases 4 and 16 of its specification say") {
    struct Row {
        const char *key, *ciphertext, *tag;
    };
    const Bytes nonce = hex("cafebabefacedbaddecaf888");
    const Bytes additional = hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
    const Bytes plaintext =
        hex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
            "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
    for (const Row& row : {Row{"feffe9928665731c6d6a8f9467308308",
                               "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
                               "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091",
                               "5bc94fbc3221a5db94fae95ae7121a47"},
                           Row{"feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
                               "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                               "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
                               "76fc6ece0f4e1768cddf8853bb2d551b"}}) {
        const Bytes key = hex(row.key);
        auto sealed = seal_gcm(key, nonce, plaintext, additional);
        REQUIRE(sealed);
        CHECK(encode_hex(sealed->ciphertext) == row.ciphertext);
        CHECK(encode_hex(sealed->tag) == row.tag);
        const auto opened = open_gcm(key, nonce, *sealed, additional);
        REQUIRE(opened);
        CHECK(opened->view() == plaintext);

        CHECK(open_gcm(key, nonce, *sealed, "other").error().code == Code::kUnauthenticated);
        sealed->ciphertext[0] = static_cast<char>(sealed->ciphertext[0] ^ 1);
        CHECK(open_gcm(key, nonce, *sealed, additional).error().code == Code::kUnauthenticated);
    }
}

TEST_CASE("AES-GCM seals nothing at all and refuses other sizes") {
    const Bytes key(16, 'k');
    const auto sealed = seal_gcm(key, Bytes(12, 'n'), "", "");
    REQUIRE(sealed);
    CHECK(open_gcm(key, Bytes(12, 'n'), *sealed, "")->empty());
    CHECK(!seal_gcm(Bytes(17, 'k'), Bytes(12, 'n'), "", ""));
    CHECK(!seal_gcm(key, Bytes(11, 'n'), "", ""));
    CHECK(!open_gcm(key, Bytes(12, 'n'), Sealed{.ciphertext = "", .tag = "short"}, ""));
}

TEST_CASE("AES key wrap gives what RFC 3394 section 4 says") {
    struct Row {
        const char *wrapping, *key, *wrapped;
    };
    for (
        const Row& row :
        {Row{"000102030405060708090a0b0c0d0e0f", "00112233445566778899aabbccddeeff",
             "1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5"},
         Row{"000102030405060708090a0b0c0d0e0f1011121314151617", "00112233445566778899aabbccddeeff",
             "96778b25ae6ca435f92b5b97c050aed2468ab8a17ad84e5d"},
         Row{"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
             "00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f",
             "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21"}}) {
        const auto wrapped = wrap_key(hex(row.wrapping), hex(row.key));
        REQUIRE(wrapped);
        CHECK(encode_hex(*wrapped) == row.wrapped);
        const auto key = unwrap_key(hex(row.wrapping), *wrapped);
        REQUIRE(key);
        CHECK(encode_hex(key->view()) == row.key);
        Bytes changed = *wrapped;
        changed.back() = static_cast<char>(changed.back() ^ 1);
        CHECK(unwrap_key(hex(row.wrapping), changed).error().code == Code::kUnauthenticated);
    }
    CHECK(!wrap_key(Bytes(16, 'k'), Bytes(8, 'k')));
    CHECK(!wrap_key(Bytes(16, 'k'), Bytes(20, 'k')));
    CHECK(!unwrap_key(Bytes(16, 'k'), Bytes(16, 'k')));
    CHECK(!unwrap_key(Bytes(15, 'k'), Bytes(24, 'k')));
}

TEST_CASE("CBC gives what NIST SP 800-38A F.2 says, and padding after it") {
    const Bytes iv = hex("000102030405060708090a0b0c0d0e0f");
    const Bytes plaintext = hex("6bc1bee22e409f96e93d7e117393172a");
    const auto first_block = [&](CbcCipher cipher, const char* key) {
        const auto out = encrypt_cbc(cipher, hex(key), iv, plaintext);
        REQUIRE(out);
        CHECK(out->size() == 32);
        CHECK(decrypt_cbc(cipher, hex(key), iv, *out)->view() == plaintext);
        return encode_hex(out->substr(0, 16));
    };
    CHECK(first_block(CbcCipher::kAes128, "2b7e151628aed2a6abf7158809cf4f3c") ==
          "7649abac8119b246cee98e9b12e9197d");
    CHECK(first_block(CbcCipher::kAes192, "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b") ==
          "4f021db243bc633d7178183a9fa071e8");
    CHECK(first_block(CbcCipher::kAes256,
                      "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4") ==
          "f58c4c04d6e5f1ba779eabfb5f7bfbd6");
    CHECK(!encrypt_cbc(CbcCipher::kAes128, "short", iv, plaintext));
    CHECK(!decrypt_cbc(CbcCipher::kDes3, Bytes(24, 'k'), iv, plaintext));
    CHECK(decrypt_cbc(CbcCipher::kAes128, Bytes(16, 'k'), iv, Bytes(16, 'x')).error().code ==
          Code::kInvalidArgument);
    CHECK(!decrypt_cbc(CbcCipher::kAes128, Bytes(16, 'k'), iv, "not a block"));
}

}  // namespace
}  // namespace step::crypto
