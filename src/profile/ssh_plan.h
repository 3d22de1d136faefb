#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/runtime.h"

namespace step::profile {

/// As OpenSSH numbers them; a template need not say which.
enum class SshType : unsigned char { kUnset = 0, kUser = 1, kHost = 2 };
/// "user", "host", "".
std::string_view ssh_type_name(SshType type);
/// In any case; fails with kInvalidArgument, "unknown certificate type 'x'".
Result<SshType> parse_ssh_type(std::string_view name);

/// What an SSH certificate is going to be, as a template said it. Plain data.
struct SshPlan {
    SshType type = SshType::kUnset;
    std::string key_id{};
    std::vector<std::string> principals{};
    std::optional<SysSeconds> valid_after{}, valid_before{};
    std::map<std::string, std::string> critical_options{}, extensions{};
    std::uint64_t serial = 0;  ///< 0: a random one.
    Bytes nonce{};             ///< Empty: a random one.
    Bytes reserved{};

    bool operator==(const SshPlan&) const = default;
};

/// As decode_certificate (plan.h), with the reason kBadOutput.
Result<SshPlan> decode_ssh_certificate(std::string_view json);

/// What user certificates may do unless somebody says otherwise: the five permit-… extensions.
/// Hosts: none.
std::map<std::string, std::string> default_ssh_extensions(SshType type);

}  // namespace step::profile
