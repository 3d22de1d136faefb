#include "acme/service.h"

#include "acme/states.h"
#include "base/hex.h"
#include "base/pem.h"
#include "crypto/digest.h"

namespace step::acme {
namespace {

constexpr std::size_t kChainId = 8;
/// Rows of an order stay this long after it expired, for clients that look at it late.
constexpr std::chrono::hours kGrace{24};

std::string chain_text(const issuance::Authority& authority) {
    std::string pem;
    for (const x509::Certificate& certificate : authority.chain) {
        pem += encode_pem("CERTIFICATE", certificate.der);
    }
    return pem;
}

}  // namespace

Service::Service(Deps deps)
    : deps_(deps),
      chain_(chain_text(deps.issuer.authority())),
      chain_id_(crypto::sha256(chain_).substr(0, kChainId)) {}

std::string certificate_id(ByteView serial) {
    return encode_hex(serial);
}

Result<std::size_t> Service::sweep(SysTime now, std::size_t limit) const {
    const SysSeconds before = std::chrono::floor<std::chrono::seconds>(now) - kGrace;
    std::size_t gone = 0;
    STEP_TRY(deps_.database.transact([&](storage::Transaction& transaction) -> Status {
        STEP_ASSIGN(const std::vector<std::string> ids,
                    store_.orders.expired(transaction, before, limit));
        gone = ids.size();
        for (const std::string& id : ids) {
            STEP_ASSIGN(const std::optional<Order> order, store_.orders.get(transaction, id));
            for (const std::string& one :
                 order ? order->authorization_ids : std::vector<std::string>()) {
                // One that a later order uses, too, ends with its own time.
                STEP_ASSIGN(const auto authorization, store_.authorizations.get(transaction, one));
                if (authorization && authorization->expires < before) {
                    STEP_TRY(store_.authorizations.erase(transaction, one));
                }
            }
            STEP_TRY(store_.orders.erase(transaction, id));
        }
        return ok();
    }));
    return gone;
}

}  // namespace step::acme
