#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "acme/types.h"
#include "base/log.h"
#include "base/result.h"
#include "http/message.h"

namespace step::acme {

/// What an answer has besides what the handler returns, whether it succeeds or fails.
struct Reply {
    http::Headers headers{};
    Fields log{};
    std::vector<Problem::Part> parts{};  ///< Subproblems of a failure.
    std::optional<std::chrono::seconds> retry_after{};
    int failure_status = 0;     ///< In place of the problem type's.
    bool detail_alone = false;  ///< The error's words without those of the type before them.
};

/// {"type":…,"detail":…,"subproblems":[…]}: a problem that is part of another object (RFC 8555
/// 7.1.3, 7.1.5). No "subproblems" where there are none.
void append_problem(std::string& out, const Problem& problem);
void append_identifier(std::string& out, const Identifier& identifier);

/// The problem document of an error (RFC 8555 6.7), `application/problem+json`. Its type is the
/// error's reason, else serverInternal; its detail the original's fixed text for the type, and
/// behind it what the error says unless that is our own fault. `cause` goes into the log only.
http::Response to_response(const Error& error, const Reply& reply);

/// The answer for a provisioner that does not exist: in the shape of the original's admin API.
http::Response no_such_provisioner(std::string_view name);

/// kInvalidArgument, reason kMalformed.
Error malformed(std::string detail);

}  // namespace step::acme
