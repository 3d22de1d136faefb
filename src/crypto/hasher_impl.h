// The names of digests; for src/crypto only.
#pragma once

#include <string_view>

struct evp_md_st;

namespace step::crypto {

/// OpenSSL's digest for a name that Hasher knows; null for another. Lives until the process ends.
const evp_md_st* find_message_digest(std::string_view name);

}  // namespace step::crypto
