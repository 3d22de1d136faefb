#include "issuance/issue.h"

#include <algorithm>

#include "base/ip.h"
#include "base/text.h"
#include "issuance/request_check.h"
#include "x509/serial_key.h"

namespace step::issuance {
namespace {

constexpr std::size_t kSerialTime = 6, kSerialRandom = 10;
constexpr auto kOwnBackdate = std::chrono::minutes(1);
constexpr auto kOwnLifetime = std::chrono::hours(24);

/// RFC 5280 4.1.2.2: a positive INTEGER of at most 20 octets. Ours is the millisecond of issue
/// and 80 random bits, so that rows in key order are rows in time order.
Bytes new_serial(SysTime now, Random& random) {
    auto time = static_cast<std::uint64_t>(
        std::chrono::floor<std::chrono::milliseconds>(now).time_since_epoch().count());
    Bytes serial(kSerialTime, '\0');
    for (std::size_t i = kSerialTime; i-- > 0; time >>= 8U) {
        serial[i] = static_cast<char>(time & 0xffU);
    }
    return serial + random.bytes(kSerialRandom);
}

/// As in the original, an RSA issuer signs as it was signed itself, if that was RSA. SHA-1 is not
/// carried on.
crypto::SignatureScheme scheme_of(const Authority& authority) {
    using crypto::SignatureScheme;
    const crypto::PublicKey& key = authority.key.public_key();
    const auto above = authority.chain.front().algorithm.scheme;
    if (key.kind() == crypto::KeyKind::kRsa && above) {
        switch (*above) {
            case SignatureScheme::kRsaSha256:
            case SignatureScheme::kRsaSha384:
            case SignatureScheme::kRsaSha512:
            case SignatureScheme::kRsaPssSha256:
            case SignatureScheme::kRsaPssSha384:
            case SignatureScheme::kRsaPssSha512:
                return *above;
            default:
                break;
        }
    }
    return crypto::default_scheme(key);
}

/// The constraints of every CA above a leaf: the chain, and the root that issued its last one.
std::vector<x509::NameConstraints> constraints_of(const Authority& authority) {
    std::vector<x509::NameConstraints> all;
    const auto collect = [&all](const x509::Certificate& ca) {
        if (ca.name_constraints) {
            all.push_back(*ca.name_constraints);
        }
    };
    for (const x509::Certificate& ca : authority.chain) {
        collect(ca);
    }
    const x509::Certificate& last = authority.chain.back();
    for (const x509::Certificate& root : authority.roots) {
        if (root.subject_der != last.issuer_der || root.der == last.der) {
            continue;
        }
        const Result<crypto::PublicKey> key = root.public_key();
        if (key && x509::check_signature(last, *key)) {
            collect(root);
            break;
        }
    }
    return all;
}

/// `authority.template`: what the certificate leaves empty.
x509::Subject with_defaults(x509::Subject subject, const x509::Subject& defaults) {
    using List = std::vector<std::string> x509::Subject::*;
    for (const List list : {&x509::Subject::country, &x509::Subject::organization,
                            &x509::Subject::organizational_unit, &x509::Subject::locality,
                            &x509::Subject::province, &x509::Subject::street_address}) {
        if ((subject.*list).empty()) {
            subject.*list = defaults.*list;
        }
    }
    if (subject.serial_number.empty()) {
        subject.serial_number = defaults.serial_number;
    }
    if (subject.common_name.empty()) {
        subject.common_name = defaults.common_name;
    }
    return subject;
}

/// What a leaf of the default template has besides its names.
x509::Draft leaf_draft(const crypto::PublicKey& key, const x509::Subject& subject,
                       const Validity& validity) {
    namespace usage = x509::key_usage;
    const bool rsa = key.kind() == crypto::KeyKind::kRsa;
    return {.subject_der = x509::encode_name(x509::to_name(subject)),
            .not_before = validity.not_before,
            .not_after = validity.not_after,
            .spki = key.spki(),
            .key_usage = usage::kDigitalSignature | (rsa ? usage::kKeyEncipherment : 0U),
            .extended_key_usage = {x509::oid::kServerAuth, x509::oid::kClientAuth},
            .subject_key_id = x509::key_id(key)};
}

Status check_names(const x509::AltNames& names,
                   const std::vector<x509::NameConstraints>& constraints) {
    Status allowed = x509::check_constraints(names, constraints);
    if (!allowed) {
        Error error = std::move(allowed).error();
        error.reason = kNameConstraint;
        return error;
    }
    return ok();
}

/// What the name index holds: each name once, in lower case.
std::vector<std::string> index_names(std::string_view common_name, const x509::AltNames& names) {
    std::vector<std::string> all;
    all.reserve(names.size() + 1);
    const auto add = [&all](std::string_view name) {
        if (!name.empty()) {
            all.push_back(to_lower(name));
        }
    };
    add(common_name);
    std::for_each(names.dns.begin(), names.dns.end(), add);
    std::for_each(names.emails.begin(), names.emails.end(), add);
    std::for_each(names.ips.begin(), names.ips.end(),
                  [&add](const Bytes& ip) { add(format_ip(ip)); });
    std::for_each(names.uris.begin(), names.uris.end(), add);
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
}

}  // namespace

Issuer::Issuer(const Clock& clock, Random& random, std::shared_ptr<const Authority> authority,
               storage::Database& database)
    : clock_(clock),
      random_(random),
      authority_(std::move(authority)),
      database_(database),
      ledger_(database),
      scheme_(scheme_of(*authority_)),
      authority_key_id_(authority_->chain.front().subject_key_id.value_or(Bytes())),
      constraints_(constraints_of(*authority_)) {}

Result<Issued> Issuer::issue(const x509::Csr& csr, const Grant& grant, const Options& options,
                             const AlsoRecord& also) {
    STEP_ASSIGN(x509::AltNames names, check_request(csr, grant));

    const SysTime now = clock_.now();
    STEP_ASSIGN(const Validity validity,
                decide_validity(options.not_before, options.not_after, grant.lifetimes,
                                authority_->backdate, now));
    STEP_TRY(check_names(names, constraints_));

    const x509::Subject subject = with_defaults(grant.subject, authority_->default_subject);
    x509::Draft draft = leaf_draft(csr.key, subject, validity);
    draft.names = names;
    if (grant.extension) {
        draft.extra.push_back(x509::encode_step_provisioner(*grant.extension));
    }
    STEP_ASSIGN(Issued issued,
                sign_and_record(draft, names, subject.common_name, grant.origin, now, also));
    issued.key_label = crypto::key_label(csr.key);
    issued.extension = grant.extension;
    return issued;
}

Result<Issued> Issuer::renew(const x509::Certificate& old, const crypto::PublicKey* new_key,
                             const Origin& origin, const AlsoRecord& also) {
    STEP_ASSIGN(const crypto::PublicKey key,
                new_key != nullptr ? Result<crypto::PublicKey>(*new_key) : old.public_key());
    if (new_key != nullptr) {
        STEP_TRY(check_key(key));
    }
    STEP_TRY(check_names(old.names, constraints_));

    const SysTime now = clock_.now();
    const SysSeconds begin = std::chrono::floor<std::chrono::seconds>(
        now - std::chrono::floor<std::chrono::microseconds>(authority_->backdate));
    x509::Draft draft{.subject_der = old.subject_der,
                      .not_before = begin,
                      .not_after = begin + (old.not_after - old.not_before),
                      .spki = key.spki(),
                      .subject_key_id = new_key != nullptr ? x509::key_id(key) : Bytes()};
    for (const x509::Extension& extension : old.extensions) {
        const bool made_anew = extension.id == x509::oid::kAuthorityKeyId ||
                               (new_key != nullptr && extension.id == x509::oid::kSubjectKeyId);
        if (!made_anew) {
            draft.extra.push_back(extension);
        }
    }
    STEP_ASSIGN(Issued issued,
                sign_and_record(draft, old.names, old.subject.common_name(), origin, now, also));
    issued.key_label = crypto::key_label(key);
    issued.extension = x509::step_provisioner_of(old);
    return issued;
}

Result<Bytes> Issuer::issue_own(const crypto::PublicKey& key, const std::string& common_name,
                                const std::vector<std::string>& names) const {
    std::vector<std::string> bare = names;
    for (std::string& name : bare) {
        if (name.size() > 2 && name.front() == '[' && name.back() == ']') {
            name = name.substr(1, name.size() - 2);
        }
    }
    STEP_ASSIGN(const x509::AltNames sorted, x509::classify_names(bare));
    STEP_TRY(check_names(sorted, constraints_));

    const SysTime now = clock_.now();
    const SysSeconds second = std::chrono::floor<std::chrono::seconds>(now);
    x509::Draft draft =
        leaf_draft(key, {.common_name = common_name},
                   {.not_before = second - kOwnBackdate, .not_after = second + kOwnLifetime});
    draft.names = sorted;
    draft.authority_key_id = authority_key_id_;
    return sign(draft, new_serial(now, random_));
}

Result<Bytes> Issuer::sign(const x509::Draft& draft, ByteView serial) const {
    return x509::sign_draft(draft, serial, authority_->chain.front().subject_der, authority_->key,
                            scheme_);
}

Result<Issued> Issuer::sign_and_record(x509::Draft& draft, const x509::AltNames& names,
                                       std::string_view common_name, const Origin& origin,
                                       SysTime now, const AlsoRecord& also) {
    draft.authority_key_id = authority_key_id_;
    const Bytes serial = new_serial(now, random_);
    STEP_ASSIGN(Bytes certificate, sign(draft, serial));

    const Entry entry{.serial = x509::serial_key(serial),
                      .certificate = std::move(certificate),
                      .origin = origin,
                      .expires = draft.not_after,
                      .names = index_names(common_name, names)};
    STEP_TRY(database_.transact([&](storage::Transaction& transaction) -> Status {
        if (also) {
            STEP_TRY(also(transaction, entry.serial));
        }
        return ledger_.record(transaction, entry);
    }));
    return Issued{.certificate = entry.certificate,
                  .serial = serial,
                  .subject_der = draft.subject_der,
                  .common_name = std::string(common_name),
                  .names = names,
                  .not_before = draft.not_before,
                  .not_after = draft.not_after};
}

}  // namespace step::issuance
