#include "provisioner/set.h"

#include <algorithm>

#include "base/hex.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "json/write.h"
#include "x509/step_extension.h"

namespace step::provisioner {
namespace {

constexpr std::int64_t kDefaultPage = 20, kLongestPage = 100;
constexpr std::size_t kCursorDigits = 40;

using AlsoUse = std::function<Status(storage::Transaction&)>;

Error nobody(std::string cause) {
    return {.code = Code::kUnauthenticated, .cause = std::move(cause)};
}

/// With what there is to do about a token that came again: for the log, as the original's clients
/// hear nothing of it.
Status advise(Status used, const std::string& advice) {
    if (used || used.error().code != Code::kUnauthenticated || advice.empty()) {
        return used;
    }
    Error error = std::move(used).error();
    error.cause += "; " + advice;
    return error;
}

/// The original's cursor: position, then 16 octets of the SHA-1 of the id.
std::string cursor_of(std::size_t position, const std::string& id) {
    Bytes key;
    for (unsigned shift = 32; shift > 0; shift -= 8) {
        key.push_back(static_cast<char>((position >> (shift - 8)) & 0xffU));
    }
    return encode_hex(key + crypto::sha1(id).substr(4, 16));
}

/// The entry as it is listed: what is wrong is shown with it.
std::string listed(const Provisioner& provisioner) {
    std::string wrong = provisioner.failure;
    if (wrong.empty() && provisioner.trouble) {
        wrong = provisioner.trouble();
    }
    if (wrong.empty()) {
        return provisioner.json;
    }
    std::string text = provisioner.json.substr(0, provisioner.json.size() - 1);
    text += R"(,"state":"Uninitialized","stateReason":)";
    json::append_string(text, wrong);
    return text + "}";
}

AlsoUse use_of(std::optional<TokenUse> use, std::string advice) {
    return [use = std::move(use), advice = std::move(advice)](storage::Transaction& transaction) {
        return use ? advise(use_up(transaction, *use), advice) : ok();
    };
}

}  // namespace

Error disabled(const std::string& name, std::string why) {
    return {.code = Code::kUnauthenticated,
            .detail = "provisioner " + quote(name) + " is disabled due to an initialization error",
            .cause = std::move(why),
            .reason = kDisabled};
}

Status Identities::add(const Provisioner& provisioner) {
    const auto twice = [](const char* what) {
        return Error{
            .code = Code::kInvalidArgument,
            .detail = std::string("cannot add multiple provisioners with the same ") + what};
    };
    if (!ids_.insert(provisioner.id).second) {
        return twice("id");
    }
    if (!names_.insert(provisioner.name).second) {
        return twice("name");
    }
    if (!token_ids_.insert(provisioner.token_id).second) {
        return twice("token identifier");
    }
    return ok();
}

ProvisionerSet::ProvisionerSet(Options options, const Clock& clock,
                               const storage::Database& database)
    : options_(std::move(options)),
      clock_(&clock),
      database_(&database),
      audiences_(make_audiences(options_.dns_names)) {
    for (const auto* list :
         {&audiences_.sign, &audiences_.renew, &audiences_.revoke, &audiences_.ssh_revoke,
          &audiences_.ssh_renew, &audiences_.ssh_rekey}) {
        every_audience_.insert(every_audience_.end(), list->begin(), list->end());
    }
}

Result<ProvisionerSet> ProvisionerSet::open(std::vector<Provisioner> provisioners, Options options,
                                            const Clock& clock, const storage::Database& database) {
    ProvisionerSet set(std::move(options), clock, database);
    Identities identities;
    for (Provisioner& one : provisioners) {
        const auto added = std::make_shared<const Provisioner>(std::move(one));
        STEP_TRY(identities.add(*added));
        set.by_id_.emplace(added->id, added.get());
        set.by_name_.emplace(added->name, added.get());
        set.by_token_id_.emplace(added->token_id, added.get());
        if (!added->encrypted_key.empty()) {
            set.encrypted_keys_.insert_or_assign(added->key_id, added->encrypted_key);
        }
        set.by_cursor_.emplace(cursor_of(set.all_.size(), added->id), added.get());
        set.all_.push_back(added);
    }
    return set;
}

const Provisioner* ProvisionerSet::by_id(std::string_view id) const {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : found->second;
}

const Provisioner* ProvisionerSet::by_name(std::string_view name) const {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : found->second;
}

/// What it finds is only who has to verify the token.
const Provisioner* ProvisionerSet::lookup(const Token& token) const {
    const jose::Claims& claims = token.claims;
    const auto by_token_id = [this](const std::string& id) -> const Provisioner* {
        const auto found = by_token_id_.find(id);
        return found == by_token_id_.end() ? nullptr : found->second;
    };
    const std::string fragment = audience_fragment(claims.audience);
    if (audience_matches(claims.audience, every_audience_, fragment)) {
        return by_token_id(fragment.empty() ? claims.issuer + ":" + token.jws.key_id : fragment);
    }
    if (!token.party_readable) {
        return nullptr;
    }
    if (claims.issuer == "kubernetes/serviceaccount") {
        return by_token_id("k8ssa/k8sSA-default");
    }
    if (claims.audience.empty()) {
        return nullptr;
    }
    // Somebody else's token: of OpenID Connect, of Azure.
    const std::string& first = claims.audience.front();
    std::vector<const std::string*> names = {&token.azp};
    if (!token.tid.empty() && !token.email.empty()) {
        names.push_back(&first);
    }
    names.insert(names.end(), {&token.tid, &first});
    for (const std::string* name : names) {
        const Provisioner* found = name->empty() ? nullptr : by_token_id(*name);
        if (found != nullptr) {
            return found;
        }
    }
    return nullptr;
}

Result<ProvisionerSet::Claimed> ProvisionerSet::find(std::string_view text) const {
    STEP_ASSIGN(Token token, parse_token(text));
    const Provisioner* provisioner = lookup(token);
    if (provisioner == nullptr) {
        return nobody("provisioner not found or invalid audience (" +
                      join(token.claims.audience, ", ") + ")");
    }
    if (!provisioner->failure.empty()) {
        return disabled(provisioner->name, provisioner->failure);
    }
    // Whole seconds on both sides: a token made in the second of the start is good.
    const auto started = std::chrono::floor<std::chrono::seconds>(options_.started);
    if (options_.check_issued_at && token.claims.issued_at && *token.claims.issued_at < started) {
        return nobody("token issued before the bootstrap of certificate authority");
    }
    if (provisioner->acme) {
        return Error{.code = Code::kInvalidArgument, .detail = "token flow is not supported"};
    }
    return Claimed{.provisioner = provisioner, .token = std::move(token)};
}

Result<std::optional<TokenUse>> ProvisionerSet::unused(const OneUse& use,
                                                       const Token& token) const {
    if (use.key.empty()) {
        return std::optional<TokenUse>();
    }
    const TokenUse row =
        make_token_use(use.key, use.for_ever ? std::nullopt : token.claims.expires);
    STEP_TRY(advise(refuse_used(*database_, row), use.advice));
    return std::optional(row);
}

Result<SignPermission> ProvisionerSet::authorize_sign(std::string_view text) const {
    STEP_ASSIGN(const Claimed claimed, find(text));
    if (!claimed.provisioner->sign) {
        return nobody("provisioner.AuthorizeSign not implemented");
    }
    const Context context{.now = clock_->now(), .audiences = audiences_};
    STEP_ASSIGN(Allowed allowed, (*claimed.provisioner->sign)(claimed.token, context));
    STEP_ASSIGN(std::optional<TokenUse> row, unused(allowed.use, claimed.token));
    return SignPermission{
        .grant = std::move(allowed.grant),
        .use_token = [use = use_of(std::move(row), allowed.use.advice)](
                         storage::Transaction& transaction, ByteView) { return use(transaction); },
        .token_id = allowed.use.key};
}

Result<RevokePermission> ProvisionerSet::authorize_revoke(std::string_view text) const {
    STEP_ASSIGN(const Claimed claimed, find(text));
    if (!claimed.provisioner->revoke) {
        return nobody("provisioner.AuthorizeRevoke not implemented");
    }
    const Context context{.now = clock_->now(), .audiences = audiences_};
    STEP_ASSIGN(RevokeGrant grant, (*claimed.provisioner->revoke)(claimed.token, context));
    STEP_ASSIGN(std::optional<TokenUse> row, unused({.key = grant.token_id}, claimed.token));
    return RevokePermission{.grant = std::move(grant), .use_token = use_of(std::move(row), "")};
}

/// Null if there is nobody to ask: neither the record nor the certificate names anyone.
Result<const Provisioner*> ProvisionerSet::owner(
    const x509::Certificate& certificate, const std::optional<issuance::Entry>& recorded) const {
    const Provisioner* provisioner = recorded ? by_id(recorded->origin.provisioner.id) : nullptr;
    if (provisioner != nullptr) {
        return provisioner;
    }
    const std::optional<x509::StepProvisioner> named = x509::step_provisioner_of(certificate);
    if (!named) {
        return provisioner;
    }
    provisioner = by_name(named->name);
    if (provisioner == nullptr) {
        return nobody("provisioner not found");
    }
    return provisioner;
}

Result<issuance::AlsoRecord> ProvisionerSet::authorize_renew_token(
    const RenewToken& token, const std::optional<issuance::Entry>& recorded, SysTime now) const {
    STEP_ASSIGN(const Provisioner* const provisioner, owner(token.certificate, recorded));
    STEP_TRY(refuse_used(*database_, token.use));
    // A registration authority has addresses of its own.
    const bool any_audience = recorded && recorded->origin.ra;
    STEP_TRY(check_renew_claims(token, any_audience ? nullptr : &audiences_.renew,
                                provisioner != nullptr ? provisioner->name : std::string_view(),
                                now));
    return issuance::AlsoRecord([use = token.use](storage::Transaction& transaction, ByteView) {
        return use_up(transaction, use);
    });
}

Result<issuance::Origin> ProvisionerSet::authorize_renew(
    const x509::Certificate& certificate, const std::optional<issuance::Entry>& recorded,
    SysTime now) const {
    STEP_ASSIGN(const Provisioner* const provisioner, owner(certificate, recorded));
    if (provisioner == nullptr) {
        // The original lets it pass.
        return recorded ? recorded->origin : issuance::Origin{};
    }
    if (!provisioner->failure.empty()) {
        return disabled(provisioner->name, provisioner->failure);
    }
    if (provisioner->claims.disable_renewal) {
        return nobody("renew is disabled for provisioner '" + provisioner->name + "'");
    }
    if (now < certificate.not_before) {
        return nobody("certificate is not yet valid " + format_go_time(now) + " vs " +
                      format_go_time(SysTime(certificate.not_before)));
    }
    if (now > certificate.not_after && !provisioner->claims.allow_renewal_after_expiry) {
        return Error{
            .code = Code::kUnauthenticated,
            .detail = "certificate expired on " + format_go_time(SysTime(certificate.not_after)),
            .reason = kExpired};
    }
    return recorded ? recorded->origin : issuance::Origin{.provisioner = provisioner->ref()};
}

ProvisionerSet::Page ProvisionerSet::list(std::string_view cursor, std::int64_t limit) const {
    limit = limit <= 0 ? kDefaultPage : std::min(limit, kLongestPage);
    std::string from(cursor.size() < kCursorDigits ? kCursorDigits - cursor.size() : 0, '0');
    from.append(cursor);

    Page page;
    for (auto it = by_cursor_.lower_bound(from); it != by_cursor_.end(); ++it) {
        if (page.entries.size() == static_cast<std::size_t>(limit)) {
            const std::size_t zeros = it->first.find_first_not_of('0');
            page.next = zeros == std::string::npos ? "" : it->first.substr(zeros);
            break;
        }
        page.entries.push_back(listed(*it->second));
    }
    return page;
}

Result<std::string> ProvisionerSet::encrypted_key(std::string_view kid) const {
    const auto found = encrypted_keys_.find(kid);
    if (found == encrypted_keys_.end()) {
        return Error{.code = Code::kNotFound, .cause = "no encrypted key for this kid"};
    }
    return found->second;
}

}  // namespace step::provisioner
