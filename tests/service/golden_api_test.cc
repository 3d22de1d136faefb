// Replays what the original answered (tests/data/golden/api) against our router. A recorded case
// names its token and CSR by their contents; `Replay` makes them again. Cases that cannot pass
// stand in golden_waiting.txt with what they wait for, and that list may only shrink.
#include <map>
#include <set>

#include <doctest/doctest.h>

#include "base/base64.h"
#include "base/hex.h"
#include "base/pem.h"
#include "base/text.h"
#include "base/time.h"
#include "crypto/digest.h"
#include "crypto/keygen.h"
#include "json/parse.h"
#include "json/write.h"
#include "tests/support/data.h"
#include "tests/support/golden_ca.h"
#include "tests/support/test_ca.h"

using namespace step;
using test::GoldenCa;
using test::must;

namespace {

std::string text_of(const json::Value* value) {
    return value != nullptr && value->as_string() != nullptr ? *value->as_string() : "";
}

/// True if `got` is `pattern`, where <...> in the pattern stands for any text.
bool fits(std::string_view got, std::string_view pattern) {
    bool anchored = true;
    while (true) {
        const std::size_t mark = pattern.find('<');
        const std::string_view literal = pattern.substr(0, mark);
        if (mark == std::string_view::npos) {
            return anchored ? got == literal : got.ends_with(literal);
        }
        const std::size_t found = got.find(literal);
        if (found == std::string_view::npos || (anchored && found != 0)) {
            return false;
        }
        got.remove_prefix(found + literal.size());
        pattern.remove_prefix(std::min(pattern.find('>', mark), pattern.size() - 1) + 1);
        anchored = false;
    }
}

class Replay {
public:
    Replay(GoldenCa& ca, const std::string& name) : ca_(ca) {
        for (int i = 0; i < 7; ++i) {
            leaves_.push_back(ca.make_leaf("admin@test", name));
        }
    }

    /// "" if the answer is the recorded one, what differs otherwise.
    std::string run(const json::Value& recorded) {
        name_ = text_of(recorded.find("name"));
        const json::Value& response = *recorded.find("response");
        if (response.find("status") == nullptr) {
            return "nothing was answered";
        }
        http::Response got = ca_.ask(make_request(*recorded.find("request")));
        // Ours, on purpose (docs/compat.md).
        got.body = replace_all(got.body, R"(,"compatible":"0.30.2")", "");
        const std::string want_status = response.find("status")->as_number()->text;
        if (std::to_string(got.status) != want_status) {
            return "status " + std::to_string(got.status) + ", want " + want_status + ": " +
                   got.body;
        }
        if (!fits(got.body, text_of(response.find("body")))) {
            return "body " + got.body + ", want " + text_of(response.find("body"));
        }
        return differing_header(got, *response.find("headers")->as_array());
    }

private:
    static std::string differing_header(const http::Response& got, const json::Array& want) {
        static const std::set<std::string> kVary = {"X-Request-Id", "Date", "Content-Length",
                                                    "Transfer-Encoding"};
        std::map<std::string, std::string> have(got.headers.begin(), got.headers.end());
        if (!got.content_type.empty()) {
            have["Content-Type"] = got.content_type;
        }
        for (const json::Value& header : want) {
            const auto& pair = *header.as_array();
            const std::string name = text_of(&pair[0]), value = text_of(&pair[1]);
            if (!kVary.contains(name) && have[name] != value) {
                return "header " + name + ": " + have[name] + ", want " + value;
            }
            have.erase(name);
        }
        return have.empty() ? "" : "header too many: " + have.begin()->first;
    }

    /// `now`, `<random>` and their kind.
    json::Value fill(const json::Value& value) const {
        if (const json::Object* object = value.as_object()) {
            json::Object filled;
            for (const json::Member& member : *object) {
                filled.push_back({.name = member.name, .value = fill(member.value)});
            }
            return filled;
        }
        if (value.as_string() == nullptr) {
            return value;
        }
        const std::string text = *value.as_string();
        if (text.starts_with("now")) {
            const auto now = std::chrono::floor<std::chrono::seconds>(ca_.clock.time);
            const std::int64_t shift = text.size() > 3 ? std::atol(text.c_str() + 3) : 0;
            return static_cast<std::int64_t>(now.time_since_epoch().count()) + shift;
        }
        return substitute(text);
    }

    std::string substitute(std::string text) const {
        text = replace_all(text, "<random>", encode_hex(ca_.random.bytes(16)));
        text = replace_all(text, "<kid>", ca_.key_id);
        text = replace_all(text, "<root-sha256>",
                           encode_hex(crypto::sha256(ca_.authority->roots[0].der)));
        if (!ca_.authority->federated_roots.empty()) {
            text = replace_all(text, "<federated-root-sha256>",
                               encode_hex(crypto::sha256(ca_.authority->federated_roots[0].der)));
        }
        for (std::size_t i = 0; i < leaves_.size(); ++i) {
            const std::string mark = "<serial" + std::to_string(i);
            text = replace_all(text, mark + ">", leaves_[i].serial_text());
            text = replace_all(text, mark + "-hex>", encode_hex(leaves_[i].serial));
        }
        return replace_all(text, "<serial>", leaves_[0].serial_text());
    }

    std::string make_csr(const json::Value* decoded) {
        const std::string kind = decoded == nullptr ? "" : text_of(decoded->find("key"));
        if (kind == "EC secp256k1" || kind == "DSAPublicKey") {
            return test::data(kind == "DSAPublicKey" ? "golden/csr-dsa.pem"
                                                     : "golden/csr-secp256k1.pem");
        }
        static const std::map<std::string, std::pair<crypto::KeyKind, unsigned>> kKinds = {
            {"RSA 2048", {crypto::KeyKind::kRsa, 2048}},
            {"RSA 1024", {crypto::KeyKind::kRsa, 1024}},
            {"Ed25519PublicKey", {crypto::KeyKind::kEd25519, 0}},
            {"EC secp521r1", {crypto::KeyKind::kEcP521, 0}}};
        const auto found = kKinds.find(kind);
        const crypto::PrivateKey key =
            must(found == kKinds.end()
                     ? crypto::generate_key(crypto::KeyKind::kEcP256)
                     : crypto::generate_key(found->second.first, found->second.second));
        x509::CsrDraft draft{.subject = x509::to_name({.common_name = "leaf.test"}),
                             .names = {.dns = {"leaf.test"}}};
        if (decoded != nullptr) {
            draft = {};
            const std::string subject = text_of(decoded->find("subject"));
            if (subject.starts_with("CN=")) {
                const std::string plain = replace_all(subject.substr(3), "\\", "");
                draft.subject = x509::to_name({.common_name = plain});
            }
            for (const json::Value& san : *decoded->find("sans")->as_array()) {
                const std::string text = text_of(&san);
                const std::size_t colon = text.find(':');
                const std::string type = text.substr(0, colon), value = text.substr(colon + 1);
                if (type == "IPAddress") {
                    const auto sorted = must(x509::classify_names({value}));
                    draft.names.ips.push_back(sorted.ips.at(0));
                } else {
                    (type == "DNSName"      ? draft.names.dns
                     : type == "RFC822Name" ? draft.names.emails
                                            : draft.names.uris)
                        .push_back(value);
                }
            }
        }
        Bytes der = must(x509::make_csr(draft, key));
        if (name_ == "csr bad signature") {
            der.back() = static_cast<char>(der.back() ^ 1);
        }
        if (name_ == "csr bad der") {
            der.resize(der.size() / 2);
        }
        csr_der_ = der;
        return encode_pem("CERTIFICATE REQUEST", der);
    }

    std::string make_token(const json::Value* decoded) {
        if (name_.find("second use") != std::string::npos || name_ == "token reuse" ||
            name_.find("same token again") != std::string::npos) {
            return token_;
        }
        json::Value header, payload;
        header.set("kid", ca_.key_id);
        payload.set("iss", "admin@test");
        payload.set("sub", "leaf.test");
        payload.set("aud", "https://localhost/1.0/sign");
        payload.set("jti", encode_hex(ca_.random.bytes(16)));
        if (decoded != nullptr && decoded->find("payload") != nullptr) {
            header = fill(*decoded->find("header"));
            payload = fill(*decoded->find("payload"));
        }
        if (name_ == "ok cnf matches") {
            json::Value confirmation;
            confirmation.set("x5rt#S256", encode_base64(crypto::sha256(csr_der_), Base64::kRawUrl));
            payload.set("cnf", confirmation);
        }
        token_ = ca_.sign_token(header, payload);
        const std::string algorithm = text_of(header.find("alg"));
        if (name_.find("bad signature") != std::string::npos ||
            name_.find("bad-signature") != std::string::npos || name_ == "signed with other key" ||
            algorithm == "HS256") {
            token_[token_.size() - 5] = token_[token_.size() - 5] == 'A' ? 'B' : 'A';
        }
        if (algorithm == "none") {
            token_ = encode_base64(R"({"alg":"none"})", Base64::kRawUrl) +
                     token_.substr(token_.find('.'), token_.rfind('.') - token_.find('.') + 1);
        }
        return token_;
    }

    /// Makes the certificate of a renewal token on the way, if none of leaves_ will do.
    x509::Certificate bearer_certificate() {
        const auto at = [&](std::chrono::seconds shift) {
            return format_rfc3339(std::chrono::floor<std::chrono::seconds>(ca_.clock.time) + shift);
        };
        if (name_ == "renew bearer after revocation") {
            return leaves_[3];
        }
        if (name_ == "renew bearer not yet valid certificate") {
            return ca_.make_leaf("admin@test", "leaf.test", at(std::chrono::hours(1)));
        }
        if (name_ == "renew bearer foreign self-signed") {
            auto key = must(crypto::generate_key(crypto::KeyKind::kEcP256));
            x509::Certificate foreign =
                test::make_ca("leaf.test", key.public_key(), "leaf.test", key);
            ca_.leaf_keys.emplace(foreign.der,
                                  std::make_shared<const crypto::PrivateKey>(std::move(key)));
            return foreign;
        }
        if (name_.ends_with("renewed again")) {
            return expired_.value();
        }
        if (name_.starts_with("renew bearer expired certificate")) {
            expired_ = ca_.make_leaf(name_.ends_with("not allowed") ? "quick" : "quick-after",
                                     "leaf.test", "", at(std::chrono::seconds(60)));
            ca_.clock.advance(std::chrono::minutes(10));
            return *expired_;
        }
        return leaves_[0];
    }

    std::string make_bearer(const json::Value& decoded) {
        if (name_ == "renew bearer reused") {
            return token_;
        }
        const x509::Certificate leaf = bearer_certificate();
        json::Value header = *decoded.find("header");
        const json::Value payload = fill(*decoded.find("payload"));
        if (header.find("kid") != nullptr) {
            return ca_.sign_token(fill(header), payload);
        }
        json::Array chain{encode_base64(leaf.der)};
        for (const x509::Certificate& above : ca_.authority->chain) {
            chain.push_back(encode_base64(above.der));
        }
        header.set(header.find("x5c") != nullptr ? "x5c" : "x5cInsecure", std::move(chain));
        const bool strange = name_ == "renew bearer other key";
        token_ = GoldenCa::sign_token(header, payload,
                                      *ca_.leaf_keys.at(strange ? leaves_[1].der : leaf.der));
        if (name_ == "renew bearer bad signature") {
            token_[token_.size() - 5] = token_[token_.size() - 5] == 'A' ? 'B' : 'A';
        }
        return token_;
    }

    std::string make_body(const json::Value& request) {
        const json::Value* body = request.find("body");
        if (body == nullptr) {
            return "";
        }
        const std::string csr = make_csr(request.find("csrDecoded"));
        const std::string token = make_token(request.find("ottDecoded"));
        std::string text = body->as_string() != nullptr ? *body->as_string() : json::encode(*body);
        const bool raw = body->as_string() != nullptr;
        const auto put = [&](const std::string& mark, const std::string& value) {
            std::string quoted, quoted_mark;
            json::append_string(quoted, value);
            json::append_string(quoted_mark, mark);
            const std::string where = raw ? replace_all(mark, "\n", "\\n")
                                          : quoted_mark.substr(1, quoted_mark.size() - 2);
            text = replace_all(text, where, quoted.substr(1, quoted.size() - 2));
        };
        put("<PEM CERTIFICATE REQUEST>\n", csr);
        put("<PEM CERTIFICATE>\n", x509::encode_certificate_pem(leaves_[0].der));
        put("<JWT>", token);
        put("<JWT without signature>", token);
        const bool backwards = name_ == "notAfter before notBefore";
        const auto at = [&](int hours) {
            return format_rfc3339(std::chrono::floor<std::chrono::seconds>(ca_.clock.time) +
                                  std::chrono::hours(hours));
        };
        if (backwards) {
            text = replace_all(text, R"("notBefore":"\u003ctime-rfc3339\u003e")",
                               R"("notBefore":")" + at(2) + '"');
        }
        put("<time-rfc3339>", at(1));
        for (std::size_t i = 0; i < leaves_.size(); ++i) {
            const std::string mark = "<serial" + std::to_string(i);
            put(mark + ">", leaves_[i].serial_text());
            put(mark + "-hex>", encode_hex(leaves_[i].serial));
        }
        put("<serial>", leaves_[0].serial_text());
        return text;
    }

    http::Request make_request(const json::Value& request) {
        http::Request made{.method = text_of(request.find("method")),
                           .path = substitute(text_of(request.find("path"))),
                           .body = make_body(request)};
        if (const json::Value* headers = request.find("headers")) {
            for (const json::Member& header : *headers->as_object()) {
                std::string value = text_of(&header.value);
                if (const json::Value* decoded = request.find("authorizationDecoded")) {
                    value = replace_all(value, "<JWT>", make_bearer(*decoded));
                }
                made.headers.emplace_back(header.name, value);
            }
        }
        const json::Value* peer = request.find("clientCertificate");
        if (peer != nullptr && peer->as_bool() != nullptr) {
            made.peer_chain = {peer_certificate().der};
        }
        return made;
    }

    x509::Certificate peer_certificate() const {
        if (name_ == "renew mtls disabled by claim") {
            return ca_.make_leaf("no-renew", "leaf.test");
        }
        if (name_ == "renew mtls without provisioner extension") {
            return ca_.make_leaf("no-ext", "leaf.test");
        }
        if (name_.starts_with("mtls ok") || name_.starts_with("mtls again") ||
            name_.ends_with("mtls after revocation")) {
            return leaves_[3];
        }
        if (name_ == "mtls other serial" || name_ == "mtls serial in hex") {
            return leaves_[4];
        }
        return name_ == "mtls active" || name_.starts_with("mtls with") ? leaves_[5] : leaves_[0];
    }

    GoldenCa& ca_;
    std::vector<x509::Certificate> leaves_{};
    std::string name_{}, token_{};
    Bytes csr_der_{};
    std::optional<x509::Certificate> expired_{};
};

/// The lines of the waiting list that belong to one file: "core: case | what it waits for".
std::set<std::string> waiting_for(const std::string& file) {
    std::set<std::string> names;
    for (const std::string& line : split(test::data("golden_waiting.txt"), '\n')) {
        const std::size_t end = line.find(" | ");
        if (line.starts_with(file + ": ") && end != std::string::npos) {
            names.insert(line.substr(file.size() + 2, end - file.size() - 2));
        }
    }
    return names;
}

void replay(const std::string& file, const std::string& ca_name, GoldenCa::Db db,
            const std::string& leaf = "leaf.test") {
    GoldenCa ca(ca_name, db);
    Replay replay(ca, leaf);
    std::set<std::string> waiting = waiting_for(file);
    const json::Value cases = must(json::parse(test::data("golden/api/" + file + ".json")));
    REQUIRE(!cases.as_array()->empty());
    for (const json::Value& one : *cases.as_array()) {
        const std::string name = text_of(one.find("name"));
        const std::string difference = replay.run(one);
        const bool waits = waiting.erase(name) > 0;
        CHECK_MESSAGE((waits || difference.empty()), file, ": ", name, ": ", difference);
        CHECK_MESSAGE((!waits || !difference.empty()), file, ": ", name,
                      " passes: strike it off golden_waiting.txt");
    }
    CHECK_MESSAGE(waiting.empty(), file,
                  ": golden_waiting.txt names no case: ", waiting.empty() ? "" : *waiting.begin());
}

}  // namespace

TEST_CASE("lists, roots and strangers are answered as the original does") {
    replay("core", "core-sign", GoldenCa::Db::kMemory);
}
TEST_CASE("sign answers as the original does") {
    replay("sign", "core-sign", GoldenCa::Db::kMemory);
}
TEST_CASE("renew and rekey answer as the original does") {
    replay("renew", "renew-revoke-ssh", GoldenCa::Db::kMemory);
}
TEST_CASE("renewing expired certificates is answered as the original does") {
    replay("renew-expired", "renew-revoke-ssh", GoldenCa::Db::kMemory);
}
TEST_CASE("revoke answers as the original does") {
    replay("revoke", "renew-revoke-ssh", GoldenCa::Db::kMemory);
}
TEST_CASE("a CA with name constraints answers as the original does") {
    replay("name-constraints", "name-constraints", GoldenCa::Db::kMemory, "a.ok.test");
}
TEST_CASE("a CA with a name policy answers as the original does") {
    replay("policy-and-federation", "crl-policy-federation", GoldenCa::Db::kMemory, "leaf.test");
}
TEST_CASE("a CA without db and SSH answers as the original does") {
    replay("no-db-no-ssh", "no-db-no-ssh", GoldenCa::Db::kNone);
}
