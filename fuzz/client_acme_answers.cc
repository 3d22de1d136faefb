#include <cassert>
#include <string>
#include <string_view>

#include "client/acme/resources.h"
#include "client/acme/retry_after.h"
#include "client/acme/session.h"
#include "fuzz/fuzz.h"
#include "json/parse.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_random.h"

namespace {

using namespace step;
namespace acme = client::acme;

bool fit_to_print(std::string_view text) {
    return text.find_first_of("\x1b\r\n\x07") == std::string_view::npos;
}

void check_problem(std::string_view body, int status) {
    const Error error = acme::to_error(acme::parse_problem(body, status), status);
    assert(!error.detail.empty() && fit_to_print(error.detail));
    constexpr std::size_t kLongest = 20'000;
    assert(error.detail.size() < kLongest);
}

void check_members(const json::Value& value) {
    if (const auto order = acme::read_order(value)) {
        assert(acme::is_usable_url(order->finalize) && !order->status.empty());
        assert(order->status != "valid" || acme::is_usable_url(order->certificate));
        for (const std::string& url : order->authorizations) {
            assert(acme::is_usable_url(url));
        }
    }
    if (const auto authorization = acme::read_authorization(value)) {
        if (const acme::Challenge* challenge = authorization->find("http-01")) {
            assert(acme::is_token(challenge->token) && acme::is_usable_url(challenge->url));
        }
    }
    if (const auto directory = acme::read_directory(value)) {
        assert(acme::is_usable_url(directory->new_order));
    }
}

/// A server that answers everything with the same bytes, as body and as headers.
class Parrot final : public http::Client {
public:
    explicit Parrot(std::string_view text) : text_(text) {}
    Result<http::Incoming> send(const http::Outgoing& request) override {
        assert(request.max_body > 0);
        return http::Incoming{
            .status = 200,
            .headers = {{"Replay-Nonce", text_}, {"Location", text_}, {"Retry-After", text_}},
            .body = text_};
    }

private:
    std::string text_;
};

}  // namespace

// What the client takes from an ACME server: the first octet is the status, the rest the body and
// the headers. What it takes of an order or a challenge may be asked for and may name a file; what
// it shows is one line that steers no terminal; how long it is told to wait is no more than a year.
FUZZ_TARGET(client_acme_answers) {
    if (input.empty()) {
        return;
    }
    constexpr int kStatus[] = {400, 401, 403, 404, 429, 500, 503};
    const int status = kStatus[input[0] % std::size(kStatus)];
    const std::string text(reinterpret_cast<const char*>(input.data()) + 1, input.size() - 1);
    test::FakeClock clock;
    test::FakeRandom random;

    check_problem(text, status);
    if (const auto value = json::parse(text)) {
        check_members(*value);
    }
    if (const auto wait = acme::parse_retry_after(text, clock.now())) {
        assert(*wait >= Duration::zero() && *wait <= std::chrono::hours(24 * 366));
    }
    const auto session = acme::Session::open(
        "https://acme.test/dir",
        {.transport = std::make_unique<Parrot>(text), .clock = clock, .random = random});
    assert(!session || acme::is_usable_url(session->directory().new_nonce));
}
