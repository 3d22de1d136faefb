#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/runtime.h"
#include "client/acme/account_file.h"
#include "client/acme/session.h"
#include "crypto/key.h"

namespace step::client::acme {

/// Makes the answer to http-01 challenges (RFC 8555 8.3) visible to the server.
class HttpAnswers {
public:
    virtual ~HttpAnswers() = default;
    virtual std::string_view name() const = 0;  ///< "Standalone": "Using Standalone Mode HTTP …"
    /// From now on `token` is answered with `text`. The token is of the base64url alphabet.
    virtual Status show(const std::string& token, const std::string& text) = 0;
    /// No more. Nothing happens if it was never shown.
    virtual Status hide(const std::string& token) = 0;
};

/// Told what people shall see, piece by piece: "Finalizing Order .", ".", " done!\n".
using Tell = std::function<void(std::string_view)>;

/// What a certificate shall be.
struct Wish {
    std::vector<Identifier> identifiers{};
    std::optional<SysTime> not_before{}, not_after{};  ///< None: not sent.
    Bytes csr{};                                       ///< DER, with those identifiers.
    crypto::PublicKey key;                             ///< The one of the request.
};

/// Gets a certificate from an ACME server: order, authorizations, finalize, download (RFC 8555
/// 7.4). Waits between two looks as long as the server's Retry-After says, and ten minutes
/// altogether at most.
///
/// `account` is taken from its file, or made and kept there; one that the server does not know any
/// more is replaced.
class Issue {
public:
    struct Parts {
        Session& session;
        HttpAnswers& answers;
        const Clock& clock;
        Pause pause{};
        Tell tell{};
    };
    explicit Issue(Parts parts) : parts_(std::move(parts)) {}

    /// The chain, PEM, leaf first; the leaf has the key of the wish. Fails with the original's
    /// words, "error creating new ACME order: …", "Unable to validate challenge: …" and their kin.
    /// Challenges are not shown any more afterwards, whatever the end.
    Result<std::string> run(const Wish& wish, const AccountFile& file);

private:
    struct Proof;
    Result<Order> new_order(const std::string& payload, const AccountFile& file);
    Result<Order> order_by(const std::string& payload, Account& account, const AccountFile& file);
    /// Answers all challenges, then waits for one after the other.
    Status authorize(const std::vector<std::string>& urls);
    Result<std::unique_ptr<Proof>> begin_proof(const std::string& url);
    Status show(Proof& proof, const Challenge& challenge);
    Status respond(Proof& proof, const Challenge& challenge);
    Status await_proof(Proof& proof);
    Status await_authorization(Proof& proof);
    Result<Order> await_order(const std::string& url, std::string_view status,
                              std::optional<Duration> retry_after);
    Result<Order> finalize(const Order& order, const Bytes& csr);
    Result<std::string> download(const Order& order, const crypto::PublicKey& key);
    Result<Answer> look(const std::string& url);
    Status wait(Duration pause);

    Parts parts_;
    std::optional<Account> account_{};
    std::chrono::nanoseconds deadline_{};
};

}  // namespace step::client::acme
