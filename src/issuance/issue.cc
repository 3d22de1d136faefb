#include "issuance/issue.h"

#include <algorithm>

#include "base/ip.h"
#include "base/text.h"
#include "issuance/final_check.h"
#include "issuance/request_check.h"
#include "profile/builtin.h"
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

/// A leaf of our own: what the built-in template gives, with these times.
Result<x509::Draft> own_leaf(const crypto::PublicKey& key, const std::string& common_name,
                             x509::AltNames names, const Validity& validity) {
    STEP_ASSIGN(
        const profile::CertificatePlan plan,
        profile::builtin_plan(profile::Builtin::kLeaf,
                              {.subject = {.common_name = common_name}, .names = std::move(names)},
                              key, nullptr));
    x509::Draft draft = profile::to_draft(plan, key);
    draft.not_before = validity.not_before;
    draft.not_after = validity.not_after;
    return draft;
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
               storage::Database& database, Hooks* hooks)
    : clock_(clock),
      random_(random),
      authority_(std::move(authority)),
      database_(database),
      hooks_(hooks),
      ledger_(database),
      scheme_(leaf_scheme(*authority_)),
      authority_key_id_(authority_->chain.front().subject_key_id.value_or(Bytes())),
      decider_(clock, random, authority_, hooks) {}

Result<Issued> Issuer::issue(const x509::Csr& csr, const Grant& grant, const Options& options,
                             const AlsoRecord& also) {
    STEP_ASSIGN(Decision decision, decider_.decide(csr, grant, options));
    const HookRequest hook = std::move(decision.hook);
    const bool notify = decision.wanted.notify;
    STEP_ASSIGN(Issued issued, sign_and_record(std::move(decision), clock_.now(), also));
    issued.key_label = crypto::key_label(csr.key);
    issued.extension = grant.extension;
    if (notify) {
        hooks_->notify(hook, X509HookIssued{.certificate = issued.certificate,
                                            .not_before = issued.not_before,
                                            .not_after = issued.not_after});
    }
    return issued;
}

Result<Issued> Issuer::renew(const x509::Certificate& old, const crypto::PublicKey* new_key,
                             const Origin& origin, const AlsoRecord& also) {
    STEP_ASSIGN(const crypto::PublicKey key,
                new_key != nullptr ? Result<crypto::PublicKey>(*new_key) : old.public_key());
    if (new_key != nullptr) {
        STEP_TRY(check_key(key));
    }
    STEP_TRY(decider_.check_constraints(old.names));

    const SysTime now = clock_.now();
    const SysSeconds begin = std::chrono::floor<std::chrono::seconds>(
        now - std::chrono::floor<std::chrono::microseconds>(authority_->backdate));
    x509::Draft draft{.subject_der = old.subject_der,
                      .not_before = begin,
                      .not_after = begin + (old.not_after - old.not_before),
                      .spki = key.spki(),
                      .subject_key_id = new_key != nullptr ? x509::key_id(key) : Bytes(),
                      .authority_key_id = authority_key_id_};
    for (const x509::Extension& extension : old.extensions) {
        const bool made_anew = extension.id == x509::oid::kAuthorityKeyId ||
                               (new_key != nullptr && extension.id == x509::oid::kSubjectKeyId);
        if (!made_anew) {
            draft.extra.push_back(extension);
        }
    }
    STEP_TRY(check_before_signing(draft, old.is_ca()));
    STEP_ASSIGN(Issued issued, sign_and_record({.draft = std::move(draft),
                                                .names = old.names,
                                                .common_name = old.subject.common_name(),
                                                .origin = origin,
                                                .scheme = scheme_},
                                               now, also));
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
    STEP_TRY(decider_.check_constraints(sorted));

    const SysTime now = clock_.now();
    const SysSeconds second = std::chrono::floor<std::chrono::seconds>(now);
    STEP_ASSIGN(x509::Draft draft, own_leaf(key, common_name, sorted,
                                            {.not_before = second - kOwnBackdate,
                                             .not_after = second + kOwnLifetime}));
    draft.authority_key_id = authority_key_id_;
    return x509::sign_draft(draft, new_serial(now, random_), authority_->chain.front().subject_der,
                            authority_->key, scheme_);
}

Result<Issued> Issuer::sign_and_record(Decision decided, SysTime now, const AlsoRecord& also) {
    x509::Draft& draft = decided.draft;
    const Bytes serial = decided.serial ? *decided.serial : new_serial(now, random_);
    STEP_ASSIGN(Bytes certificate,
                x509::sign_draft(draft, serial, authority_->chain.front().subject_der,
                                 authority_->key, decided.scheme));

    const Entry entry{.serial = x509::serial_key(serial),
                      .certificate = std::move(certificate),
                      .origin = decided.origin,
                      .expires = draft.not_after,
                      .names = index_names(decided.common_name, decided.names)};
    STEP_TRY(database_.transact([&](storage::Transaction& transaction) -> Status {
        if (also) {
            STEP_TRY(also(transaction, entry.serial));
        }
        return ledger_.record(transaction, entry);
    }));
    return Issued{.certificate = entry.certificate,
                  .serial = serial,
                  .subject_der = draft.subject_der,
                  .common_name = std::move(decided.common_name),
                  .names = std::move(decided.names),
                  .not_before = draft.not_before,
                  .not_after = draft.not_after};
}

}  // namespace step::issuance
