#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/runtime.h"
#include "storage/database.h"
#include "storage/tables.h"

namespace step::revocation {

/// Why revoke() failed, in Error::reason.
inline constexpr const char* kAlreadyRevoked = "revocation.already_revoked";
inline constexpr const char* kNoDatabase = "revocation.no_database";

struct Revocation {
    std::string serial{};          ///< Decimal.
    std::string provisioner_id{};  ///< Empty if a client certificate asked.
    int reason_code = 0;           ///< RFC 5280 5.3.1.
    std::string reason{};
    SysSeconds revoked_at{};
    std::optional<SysSeconds> expires{};  ///< Of the certificate, if we knew it.
    std::string token_id{};
    bool mtls = false, acme = false;
    bool operator==(const Revocation&) const = default;
};

/// Whether a register can remember.
enum class Keeps : unsigned char { kNothing, kEverything };

/// Which certificates are no longer good.
class Register {
public:
    /// `database` must outlive it. A CA without a `db` keeps nothing: revoke() is kUnsupported.
    Register(storage::Database& database, Keeps keeps);
    /// What the database must be opened with.
    static std::vector<std::string> keyspaces();

    /// Records a revocation, once; a second one fails with kInvalidArgument, kAlreadyRevoked and
    /// the original's words. The certificate need not be known. `also` happens with it or not
    /// at all (a token is used up).
    Status revoke(const Revocation& revocation,
                  const std::function<Status(storage::Transaction&)>& also = {});

    /// `serial` is an x509::serial_key.
    Result<bool> is_revoked(ByteView serial) const;
    /// The same within a transaction: kUnauthenticated, "certificate has been revoked".
    Status refuse_revoked(const storage::Snapshot& snapshot, ByteView serial) const;
    Result<std::optional<Revocation>> find(ByteView serial) const;

    struct Page {
        std::vector<Revocation> entries{};
        Bytes next{};  ///< Give it as `from`; empty: there is no more.
    };
    /// In order of revocation. `limit` is at least 1.
    Result<Page> list(ByteView from, std::size_t limit) const;

private:
    storage::Database& database_;
    Keeps keeps_;
    storage::Table table_;
};

}  // namespace step::revocation
