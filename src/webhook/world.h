#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/runtime.h"
#include "crypto/key.h"

namespace step::webhook {

/// What the CA shows webhook servers that ask who it is.
struct Identity {
    std::vector<Bytes> chain{};  ///< DER, leaf first.
    std::shared_ptr<const crypto::PrivateKey> key{};
    SysSeconds not_before{}, not_after{};
};

/// Where connections get what they need. Each is called when it is needed first, so that a CA
/// without webhooks pays for none.
struct World {
    std::function<std::vector<Bytes>()> roots{};   ///< DER of all that servers may chain up to.
    std::function<Result<Identity>()> identity{};  ///< A new one, asked for again at two thirds
                                                   ///< of its life.
    std::function<Result<std::string>(const std::string& url)> proxy{};  ///< As http::Client's.
};

/// How long a server may take.
struct Patience {
    std::chrono::milliseconds in_all{10'000};
    std::chrono::milliseconds before_retry{1'000};
    /// When the CA goes: for the notifications of one webhook that still wait.
    std::chrono::milliseconds at_the_end{5'000};
};

}  // namespace step::webhook
