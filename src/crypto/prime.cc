#include "crypto/prime.h"

#include <openssl/bn.h>
#include <openssl/crypto.h>

#include "crypto/ossl/handle.h"

namespace step::crypto {

Result<std::string> random_prime(unsigned bits) {
    constexpr unsigned kLeast = 2, kMost = 16384;
    if (bits < kLeast || bits > kMost) {
        return Error{.code = Code::kInvalidArgument, .detail = "a prime has 2 to 16384 bits here"};
    }
    const ossl::BnPtr prime(BN_new());
    if (!prime || BN_generate_prime_ex(prime.get(), static_cast<int>(bits), 0, nullptr, nullptr,
                                       nullptr) != 1) {
        return ossl::take_error(Code::kInternal, "cannot find a prime");
    }
    char* decimal = BN_bn2dec(prime.get());
    if (decimal == nullptr) {
        return ossl::take_error(Code::kInternal, "cannot write a prime");
    }
    std::string text(decimal);
    OPENSSL_free(decimal);
    return text;
}

}  // namespace step::crypto
