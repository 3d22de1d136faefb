#include <algorithm>
#include <array>
#include <string_view>

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/provider.h>

#include "http/tls_impl.h"

namespace step::http {
namespace {

using namespace std::string_view_literals;

/// At most this many entries, the end mark included, are kept of an operation's list.
constexpr std::size_t kKept = 32;
constexpr std::size_t kFunctions = 16;

constexpr std::array kKeys{"EC"sv,     "RSA"sv,  "RSA-PSS"sv, "ED25519"sv,
                           "X25519"sv, "HKDF"sv, "HMAC"sv,    "TLS1-PRF"sv};

using Query = OSSL_FUNC_provider_query_operation_fn;
using List = std::array<OSSL_ALGORITHM, kKept>;

/// OpenSSL's default provider with less in two of its lists. It looks through both of them, name
/// by name, for each certificate that it decodes.
struct Filter {
    const OSSL_PROVIDER* whole = nullptr;
    Query* query = nullptr;
    List decoders{};
    List keys{};
    std::array<OSSL_DISPATCH, kFunctions> functions{};
};

Filter& filter() {
    static Filter only;
    return only;
}

bool is_key(const OSSL_ALGORITHM& algorithm) {
    std::string_view name = algorithm.algorithm_names;  // "EC:id-ecPublicKey:1.2.840.10045.2.1"
    name = name.substr(0, name.find(':'));
    return std::find(kKeys.begin(), kKeys.end(), name) != kKeys.end();
}

bool reads_public_keys(const OSSL_ALGORITHM& algorithm) {
    const std::string_view properties = algorithm.property_definition;
    return is_key(algorithm) && properties.find("input=der") != std::string_view::npos &&
           properties.find("structure=SubjectPublicKeyInfo") != std::string_view::npos;
}

void keep(const OSSL_ALGORITHM* all, List& kept, bool (*wanted)(const OSSL_ALGORITHM&)) {
    std::size_t count = 0;
    for (; all != nullptr && all->algorithm_names != nullptr && count + 1 < kept.size(); ++all) {
        if (wanted(*all)) {
            kept.at(count++) = *all;
        }
    }
    kept.at(count) = {};
}

const OSSL_ALGORITHM* query(void* context, int operation, int* no_cache) {
    switch (operation) {
        case OSSL_OP_DECODER:
            *no_cache = 0;
            return filter().decoders.data();
        case OSSL_OP_KEYMGMT:
            *no_cache = 0;
            return filter().keys.data();
        default:
            return filter().query(context, operation, no_cache);
    }
}

int start(const OSSL_CORE_HANDLE* /*handle*/, const OSSL_DISPATCH* /*in*/,
          const OSSL_DISPATCH** out, void** context) {
    Filter& own = filter();
    *context = OSSL_PROVIDER_get0_provider_ctx(own.whole);
    std::size_t count = 0;
    for (const OSSL_DISPATCH* each = OSSL_PROVIDER_get0_dispatch(own.whole);
         each->function_id != 0 && count + 1 < own.functions.size(); ++each) {
        if (each->function_id == OSSL_FUNC_PROVIDER_TEARDOWN) {
            continue;  // The default provider ends by itself.
        }
        OSSL_DISPATCH& function = own.functions.at(count++) = *each;
        if (each->function_id == OSSL_FUNC_PROVIDER_QUERY_OPERATION) {
            own.query = OSSL_FUNC_provider_query_operation(each);
            function.function = reinterpret_cast<void (*)()>(query);
        }
    }
    if (own.query == nullptr) {
        return 0;
    }
    int no_cache = 0;
    keep(own.query(*context, OSSL_OP_DECODER, &no_cache), own.decoders, reads_public_keys);
    keep(own.query(*context, OSSL_OP_KEYMGMT, &no_cache), own.keys, is_key);
    *out = own.functions.data();
    return 1;
}

OSSL_LIB_CTX* make_library() {
    // Until the process ends: connections may outlive all else.
    filter().whole = OSSL_PROVIDER_load(nullptr, "default");
    OSSL_LIB_CTX* const made = OSSL_LIB_CTX_new();
    if (filter().whole == nullptr || made == nullptr ||
        OSSL_PROVIDER_add_builtin(made, "step", start) != 1 ||
        OSSL_PROVIDER_load(made, "step") == nullptr) {
        OSSL_LIB_CTX_free(made);
        return nullptr;
    }
    return made;
}

}  // namespace

ossl_lib_ctx_st* server_library() {
    static OSSL_LIB_CTX* const only = make_library();
    return only;
}

}  // namespace step::http
