#include <cassert>
#include <string>
#include <string_view>

#include "base/hex.h"
#include "client/ca_client.h"
#include "crypto/digest.h"
#include "fuzz/fuzz.h"
#include "tests/support/fake_random.h"
#include "x509/certificate.h"

namespace {

using namespace step;

/// A CA that answers everything with the same bytes.
class Parrot final : public http::Client {
public:
    Parrot(int status, std::string_view body) : status_(status), body_(body) {}
    Result<http::Incoming> send(const http::Outgoing& request) override {
        assert(body_.size() <= request.max_body);
        return http::Incoming{.status = status_, .body = body_};
    }

private:
    int status_;
    std::string body_;
};

void check_pem(const Result<std::string>& chain) {
    if (chain) {
        const auto certificates = x509::parse_certificates_pem(*chain);
        assert(certificates && !certificates->empty());
    }
}

void check_error(const Error& error) {
    assert(error.has_reason(client::kAnsweredByCa)
               ? error.detail.find_first_of("\x1b\r\n") == std::string::npos
               : !error.detail.empty());
}

}  // namespace

// What the client takes from a CA: the first octet is the status, the rest the body. Certificates
// it hands on can be read, a root has the digest that was asked for, words of a refusal are one
// line.
FUZZ_TARGET(client_answers) {
    if (input.empty()) {
        return;
    }
    constexpr int kStatus[] = {200, 201, 204, 301, 400, 401, 404, 500};
    const int status = kStatus[input[0] % std::size(kStatus)];
    const std::string body(reinterpret_cast<const char*>(input.data()) + 1, input.size() - 1);
    test::FakeRandom random;
    client::CaClient ca("https://ca.test", std::make_unique<Parrot>(status, body), random);

    check_pem(ca.sign({}));
    check_pem(ca.renew());
    for (const auto& list : {ca.roots(), ca.federation()}) {
        if (list) {
            for (const std::string& pem : *list) {
                assert(x509::parse_certificates_pem(pem)->size() == 1);
            }
        } else {
            check_error(list.error());
        }
    }
    // The root of corpus/client_answers/root.
    const std::string fingerprint =
        "a287e73f425dda8f9aec1bab47dbc9adb4449aa77fa065366e7a57496d68f708";
    if (const auto root = ca.root(fingerprint)) {
        assert(encode_hex(crypto::sha256(*root)) == fingerprint);
    }
    if (const auto all = ca.provisioners(); !all) {
        check_error(all.error());
    }
    (void)ca.encrypted_key("kid");
    (void)ca.remote_management();
    if (const Status done = ca.revoke({}); !done) {
        check_error(done.error());
    }
}
