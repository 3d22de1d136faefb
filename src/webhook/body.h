#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/runtime.h"
#include "issuance/hooks.h"

namespace step::webhook {

// What servers are sent: the original's RequestBody, its members in its order.

/// The body for a request that waits for its template, without the time at its beginning.
/// `random` is for the template functions that nothing here calls.
Result<std::string> request_body(const issuance::HookRequest& request, const Clock& clock,
                                 Random& random);
/// For a certificate that waits to be signed.
Result<std::string> draft_body(const issuance::HookRequest& request,
                               const issuance::X509HookDraft& draft);
Result<std::string> draft_body(const issuance::HookRequest& request,
                               const issuance::SshHookDraft& draft);
/// For one that is on record: request and certificate.
Result<std::string> issued_body(const issuance::HookRequest& request,
                                const issuance::X509HookIssued& issued, const Clock& clock,
                                Random& random);
Result<std::string> issued_body(const issuance::HookRequest& request,
                                const issuance::SshHookIssued& issued, const Clock& clock,
                                Random& random);

/// The whole of it: {"timestamp":"…", and `rest`.
std::string stamp(SysTime now, std::string_view rest);

}  // namespace step::webhook
