#pragma once

#include "api/state_impl.h"
#include "base/log.h"
#include "base/result.h"
#include "http/message.h"
#include "issuance/issue.h"

namespace step::api {

/// What a handler may use: the request, the collaborators, and where log fields go, which are
/// written whether it succeeds or fails.
struct Call {
    const http::Request& request;
    const State& state;
    Fields& log;
};
using Answer = Result<http::Response>;

Answer sign(const Call& call);
Answer renew(const Call& call);
Answer rekey(const Call& call);
Answer revoke(const Call& call);

Answer health(const Call& call);
Answer version(const Call& call);
Answer root(const Call& call);
Answer roots(const Call& call);
Answer roots_pem(const Call& call);
Answer intermediates(const Call& call);
Answer intermediates_pem(const Call& call);
Answer federation(const Call& call);

Answer provisioners(const Call& call);
Answer encrypted_key(const Call& call);

// Routes of capabilities that this CA does not have: what the original answers without them.
Answer absent_unsupported(const Call& call);
Answer absent_not_found(const Call& call);
Answer absent_broken(const Call& call);
Answer absent_crl(const Call& call);

/// The log fields that describe a certificate.
void log_certificate(const issuance::Issued& issued, const State& state, Fields& log);
/// 201 with the certificate, and its log fields.
http::Response answer_certificate(const issuance::Issued& issued, const Call& call);

}  // namespace step::api
