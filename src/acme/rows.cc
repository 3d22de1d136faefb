#include "acme/rows_impl.h"

namespace step::acme {
namespace {

constexpr std::uint8_t kForm = 1;

std::int64_t count(SysSeconds time) {
    return time.time_since_epoch().count();
}

/// Reads fields in the order in which they were written.
class Reader {
public:
    explicit Reader(const storage::Row& row) : row_(row.value) {}

    std::string text() { return std::string(row_.text()); }
    std::uint8_t octet() { return row_.octet(); }
    bool flag() { return row_.octet() != 0; }
    SysSeconds time() { return SysSeconds(std::chrono::seconds(row_.number())); }
    /// How many items follow; none if so many cannot.
    std::size_t size() { return row_.good() ? row_.octet() * 256U + row_.octet() : 0; }
    template <class Enum>
    Enum one_of(Enum last) {
        const std::uint8_t value = row_.octet();
        known_ = known_ && value <= static_cast<std::uint8_t>(last);
        return static_cast<Enum>(value);
    }
    Status status() const {
        if (!row_.good() || row_.form() != kForm || !known_) {
            return Error{.code = Code::kInternal, .cause = "an ACME row cannot be read"};
        }
        return ok();
    }
    bool good() const { return row_.good(); }

private:
    storage::RowReader row_;
    bool known_ = true;
};

void write_size(storage::RowWriter& row, std::size_t size) {
    row.octet(static_cast<std::uint8_t>(size / 256)).octet(static_cast<std::uint8_t>(size % 256));
}

template <class Enum>
std::uint8_t octet_of(Enum value) {
    return static_cast<std::uint8_t>(value);
}

void write_texts(storage::RowWriter& row, const std::vector<std::string>& texts) {
    write_size(row, texts.size());
    for (const std::string& text : texts) {
        row.text(text);
    }
}

std::vector<std::string> read_texts(Reader& row) {
    std::vector<std::string> texts;
    for (std::size_t left = row.size(); left > 0 && row.good(); --left) {
        texts.push_back(row.text());
    }
    return texts;
}

void write_identifier(storage::RowWriter& row, const Identifier& identifier) {
    row.text(identifier.type).text(identifier.value);
}

Identifier read_identifier(Reader& row) {
    Identifier identifier{.type = row.text()};
    identifier.value = row.text();
    return identifier;
}

void write_problem(storage::RowWriter& row, const Problem& problem) {
    row.text(problem.type);
    if (!problem) {
        return;
    }
    row.text(problem.detail);
    write_size(row, problem.parts.size());
    for (const Problem::Part& part : problem.parts) {
        row.text(part.type).text(part.detail);
        write_identifier(row, part.identifier);
    }
}

Problem read_problem(Reader& row) {
    Problem problem{.type = row.text()};
    if (!problem) {
        return problem;
    }
    problem.detail = row.text();
    for (std::size_t left = row.size(); left > 0 && row.good(); --left) {
        Problem::Part part{.type = row.text()};
        part.detail = row.text();
        part.identifier = read_identifier(row);
        problem.parts.push_back(std::move(part));
    }
    return problem;
}

// What a challenge has beside type and status: most have nothing.
constexpr unsigned kValidated = 1, kDue = 2, kError = 4;

void write_challenge(storage::RowWriter& row, const Challenge& challenge) {
    const unsigned parts = (challenge.validated ? kValidated : 0U) | (challenge.due ? kDue : 0U) |
                           (challenge.error ? kError : 0U);
    row.octet(octet_of(challenge.type))
        .octet(octet_of(challenge.status))
        .octet(static_cast<std::uint8_t>(challenge.tries))
        .octet(static_cast<std::uint8_t>(parts));
    if (challenge.validated) {
        row.number(count(*challenge.validated));
    }
    if (challenge.due) {
        row.number(count(*challenge.due));
    }
    if (challenge.error) {
        write_problem(row, challenge.error);
    }
}

Challenge read_challenge(Reader& row) {
    Challenge challenge{.type = row.one_of(ChallengeType::kTlsAlpn01)};
    challenge.status = row.one_of(ChallengeStatus::kInvalid);
    challenge.tries = row.octet();
    const unsigned parts = row.octet();
    if ((parts & kValidated) != 0) {
        challenge.validated = row.time();
    }
    if ((parts & kDue) != 0) {
        challenge.due = row.time();
    }
    if ((parts & kError) != 0) {
        challenge.error = read_problem(row);
    }
    return challenge;
}

}  // namespace

std::string encode(const Account& account) {
    storage::RowWriter row(kForm);
    row.text(account.provisioner_id)
        .text(account.thumbprint)
        .text(account.provisioner_name)
        .octet(octet_of(account.status))
        .text(account.jwk)
        .text(account.external_key_id)
        .number(count(account.created));
    write_texts(row, account.contacts);
    return std::move(row).take();
}

Result<Account> decode_account(std::string_view id, const storage::Row& from) {
    Reader row(from);
    Account account{.id = std::string(id), .version = from.version};
    account.provisioner_id = row.text();
    account.thumbprint = row.text();
    account.provisioner_name = row.text();
    account.status = row.one_of(AccountStatus::kRevoked);
    account.jwk = row.text();
    account.external_key_id = row.text();
    account.created = row.time();
    account.contacts = read_texts(row);
    STEP_TRY(row.status());
    return account;
}

std::string encode(const Order& order) {
    storage::RowWriter row(kForm);
    row.text(order.account_id)
        .number(count(order.created))
        .number(count(order.expires))
        .text(order.provisioner_id)
        .octet(octet_of(order.status));
    write_size(row, order.identifiers.size());
    for (const Identifier& identifier : order.identifiers) {
        write_identifier(row, identifier);
    }
    write_texts(row, order.authorization_ids);
    row.number(count(order.not_before))
        .number(count(order.not_after))
        .text(order.profile)
        .text(order.replaces)
        .text(order.serial);
    write_problem(row, order.error);
    return std::move(row).take();
}

Result<Order> decode_order(std::string_view id, const storage::Row& from) {
    Reader row(from);
    Order order{.id = std::string(id), .version = from.version};
    order.account_id = row.text();
    order.created = row.time();
    order.expires = row.time();
    order.provisioner_id = row.text();
    order.status = row.one_of(OrderStatus::kInvalid);
    for (std::size_t left = row.size(); left > 0 && row.good(); --left) {
        order.identifiers.push_back(read_identifier(row));
    }
    order.authorization_ids = read_texts(row);
    order.not_before = row.time();
    order.not_after = row.time();
    order.profile = row.text();
    order.replaces = row.text();
    order.serial = row.text();
    order.error = read_problem(row);
    STEP_TRY(row.status());
    return order;
}

std::string encode(const Authorization& authorization) {
    storage::RowWriter row(kForm);
    row.text(authorization.account_id);
    write_identifier(row, authorization.identifier);
    row.octet(authorization.wildcard ? 1 : 0)
        .octet(octet_of(authorization.status))
        .text(authorization.token)
        .number(count(authorization.created))
        .number(count(authorization.expires))
        .octet(authorization.reusable ? 1 : 0);
    write_size(row, authorization.challenges.size());
    for (const Challenge& challenge : authorization.challenges) {
        write_challenge(row, challenge);
    }
    return std::move(row).take();
}

Result<Authorization> decode_authorization(std::string_view id, const storage::Row& from) {
    Reader row(from);
    Authorization authorization{.id = std::string(id), .version = from.version};
    authorization.account_id = row.text();
    authorization.identifier = read_identifier(row);
    authorization.wildcard = row.flag();
    authorization.status = row.one_of(AuthorizationStatus::kRevoked);
    authorization.token = row.text();
    authorization.created = row.time();
    authorization.expires = row.time();
    authorization.reusable = row.flag();
    for (std::size_t left = row.size(); left > 0 && row.good(); --left) {
        authorization.challenges.push_back(read_challenge(row));
    }
    STEP_TRY(row.status());
    return authorization;
}

std::string encode(const CertificateOwner& owner) {
    return std::move(storage::RowWriter(kForm)
                         .text(owner.account_id)
                         .text(owner.order_id)
                         .text(owner.provisioner_id)
                         .text(owner.chain_id)
                         .text(owner.replaced_by))
        .take();
}

Result<CertificateOwner> decode_owner(ByteView serial, const storage::Row& from) {
    Reader row(from);
    CertificateOwner owner{.serial = Bytes(serial), .version = from.version};
    owner.account_id = row.text();
    owner.order_id = row.text();
    owner.provisioner_id = row.text();
    owner.chain_id = row.text();
    owner.replaced_by = row.text();
    STEP_TRY(row.status());
    return owner;
}

std::string encode(const ExternalKey& key) {
    storage::RowWriter row(kForm);
    row.text(key.id)
        .text(key.provisioner_id)
        .text(key.reference)
        .text(key.key)
        .text(key.account_id)
        .number(count(key.created))
        .octet(key.bound ? 1 : 0);
    if (key.bound) {
        row.number(count(*key.bound));
    }
    return std::move(row).take();
}

Result<ExternalKey> decode_external_key(const storage::Row& from) {
    Reader row(from);
    ExternalKey key{.id = row.text(), .version = from.version};
    key.provisioner_id = row.text();
    key.reference = row.text();
    key.key = row.text();
    key.account_id = row.text();
    key.created = row.time();
    if (row.flag()) {
        key.bound = row.time();
    }
    STEP_TRY(row.status());
    return key;
}

}  // namespace step::acme
