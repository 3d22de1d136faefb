#include <cstdlib>
#include <vector>

#include "base/base64.h"
#include "base/text.h"
#include "client/cloud/identity.h"
#include "client/cloud/vm_names.h"
#include "fuzz/fuzz.h"
#include "jose/jws.h"
#include "jose/jwt.h"

namespace {

/// Answers with the parts of the input between NULs in turn: a digit for the status, the body; the
/// last one for ever. An empty part is no answer.
struct Metadata final : step::http::Client {
    std::vector<std::string> answers;
    std::size_t next = 0;

    explicit Metadata(std::string_view text) : answers(step::split(text, '\0')) {}
    step::Result<step::http::Incoming> send(const step::http::Outgoing& request) override {
        const std::string& answer = answers[std::min(next++, answers.size() - 1)];
        for (const auto& [name, value] : request.headers) {
            if (value.find_first_of("\r\n") != std::string::npos) {
                std::abort();  // What a service said must not become a header of its own.
            }
        }
        if (answer.empty() || answer.size() > request.max_body) {
            return step::Error{.code = answer.empty() ? step::Code::kUnavailable
                                                      : step::Code::kTooLarge};
        }
        return step::http::Incoming{.status = answer.front() == '4' ? 404 : 200,
                                    .body = answer.substr(1)};
    }
};

}  // namespace

FUZZ_TARGET(client_metadata) {
    const std::string_view text(reinterpret_cast<const char*>(input.data()), input.size());
    for (const auto cloud :
         {step::client::Cloud::kAws, step::client::Cloud::kGcp, step::client::Cloud::kAzure}) {
        Metadata metadata(text);
        const auto token = step::client::identity_token(
            metadata, {},
            {.cloud = cloud, .provisioner = "p", .subject = "s", .audience = "https://ca/1.0/sign"},
            step::SysTime{});
        if (metadata.next > 6) {
            std::abort();  // A hostile service does not keep us asking.
        }
        if (!token) {
            continue;
        }
        // What goes to the CA is one word of three parts.
        if (token->find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                     "0123456789-_.") != std::string::npos ||
            std::count(token->begin(), token->end(), '.') != 2) {
            std::abort();
        }
        if (const auto jws = step::jose::parse_jws(*token)) {
            if (const auto claims = step::jose::parse_claims(jws->payload)) {
                (void)step::client::read_cloud_vm(claims->all);
            }
        }
    }
}
