#include "policy/compile.h"

#include "json/decode.h"
#include "policy/engine_impl.h"

namespace step::policy {
namespace {

using impl::Engine;
using impl::Kind;
using impl::Rulebook;

using Mistakes = std::vector<Mistake>;

Rulebook read(const X509Names& names, const std::string& path, Sense sense, Mistakes& mistakes) {
    Rulebook book(path, sense);
    book.add(Kind::kCn, names.cn, mistakes);
    book.add(Kind::kDns, names.dns, mistakes);
    book.add(Kind::kIp, names.ip, mistakes);
    book.add(Kind::kEmail, names.email, mistakes);
    book.add(Kind::kUri, names.uri, mistakes);
    return book;
}

Rulebook read(const SshNames& names, const std::string& path, Sense sense, Mistakes& mistakes) {
    Rulebook book(path, sense);
    book.add(Kind::kDns, names.dns, mistakes);
    book.add(Kind::kIp, names.ip, mistakes);
    book.add(Kind::kEmail, names.email, mistakes);
    book.add(Kind::kPrincipal, names.principal, mistakes);
    return book;
}

/// Null if there are no rules: then there is nothing to ask.
template <class Names>
std::shared_ptr<const Engine> build(const Names& allow, const Names& deny,
                                    bool allow_wildcard_names, const std::string& path,
                                    Mistakes& mistakes) {
    // In this order, so that the mistakes come in it.
    Rulebook allowed = read(allow, path + ".allow", Sense::kPermitted, mistakes);
    Rulebook denied = read(deny, path + ".deny", Sense::kExcluded, mistakes);
    if (!allowed.has_any() && !denied.has_any()) {
        return nullptr;
    }
    return std::make_shared<const Engine>(
        Engine::Lists{.allow = std::move(allowed),
                      .deny = std::move(denied),
                      .allow_wildcard_names = allow_wildcard_names,
                      .path = path});
}

std::shared_ptr<const Engine> build(const X509Entry& entry, const std::string& path,
                                    Mistakes& mistakes) {
    return build(entry.allow, entry.deny, entry.allow_wildcard_names, path, mistakes);
}

std::shared_ptr<const Engine> build(const SshSide& side, const std::string& path,
                                    Mistakes& mistakes) {
    return build(side.allow, side.deny, /*allow_wildcard_names=*/false, path, mistakes);
}

Status first_of(const Mistakes& mistakes) {
    if (mistakes.empty()) {
        return ok();
    }
    Error error = json::error_at(mistakes.front().place, mistakes.front().what);
    error.cause += ", " + mistakes.front().path;
    return error;
}

}  // namespace

Result<X509Policy> X509Policy::compile(const X509Entry& entry, const std::string& path) {
    Mistakes mistakes;
    std::shared_ptr<const Engine> engine = build(entry, path, mistakes);
    STEP_TRY(first_of(mistakes));
    return X509Policy(std::move(engine));
}

Result<SshPolicy> SshPolicy::compile(const SshEntry& entry, const std::string& path) {
    Mistakes mistakes;
    std::shared_ptr<const Engine> host = build(entry.host, path + ".host", mistakes);
    std::shared_ptr<const Engine> user = build(entry.user, path + ".user", mistakes);
    STEP_TRY(first_of(mistakes));
    return SshPolicy(std::move(user), std::move(host), path);
}

Result<Policies> compile(const Entry& entry, const std::string& path) {
    Policies policies;
    if (!entry.x509.empty()) {
        STEP_ASSIGN(X509Policy x509, X509Policy::compile(entry.x509, path + ".x509"));
        policies.x509 = std::make_shared<const X509Policy>(std::move(x509));
    }
    if (!entry.ssh.empty()) {
        STEP_ASSIGN(SshPolicy ssh, SshPolicy::compile(entry.ssh, path + ".ssh"));
        policies.ssh = std::make_shared<const SshPolicy>(std::move(ssh));
    }
    return policies;
}

std::vector<Mistake> find_mistakes(const Entry& entry, const std::string& path) {
    Mistakes mistakes;
    (void)build(entry.x509, path + ".x509", mistakes);
    (void)build(entry.ssh.host, path + ".ssh.host", mistakes);
    (void)build(entry.ssh.user, path + ".ssh.user", mistakes);
    return mistakes;
}

}  // namespace step::policy
