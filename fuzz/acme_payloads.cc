#include <cassert>
#include <string_view>

#include "acme/api/payloads_impl.h"
#include "acme/identifiers.h"
#include "fuzz/fuzz.h"

using namespace step;

namespace {

/// A failure is the client's mistake and is named as one of ACME.
template <class T>
void check_failure(const Result<T>& read) {
    assert(read || (read.error().code == Code::kInvalidArgument &&
                    std::string_view(read.error().reason).starts_with("acme.")));
}

}  // namespace

FUZZ_TARGET(acme_payloads) {
    const std::string_view payload(reinterpret_cast<const char*>(input.data()), input.size());
    const auto account = acme::read_new_account(payload);
    check_failure(account);
    assert(!account || account->contacts.size() <= 20);
    const auto change = acme::read_account_change(payload);
    check_failure(change);
    assert(!change || !change->deactivate || !change->contacts);
    check_failure(acme::read_finalize(payload));
    check_failure(acme::read_deactivation(payload));
    check_failure(acme::read_revocation(payload));
    check_failure(acme::read_key_change(payload));

    const auto order = acme::read_new_order(payload);
    check_failure(order);
    if (!order) {
        return;
    }
    assert(!order->identifiers.empty());
    std::vector<acme::Problem::Part> refused;
    const auto kept = acme::canonical(order->identifiers, refused);
    if (kept) {
        // What is canonical stays as it is.
        assert(refused.empty() && kept->size() <= acme::kMaxIdentifiers);
        const auto again = acme::canonical(*kept, refused);
        assert(again && *again == *kept);
    }
}
