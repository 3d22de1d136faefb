#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "crypto/ossl/handle.h"

namespace step::crypto {

/// A digest of octets that come in pieces; for files. Knows more algorithms than `Hash`, none of
/// which anything is signed with.
class Hasher {
public:
    /// "md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha512-224" or "sha512-256"; none
    /// for another name.
    static std::optional<Hasher> make(std::string_view name);

    void update(ByteView piece);
    /// The raw digest. Call it once, last.
    Bytes finish();

private:
    explicit Hasher(ossl::MdCtxPtr context) : context_(std::move(context)) {}
    ossl::MdCtxPtr context_;
};

}  // namespace step::crypto
