#include "issuance/authority.h"

namespace step::issuance {

Status validate(const Authority& authority) {
    if (authority.chain.empty()) {
        return Error{.code = Code::kInvalidArgument,
                     .detail = "the certificate authority has no issuing certificate"};
    }
    STEP_ASSIGN(const crypto::PublicKey key, authority.chain.front().public_key());
    if (!(key == authority.key.public_key())) {
        return Error{.code = Code::kInvalidArgument,
                     .detail = "x509: provided PrivateKey doesn't match parent's PublicKey"};
    }
    return ok();
}

}  // namespace step::issuance
