#include "acme/api/api_test_world.h"
#include "acme/api/guard_impl.h"

namespace step::acme {
namespace {

using namespace test_world;

const std::string kText = "The request message was malformed: ";

TEST_CASE("requests are checked in the original's order, each with its words") {
    World world;
    Client client(world);
    client.register_account();
    const std::string url = kBase + "new-order", good = client.jws(url, "{}");
    const auto told = [&](const std::string& body,
                          const std::string& type = "application/jose+json") {
        const Told answer = world.send("POST", "/acme/acme/new-order", body, type);
        return answer.problem() + " " + answer.text("detail");
    };
    // Each is wrong in what it is about and in everything that is looked at later.
    CHECK(told("", "application/json") ==
          "400 malformed " + kText +
              "expected content-type to be in [application/jose+json], but got application/json");
    CHECK(told("", "application/jose+json; charset=utf-8").starts_with("400 malformed"));
    CHECK(told("{").starts_with("400 malformed " + kText + "failed to parse JWS"));
    CHECK(told(R"({"payload":"","signatures":[{"signature":""},{"signature":""}]})") ==
          "400 malformed " + kText + "request body contains more than one signature");
    CHECK(told(R"({"payload":"","protected":"e30","header":{"kid":"x"},"signature":""})") ==
          "400 malformed " + kText + "unprotected header must not be used");
    CHECK(told(R"({"payload":"","protected":"eyJhbGciOiJIUzI1NiJ9","signature":""})") ==
          "400 badSignatureAlgorithm The JWS was signed with an algorithm the server does not "
          "support: unsuitable algorithm: HS256");
    CHECK(told(R"({"payload":"","protected":"eyJhbGciOiJFUzI1NiJ9","signature":""})") ==
          "400 badNonce Unacceptable anti-replay nonce");
    CHECK(told(good).starts_with("400 malformed " + kText + "identifiers list"));
    CHECK(told(good) == "400 badNonce Unacceptable anti-replay nonce");
    const auto bent = [&](const Bend& bend, const std::string& where = "new-order") {
        const Told answer = client.post(where, "{}", bend);
        return answer.problem() + " " + answer.text("detail");
    };
    CHECK(bent({.header = {{.name = "url"}}}) ==
          "400 malformed " + kText + "jws missing url protected header");
    CHECK(bent({.url = kBase + "new-account"}) ==
          "400 malformed " + kText + "url header in JWS (" + kBase +
              "new-account) does not match request url (" + kBase + "new-order)");
    CHECK(bent({.bring_key = true, .header = {{.name = "kid", .value = "x"}}}) ==
          "400 malformed " + kText + "jwk and kid are mutually exclusive");
    CHECK(bent({.header = {{.name = "kid"}}}) ==
          "400 malformed " + kText + "either jwk or kid must be defined in jws protected header");
    CHECK(bent({.bring_key = true}) == "400 malformed " + kText + "signature missing 'kid'");
    CHECK(bent({}, "new-account") == "400 malformed " + kText + "jwk expected in protected header");
    CHECK(bent({.header = {{.name = "kid", .value = kBase + "account/nobody"}}}) ==
          "400 accountDoesNotExist Account does not exist: account with ID 'nobody' not found");
    const std::string id = last_of(client.kid);
    CHECK(bent({.header = {{.name = "kid", .value = id}}}).starts_with("401 unauthorized"));
    CHECK(bent({.header = {{.name = "kid", .value = kBase + "order/" + id}}})
              .starts_with("401 unauthorized"));
    // The CA may have another name than when the account was made.
    CHECK(bent({.header = {{.name = "kid", .value = "https://ca/acme/acme/account/" + id}}})
              .find("identifiers list") != std::string::npos);
    const crypto::PrivateKey stranger = must(crypto::generate_key(crypto::KeyKind::kEcP256));
    CHECK(bent({.signer = &stranger}) == "400 malformed " + kText + "error verifying jws");
}

TEST_CASE("badSignatureAlgorithm tells which algorithms will do") {
    World world;
    const Told told =
        world.send("POST", "/acme/acme/new-order",
                   R"({"payload":"","protected":"eyJhbGciOiJub25lIn0","signature":""})");
    CHECK(told.problem() == "400 badSignatureAlgorithm");
    CHECK(told.json.find_exact("algorithms")->as_array()->size() == 10);
}

TEST_CASE("a JWS may be flattened, general or compact") {
    World world;
    Client client(world);
    client.register_account();
    const auto parts = [&] { return must(json::parse(client.jws(kBase + "new-order", "{}"))); };
    const auto text = [](const json::Value& value, std::string_view name) {
        return *value.find_exact(name)->as_string();
    };
    const json::Value one = parts();
    const std::string general = R"({"payload":")" + text(one, "payload") +
                                R"(","signatures":[{"protected":")" + text(one, "protected") +
                                R"(","signature":")" + text(one, "signature") + R"("}]})";
    const json::Value other = parts();
    const std::string compact =
        text(other, "protected") + "." + text(other, "payload") + "." + text(other, "signature");
    for (const std::string& body : {general, compact}) {
        CHECK(world.send("POST", "/acme/acme/new-order", body)
                  .text("detail")
                  .ends_with("identifiers list cannot be empty"));
    }
}

TEST_CASE("an ECDSA signature whose r or s lacks its first zero octet is taken") {
    World world;
    Client client(world);
    client.register_account();
    std::set<std::string> seen;
    for (int i = 0; i < 20'000 && seen.size() < 2; ++i) {
        const json::Value jws = must(json::parse(client.jws(kBase + "new-order", "{}")));
        Bytes raw = must(parse_base64(*jws.find_exact("signature")->as_string(), Base64::kRawUrl));
        const bool short_r = raw[0] == '\0', short_s = raw[32] == '\0';
        if (!short_r && !short_s) {
            continue;
        }
        if (short_s) {
            raw.erase(32, 1);
        }
        if (short_r) {
            raw.erase(0, 1);
        }
        json::Value changed = jws;
        changed.set("signature", encode_base64(raw, Base64::kRawUrl));
        const Told told = world.send("POST", "/acme/acme/new-order", json::encode(changed));
        CHECK(told.text("detail").ends_with("identifiers list cannot be empty"));
        seen.insert(short_r ? "r" : "s");
    }
    CHECK(seen.size() == 2);
    // Any other length is wrong.
    json::Value jws = must(json::parse(client.jws(kBase + "new-order", "{}")));
    jws.set("signature", encode_base64(Bytes(61, 'x'), Base64::kRawUrl));
    CHECK(world.send("POST", "/acme/acme/new-order", json::encode(jws))
              .text("detail")
              .ends_with("error verifying jws"));
}

TEST_CASE("keys of every kind that signs may have an account, RSA from 2048 bits") {
    World world;
    const auto registers = [&](crypto::PrivateKey key, const char* algorithm) {
        Client client(world);
        client.key = std::move(key);
        Bend bend{.bring_key = true};
        bend.header.push_back({.name = "alg", .value = algorithm});
        const Told made = client.post("new-account", "{}", bend);
        if (made.status() != 201) {
            return made.problem() + " " + made.text("detail");
        }
        client.kid = made.header("Location");
        Bend with{.header = {{.name = "alg", .value = algorithm}}};
        return client.post(client.kid, "", with).text("status");
    };
    using crypto::KeyKind;
    CHECK(registers(must(crypto::generate_key(KeyKind::kEcP384)), "ES384") == "valid");
    CHECK(registers(must(crypto::generate_key(KeyKind::kEcP521)), "ES512") == "valid");
    CHECK(registers(must(crypto::generate_key(KeyKind::kEd25519)), "EdDSA") == "valid");
    const crypto::PrivateKey rsa = must(crypto::generate_key(crypto::KeyKind::kRsa, 2048));
    CHECK(registers(rsa.share(), "RS256") == "valid");
    const crypto::PrivateKey small = must(crypto::generate_key(crypto::KeyKind::kRsa, 1024));
    CHECK(registers(small.share(), "RS256") ==
          "400 malformed " + kText + "rsa keys must be at least 2048 bits (256 bytes) in size");
}

TEST_CASE("an alg in the key binds the account to it") {
    World world;
    Client client(world);
    json::Value jwk = client.jwk();
    jwk.set("alg", "ES384");
    CHECK(client.post("new-account", "{}", {.header = {{.name = "jwk", .value = jwk}}})
              .text("detail") == kText + "verifier and signature algorithm do not match");
    jwk.set("alg", "ES256");
    CHECK(client.post("new-account", "{}", {.header = {{.name = "jwk", .value = jwk}}}).status() ==
          201);
}

TEST_CASE("a private or symmetric key in the header is refused") {
    World world;
    Client client(world);
    const json::Value secret = jose::private_jwk(
        jose::Jwk{.public_key = client.key.public_key(), .private_key = client.key.share()});
    for (const json::Value& jwk :
         {secret, must(json::parse(R"({"kty":"oct","k":"AAAA"})")),
          must(json::parse(R"({"kty":"EC","crv":"secp256k1","x":"AA","y":"AA"})")),
          json::Value("no key")}) {
        // Signed by hand: our own library would not.
        const std::string header =
            encode_base64(R"({"alg":"ES256","nonce":")" + world.nonces->make() + R"(","url":")" +
                              kBase + R"(new-account","jwk":)" + json::encode(jwk) + "}",
                          Base64::kRawUrl);
        const Told told =
            world.send("POST", "/acme/acme/new-account",
                       R"({"payload":"e30","protected":")" + header + R"(","signature":"AAAA"})");
        CHECK(told.problem() == "400 malformed");
        CHECK(told.text("detail").find("failed to parse JWS") != std::string::npos);
    }
}

TEST_CASE("an external account is bound once, by whoever has its key, to the key that asks") {
    World world;
    const Store store;
    const Bytes secret(32, 's');
    REQUIRE(world.database->transact([&](storage::Transaction& transaction) {
        return store.external_keys.insert(transaction,
                                          {.id = "kid-1",
                                           .provisioner_id = world.provisioners.by_name("eab")->id,
                                           .key = secret,
                                           .created = SysSeconds(),
                                           .version = 1});
    }));
    Client client(world, "https://" + kHost + "/acme/eab/"), other(world, client.base);
    CHECK(client.register_account().problem() == "400 externalAccountRequired");

    const std::string url = client.base + "new-account";
    const auto binding = [&](const json::Value& payload, json::Object header,
                             const char* algorithm = "HS256", const Bytes& key = Bytes(32, 's')) {
        const jose::Jwk mac{.symmetric = Secret(key)};
        return R"({"externalAccountBinding":)" +
               jose::encode_json(must(jose::parse_signed(must(jose::sign_compact(
                   json::encode(payload), algorithm, std::move(header), mac))))) +
               "}";
    };
    const json::Object good{{.name = "kid", .value = "kid-1"}, {.name = "url", .value = url}};
    const auto told = [&](const std::string& payload) {
        return client.register_account(payload).problem();
    };
    CHECK(told(R"({"externalAccountBinding":7})") == "400 malformed");
    CHECK(told(R"({"externalAccountBinding":{"protected":"e30"}})") == "400 malformed");
    CHECK(told(binding(client.jwk(), {{.name = "url", .value = url}})) == "400 malformed");
    CHECK(told(binding(client.jwk(), {{.name = "kid", .value = "kid-1"}})) == "400 malformed");
    CHECK(told(binding(client.jwk(), {{.name = "kid", .value = "kid-1"},
                                      {.name = "nonce", .value = "x"},
                                      {.name = "url", .value = url}})) == "400 malformed");
    CHECK(told(binding(client.jwk(), {{.name = "kid", .value = "kid-1"},
                                      {.name = "url", .value = url + "x"}})) == "400 malformed");
    CHECK(told(binding(client.jwk(), {{.name = "kid", .value = "kid-2"},
                                      {.name = "url", .value = url}})) == "401 unauthorized");
    CHECK(told(binding(client.jwk(), good, "HS256", Bytes(32, 't'))) == "401 unauthorized");
    CHECK(told(binding(other.jwk(), good)) == "401 unauthorized");
    CHECK(told(binding(json::Value("no key"), good)) == "400 malformed");

    const std::string right = binding(client.jwk(), good, "HS512");
    const Told made = client.register_account(right);
    CHECK(made.status() == 201);
    CHECK(made.json.find_exact("externalAccountBinding")->find_exact("protected") != nullptr);
    CHECK(other.register_account(binding(other.jwk(), good)).problem() == "401 unauthorized");
    CHECK(client.register_account(right).status() == 200);
}

TEST_CASE("the key of an account changes if old and new key say so") {
    World world;
    Client client(world);
    client.register_account();
    const std::string url = kBase + "key-change";
    const crypto::PrivateKey fresh = must(crypto::generate_key(crypto::KeyKind::kEcP256));
    const auto inner = [&](const std::string& account, const json::Value& old_key,
                           const Bend& bend = {}) {
        Client with(world);
        with.key = fresh.share();
        Bend changed = bend;
        if (!changed.nonce) {
            changed.header.push_back({.name = "nonce"});
        }
        return with.jws(
            url, R"({"account":")" + account + R"(","oldKey":)" + json::encode(old_key) + "}",
            changed);
    };
    const json::Value old_key = client.jwk();
    const auto told = [&](const std::string& payload) {
        return client.post("key-change", payload).problem();
    };
    CHECK(told("") == "400 malformed");
    CHECK(told("{}") == "400 malformed");
    CHECK(told(inner(kBase + "account/x", old_key)) == "400 malformed");
    CHECK(told(inner(client.kid, jose::public_jwk({.public_key = fresh.public_key()}))) ==
          "400 malformed");
    CHECK(told(inner(client.kid, json::Value())) == "400 malformed");
    CHECK(told(inner(client.kid, old_key, {.url = kBase + "new-order"})) == "400 malformed");
    CHECK(told(inner(client.kid, old_key, {.nonce = "x"})) == "400 malformed");
    CHECK(told(inner(client.kid, old_key, {.signer = &client.key})) == "400 malformed");
    CHECK(told(inner(client.kid, old_key,
                     {.header = {{.name = "kid", .value = client.kid}, {.name = "jwk"}}})) ==
          "400 malformed");

    Client holder(world);
    holder.key = fresh.share();
    holder.register_account();
    const Told taken = client.post("key-change", inner(client.kid, old_key));
    CHECK(taken.status() == 409);
    CHECK(taken.header("Location") == holder.kid);

    Client late(world);
    late.register_account();
    late.kid = client.kid;
    const Told wrong = late.post("key-change", inner(client.kid, old_key));
    CHECK(wrong.problem() == "400 malformed");  // Signed by a stranger.
}

TEST_CASE("after a change of its key an account answers to the new one only") {
    World world;
    Client client(world);
    client.register_account();
    Client fresh(world);
    const std::string url = kBase + "key-change";
    const std::string inner = fresh.jws(
        url, R"({"account":")" + client.kid + R"(","oldKey":)" + json::encode(client.jwk()) + "}",
        {.header = {{.name = "nonce"}}});
    const Told changed = client.post("key-change", inner);
    CHECK(changed.status() == 200);
    CHECK(changed.text("status") == "valid");
    CHECK(changed.header("Location") == client.kid);
    CHECK(client.post(client.kid, "").problem() == "400 malformed");
    fresh.kid = client.kid;
    CHECK(fresh.post(client.kid, "").text("status") == "valid");
    CHECK(fresh.post("new-account", "{}", {.bring_key = true}).header("Location") == client.kid);
}

TEST_CASE("URLs are the request's, whatever was escaped and with or without its query") {
    const auto is = [](std::string_view url, std::string_view path = "/acme/a%20b/x",
                       std::string_view query = "") {
        return is_request_url(url, "h:1", path, query);
    };
    CHECK(is("https://h:1/acme/a%20b/x"));
    CHECK(is("https://h:1/acme/%61%20b/x"));
    CHECK(is("https://h:1/acme/a%20b/x", "/acme/a%20b/x", "cursor=1"));
    CHECK(is("https://h:1/acme/a%20b/x?cursor=1", "/acme/a%20b/x", "cursor=1"));
    CHECK(!is("https://h:1/acme/a%20b/x?cursor=2", "/acme/a%20b/x", "cursor=1"));
    CHECK(!is("http://h:1/acme/a%20b/x"));
    CHECK(!is("https://h:2/acme/a%20b/x"));
    CHECK(!is("https://h:1/acme/a%20b/x/"));
    CHECK(!is("https://h:1/acme%2Fa%20b/x"));
    CHECK(!is("https://h:1"));
    CHECK(!is(""));
}

TEST_CASE("an odd name of a provisioner makes addresses that lead back to it") {
    const Links links("h", "a/b ,é?%");
    CHECK(links.to("new-order") == "https://h/acme/a%2Fb%20,%C3%A9%3F%25/new-order");
    CHECK(links.is_account("https://x/acme/a%2Fb%20%2C%C3%A9%3F%25/account/1", "1"));
    CHECK(!links.is_account("https://x/acme/a/b%20,%C3%A9%3F%25/account/1", "1"));
}

}  // namespace
}  // namespace step::acme
