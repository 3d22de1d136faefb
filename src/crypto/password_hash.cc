#include "crypto/password_hash.h"

#include <argon2.h>

#include <charconv>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "base/base64.h"
#include "base/secret.h"
#include "base/text.h"
#include "crypto/bcrypt.h"
#include "crypto/digest.h"
#include "crypto/key_impl.h"
#include "crypto/octets_impl.h"

namespace step::crypto {
namespace {

constexpr std::size_t kSalt = 16, kLength = 32;
constexpr std::size_t kMaxLength = 1024, kMaxText = 4096;
constexpr unsigned kOurCost = 10;
// What a hash from a stranger may cost: some ten seconds and 2 GiB. Memory times passes is what
// scrypt and argon2 take their time for, but scrypt goes through it twice and with more effort.
constexpr std::int64_t kLeastCost = 4, kMostCost = 17;
constexpr std::int64_t kMostKib = 2LL << 20, kMostScryptWork = 2LL << 20,
                       kMostArgonWork = 8LL << 20;
constexpr std::int64_t kArgonVersion = ARGON2_VERSION_13;
/// bcrypt's order of the 64 characters.
constexpr std::string_view kBcryptAlphabet =
    "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

struct ScryptCost {
    std::int64_t log_n = 15, r = 8, p = 1;
};
struct ArgonCost {
    std::int64_t kib = 0, passes = 0, lanes = 4;
};
constexpr ArgonCost kArgon2i{.kib = 32'768, .passes = 3};
constexpr ArgonCost kArgon2id{.kib = 65'536, .passes = 1};

Error cannot_decode(const std::string& why = "cannot decode password hash") {
    return Error{.code = Code::kInvalidArgument, .detail = "error decoding hash: " + why};
}

Result<Secret> scrypt(ByteView password, ByteView salt, const ScryptCost& cost,
                      std::size_t length) {
    return crypto::scrypt(password, salt, static_cast<unsigned>(cost.log_n),
                          static_cast<unsigned>(cost.r), static_cast<unsigned>(cost.p), length);
}

Result<Secret> argon2(argon2_type type, ByteView password, ByteView salt, const ArgonCost& cost,
                      std::size_t length) {
    Bytes out(length, '\0');
    const int done =
        argon2_hash(static_cast<std::uint32_t>(cost.passes), static_cast<std::uint32_t>(cost.kib),
                    static_cast<std::uint32_t>(cost.lanes), password.data(), password.size(),
                    salt.data(), salt.size(), out.data(), out.size(), nullptr, 0, type,
                    static_cast<std::uint32_t>(kArgonVersion));
    if (done != ARGON2_OK) {
        const bool memory = done == ARGON2_MEMORY_ALLOCATION_ERROR || done == ARGON2_THREAD_FAIL;
        return Error{.code = memory ? Code::kInternal : Code::kInvalidArgument,
                     .detail = fmt::format("error deriving password: {}",
                                           to_lower(argon2_error_message(done)))};
    }
    return Secret(std::move(out));
}

std::string to_phc(std::string_view name, std::string_view parameters, ByteView salt,
                   ByteView hash) {
    return fmt::format("${}${}${}${}", name, parameters, encode_base64(salt, Base64::kRawStd),
                       encode_base64(hash, Base64::kRawStd));
}

std::string translate(std::string text, std::string_view from, std::string_view to) {
    for (char& c : text) {
        const std::size_t at = from.find(c);
        // Outside of the alphabet stays outside of the other one.
        c = at == std::string_view::npos ? '!' : to[at];
    }
    return text;
}

std::string to_bcrypt64(ByteView bytes) {
    return translate(encode_base64(bytes, Base64::kRawStd), kAlphabet, kBcryptAlphabet);
}

/// Go's strconv.Atoi; `fallback` for "".
std::optional<std::int64_t> to_number(std::string_view text, std::int64_t fallback) {
    if (text.empty()) {
        return fallback;
    }
    if (text.front() == '+' && text.size() > 1 && text[1] != '-') {
        text.remove_prefix(1);
    }
    std::int64_t value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc() || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

/// "a=1,b=2": the last of several values of one name; "" for none.
std::string value_of(std::string_view parameters, std::string_view name) {
    std::string value;
    for (const std::string& parameter : split(parameters, ',')) {
        const std::size_t equals = parameter.find('=');
        if (std::string_view(parameter).substr(0, equals) == name) {
            value = equals == std::string::npos ? "" : parameter.substr(equals + 1);
        }
    }
    return value;
}

struct Limits {
    std::string_view name{};
    std::int64_t fallback = 0, least = 1, most = 0;
};
Result<std::int64_t> parameter(std::string_view method, std::string_view parameters,
                               const Limits& limits) {
    const std::string text = value_of(parameters, limits.name);
    const auto number = to_number(text, limits.fallback);
    if (!number || *number < limits.least || *number > limits.most) {
        return Error{.code = Code::kInvalidArgument,
                     .detail = fmt::format("invalid {} parameter {}={}", method, limits.name,
                                           printable(text))};
    }
    return *number;
}

/// The parts of a PHC string.
struct Phc {
    std::string id{}, parameters{};
    std::int64_t version = 0;
    Bytes salt{}, hash{};
};

Result<Phc> parse_phc(std::string_view text) {
    std::vector<std::string> parts = split(text, '$');
    // id; version and parameters if there are that many; salt; hash.
    if (parts.size() < 2 || !parts[0].empty() || parts.size() > 6) {
        return cannot_decode();
    }
    Phc out;
    out.id = parts[1];
    if (parts.size() == 6) {
        const std::string version = value_of(parts[2], "v");
        const auto number = to_number(version, 0);
        if (!number) {
            return cannot_decode(
                fmt::format("strconv.Atoi: parsing {}: invalid syntax", quote(version)));
        }
        out.version = *number;
    }
    if (parts.size() >= 4) {
        auto hash = parse_base64(parts[parts.size() - 1], Base64::kRawStd);
        auto salt = parse_base64(parts[parts.size() - 2], Base64::kRawStd);
        if (!hash || !salt) {
            return cannot_decode(!hash ? hash.error().detail : salt.error().detail);
        }
        out.hash = *std::move(hash);
        out.salt = *std::move(salt);
    }
    if (parts.size() >= 5 || parts.size() == 3) {
        out.parameters = parts.size() == 3 ? parts[2] : parts[parts.size() - 3];
    }
    return out;
}

/// A hash as read: how it was made, of what, and what computing it again takes.
struct Plan {
    PasswordHash how = PasswordHash::kScrypt;
    unsigned bcrypt_cost = 0;
    ScryptCost scrypt{};
    ArgonCost argon{};
    Bytes salt{}, hash{};
    HashWork work{};
    bool fits_nothing = false;  ///< bcrypt's, malformed: the original says "fail", not why.
};

Result<Plan> plan_bcrypt(std::string_view text) {
    constexpr std::size_t kSaltAt = 7, kSaltText = 22, kWhole = 60;
    Plan out{.how = PasswordHash::kBcrypt, .fits_nothing = true};
    const auto cost = to_number(text.substr(4, 2), -1);
    if (text.size() != kWhole || text[6] != '$' || !cost || *cost < kLeastCost) {
        return out;
    }
    if (*cost > kMostCost) {
        return Error{
            .code = Code::kInvalidArgument,
            .detail = fmt::format("invalid bcrypt cost {}: the limit is {}", *cost, kMostCost)};
    }
    auto salt = parse_base64(
        translate(std::string(text.substr(kSaltAt, kSaltText)), kBcryptAlphabet, kAlphabet),
        Base64::kRawStd);
    if (!salt) {
        return out;
    }
    out.fits_nothing = false;
    out.bcrypt_cost = static_cast<unsigned>(*cost);
    out.salt = *std::move(salt);
    out.hash = text.substr(kSaltAt + kSaltText);
    out.work = {.kib = 4, .passes = std::int64_t{1} << out.bcrypt_cost};
    return out;
}

Status read_scrypt(const Phc& phc, Plan& out) {
    ScryptCost& cost = out.scrypt;
    STEP_ASSIGN(cost.log_n, parameter("scrypt", phc.parameters, {"ln", 16, 1, 20}));
    STEP_ASSIGN(cost.r, parameter("scrypt", phc.parameters, {"r", 8, 1, 32}));
    STEP_ASSIGN(cost.p, parameter("scrypt", phc.parameters, {"p", 1, 1, 32}));
    out.work = {.kib = (cost.r << cost.log_n) / 8, .passes = cost.p};  // 128 * N * r octets.
    return ok();
}

Status read_argon2(const Phc& phc, Plan& out) {
    ArgonCost& cost = out.argon;
    STEP_ASSIGN(cost.passes, parameter("argon2", phc.parameters, {"t", 3, 1, 128}));
    STEP_ASSIGN(cost.kib, parameter("argon2", phc.parameters, {"m", 12, 8, UINT32_MAX}));
    STEP_ASSIGN(cost.lanes, parameter("argon2", phc.parameters, {"p", 1, 1, 32}));
    if (phc.version != 0 && phc.version != kArgonVersion) {
        return Error{.code = Code::kInvalidArgument,
                     .detail = fmt::format("unsupported argon2 version '{}'", phc.version)};
    }
    out.work = {.kib = cost.kib, .passes = cost.passes};
    return ok();
}

/// Everything about `text` that can be known without computing anything.
Result<Plan> plan_of(std::string_view text) {
    if (text.size() > kMaxText) {
        return cannot_decode();
    }
    if (text.starts_with("$2a$") || text == "$2a") {
        const bool whole = std::count(text.begin(), text.end(), '$') == 3;
        return whole ? plan_bcrypt(text) : Result<Plan>(cannot_decode());
    }
    STEP_ASSIGN(Phc phc, parse_phc(text));
    const auto how = find_password_hash(phc.id);
    if (!how || *how == PasswordHash::kBcrypt) {
        return Error{.code = Code::kInvalidArgument,
                     .detail = fmt::format("invalid or unsupported hash method with id '{}'",
                                           printable(phc.id))};
    }
    if (phc.hash.empty() || phc.hash.size() > kMaxLength) {
        return cannot_decode();  // Nothing would be like every password.
    }
    Plan out{.how = *how};
    const bool scrypt = *how == PasswordHash::kScrypt;
    STEP_TRY(scrypt ? read_scrypt(phc, out) : read_argon2(phc, out));
    const std::int64_t most = scrypt ? kMostScryptWork : kMostArgonWork;
    if (out.work.kib > kMostKib || out.work.kib * out.work.passes > most) {
        return Error{.code = Code::kInvalidArgument,
                     .detail = fmt::format(
                         "{} parameters {} cost too much: {} MiB of memory, {} times; the "
                         "limits are {} MiB, and {} MiB over all passes",
                         scrypt ? "scrypt" : "argon2", printable(phc.parameters),
                         out.work.kib / 1024, out.work.passes, kMostKib / 1024, most / 1024)};
    }
    out.salt = std::move(phc.salt);
    out.hash = std::move(phc.hash);
    return out;
}

argon2_type argon_type(PasswordHash how) {
    return how == PasswordHash::kArgon2i ? Argon2_i : Argon2_id;
}

}  // namespace

Result<Secret> scrypt(ByteView password, ByteView salt, unsigned log_n, unsigned r, unsigned p,
                      std::size_t length) {
    const std::uint64_t n = std::uint64_t{1} << log_n;
    const std::uint64_t memory = std::uint64_t{128} * r * (n + p + 2);
    Bytes out(length, '\0');
    if (EVP_PBE_scrypt(password.data(), password.size(),
                       reinterpret_cast<const unsigned char*>(salt.data()), salt.size(), n, r, p,
                       memory + memory / 2, octets(out), out.size()) != 1) {
        return ossl::take_error(Code::kInternal, "error deriving password");
    }
    return Secret(std::move(out));
}

std::optional<PasswordHash> find_password_hash(std::string_view name) {
    constexpr std::pair<std::string_view, PasswordHash> kNames[] = {
        {"scrypt", PasswordHash::kScrypt},
        {"bcrypt", PasswordHash::kBcrypt},
        {"argon2i", PasswordHash::kArgon2i},
        {"argon2id", PasswordHash::kArgon2id}};
    for (const auto& [known, how] : kNames) {
        if (known == name) {
            return how;
        }
    }
    return std::nullopt;
}

Result<std::string> hash_password(PasswordHash how, ByteView password, Random& random) {
    const Bytes salt = random.bytes(kSalt);
    if (how == PasswordHash::kBcrypt) {
        if (password.size() > kMaxBcryptPassword) {
            return Error{
                .code = Code::kInvalidArgument,
                .detail = "error deriving password: bcrypt: password length exceeds 72 bytes"};
        }
        return fmt::format("$2a${}${}{}", kOurCost, to_bcrypt64(salt),
                           to_bcrypt64(bcrypt(password, salt, kOurCost)));
    }
    if (how == PasswordHash::kScrypt) {
        const ScryptCost cost;
        STEP_ASSIGN(const Secret hash, scrypt(password, salt, cost, kLength));
        return to_phc("scrypt", fmt::format("ln={},r={},p={}", cost.log_n, cost.r, cost.p), salt,
                      hash.view());
    }
    const bool data_independent = how == PasswordHash::kArgon2i;
    const ArgonCost& cost = data_independent ? kArgon2i : kArgon2id;
    STEP_ASSIGN(const Secret hash, argon2(argon_type(how), password, salt, cost, kLength));
    return to_phc(fmt::format("{}$v={}", data_independent ? "argon2i" : "argon2id", kArgonVersion),
                  fmt::format("m={},t={},p={}", cost.kib, cost.passes, cost.lanes), salt,
                  hash.view());
}

Result<HashWork> work_of_hash(std::string_view text) {
    STEP_ASSIGN(const Plan plan, plan_of(text));
    return plan.work;
}

Result<bool> check_password(ByteView password, std::string_view text) {
    STEP_ASSIGN(const Plan plan, plan_of(text));
    if (plan.fits_nothing) {
        return false;
    }
    if (plan.how == PasswordHash::kBcrypt) {
        return equal_secrets(to_bcrypt64(bcrypt(password, plan.salt, plan.bcrypt_cost)), plan.hash);
    }
    STEP_ASSIGN(const Secret hash, plan.how == PasswordHash::kScrypt
                                       ? scrypt(password, plan.salt, plan.scrypt, plan.hash.size())
                                       : argon2(argon_type(plan.how), password, plan.salt,
                                                plan.argon, plan.hash.size()));
    return equal_secrets(hash.view(), plan.hash);
}

}  // namespace step::crypto
