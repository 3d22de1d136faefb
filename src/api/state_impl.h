#pragma once

#include <map>
#include <string>

#include "api/routes.h"
#include "base/bytes.h"

namespace step::api {

/// The collaborators, and the answers that never change, made once.
struct State {
    explicit State(const Deps& deps);

    Deps deps;
    std::string roots{}, roots_pem{};
    std::string intermediates{}, intermediates_pem{};
    std::string federation{};
    std::string version{};
    /// By SHA-256 in lower-case hexadecimal: the whole answer of /root/{sha}.
    std::map<std::string, std::string, std::less<>> root_by_sha{};

    /// The 201 body of /sign, /renew and /rekey for this leaf (DER).
    std::string certificate_answer(ByteView leaf) const;

private:
    std::string before_chain_{};  ///< Between "crt" and the leaf in "certChain".
    std::string after_leaf_{};    ///< After it, to the end.
};

}  // namespace step::api
