#pragma once

#include <chrono>
#include <string>

#include "base/bytes.h"
#include "client/cloud/identity.h"

namespace step::client {

/// A question to a metadata service.
struct MetadataQuestion {
    std::string method = "GET";
    std::string host{};  ///< "http://169.254.169.254"
    std::string path{};
    http::Headers headers{};
    std::chrono::milliseconds timeout{};  ///< No default: set it.
};

/// For the question that shows whether there is anybody at all: several of them fit into the five
/// seconds that identity_token() promises.
inline constexpr std::chrono::milliseconds kFirstAnswer{2'200};
/// For a service that has answered before: making a token may take a while.
inline constexpr std::chrono::milliseconds kLaterAnswer{10'000};

/// The answer, whatever its status. Fails as identity_token() does.
Result<http::Incoming> ask(http::Client& transport, Cloud cloud, const MetadataQuestion& question);

/// True if `text` has the form of a compact JWS: all that is let through to the CA.
bool is_compact_jws(std::string_view text);

/// Everything but RFC 3986's unreserved characters as %XX: for a value in a query.
std::string escape_query(std::string_view text);
/// As Go writes a URL's fragment: what the audiences of the CA are compared with.
std::string escape_fragment(std::string_view text);

/// What is shown of an answer that makes no sense.
std::string shown_answer(std::string_view text);

Result<std::string> aws_token(http::Client& transport, const std::string& host,
                              const IdentityRequest& request, SysTime now);
Result<std::string> gcp_token(http::Client& transport, const std::vector<std::string>& hosts,
                              const IdentityRequest& request);
Result<std::string> azure_token(http::Client& transport, const std::string& host,
                                const IdentityRequest& request);

}  // namespace step::client
