#include "x509/verify.h"

#include "base/text.h"
#include "base/time.h"
#include "x509/constraints_impl.h"
#include "x509/signed_impl.h"

namespace step::x509 {
namespace {

using Chain = std::vector<const Certificate*>;
using impl::refused;

constexpr int kMaxSignatureChecks = 100;

enum class Role : unsigned char { kLeaf, kIntermediate, kRoot };

Status check_signed_by(const Certificate& child, const Certificate& parent) {
    return impl::check_signed_by({child.algorithm, child.tbs, child.signature}, parent,
                                 key_usage::kCertSign, impl::Sha1::kRefuse);
}

/// "" if there is none. Aliases `id`, which value_or() would copy and drop.
ByteView view_of(const std::optional<Bytes>& id) {
    return id ? ByteView(*id) : ByteView();
}

bool allows(const Certificate& certificate, const asn1::Oid& usage) {
    if (!certificate.extended_key_usage || certificate.extended_key_usage->empty()) {
        return true;
    }
    return std::ranges::any_of(*certificate.extended_key_usage, [&](const asn1::Oid& id) {
        return id == usage || id == oid::kAnyExtendedKeyUsage;
    });
}

/// The same CA under two certificates (Go's alreadyInChain): cross-signatures make loops.
bool is_in_chain(const Certificate& candidate, const Chain& chain) {
    const Extension* names = candidate.find(oid::kSubjectAltName);
    return std::ranges::any_of(chain, [&](const Certificate* link) {
        if (link->subject_der != candidate.subject_der || link->spki != candidate.spki) {
            return false;
        }
        const Extension* link_names = link->find(oid::kSubjectAltName);
        return names == nullptr || link_names == nullptr ? names == link_names
                                                         : names->value == link_names->value;
    });
}

/// Every certificate below a CA with name constraints must keep to them.
Status check_chain_constraints(const Chain& chain) {
    std::size_t budget = impl::kConstraintBudget;
    for (std::size_t ca = 1; ca < chain.size(); ++ca) {
        const std::optional<NameConstraints>& constraints = chain[ca]->name_constraints;
        if (!constraints) {
            continue;
        }
        for (std::size_t below = 0; below < ca; ++below) {
            const Status good = impl::check_constraint_set(chain[below]->names, *constraints,
                                                           impl::Use::kVerify, budget);
            if (!good) {
                return refused(
                    "x509: a root or intermediate certificate is not authorized to "
                    "sign for this name: " +
                    good.error().detail);
            }
        }
    }
    return ok();
}

class Builder {
public:
    explicit Builder(const VerifyOptions& options) : options_(options) {}

    Result<Chain> build(const Certificate& leaf) {
        STEP_TRY(check_link(leaf, Role::kLeaf, {}));
        if (!options_.host.empty()) {
            STEP_TRY(check_host(leaf, options_.host));
        }
        const bool is_root = std::ranges::any_of(
            options_.roots, [&](const Certificate* root) { return root->der == leaf.der; });
        if (is_root) {
            accept({&leaf});
        } else {
            Chain chain{&leaf};
            if (const Status good = extend(chain); !good && !rejected_) {
                return good.error();
            }
        }
        if (!found_.empty()) {
            return found_;
        }
        return rejected_.value_or(unknown_authority({}));
    }

private:
    struct Hint {
        std::optional<Error> error{};
        const Certificate* certificate = nullptr;
    };

    /// Go's isValid: what can be said of one certificate on top of `chain`.
    Status check_link(const Certificate& certificate, Role role, const Chain& chain) const {
        if (certificate.unhandled_critical) {
            return refused("x509: unhandled critical extension");
        }
        if (!chain.empty() && chain.back()->issuer_der != certificate.subject_der) {
            return refused("x509: issuer name does not match subject from issuing certificate");
        }
        if (options_.now < certificate.not_before || options_.now > certificate.not_after) {
            const bool early = options_.now < certificate.not_before;
            return refused(fmt::format(
                "x509: certificate has expired or is not yet valid: current time {} is {} {}",
                format_rfc3339(options_.now), early ? "before" : "after",
                format_rfc3339(early ? certificate.not_before : certificate.not_after)));
        }
        if (role == Role::kIntermediate && !certificate.is_ca()) {
            return refused("x509: certificate is not authorized to sign other certificates");
        }
        if (role != Role::kLeaf && certificate.basic_constraints &&
            certificate.basic_constraints->path_length &&
            chain.size() - 1 > *certificate.basic_constraints->path_length) {
            return refused("x509: too many intermediates for path length constraint");
        }
        return ok();
    }

    /// The checks that need a whole chain. A chain that fails leaves its reason in rejected_.
    void accept(const Chain& chain) {
        const bool usage_fits =
            !options_.usage || std::ranges::all_of(chain, [&](const Certificate* link) {
                return allows(*link, *options_.usage);
            });
        if (!usage_fits) {
            if (!rejected_) {
                rejected_ = refused("x509: certificate specifies an incompatible key usage");
            }
            return;
        }
        if (const Status good = check_chain_constraints(chain); !good) {
            // Names outweigh usages, as in Go's choice of the error to show.
            if (!constraints_failed_) {
                rejected_ = good.error();
                constraints_failed_ = true;
            }
            return;
        }
        found_ = chain;
    }

    /// Candidates in the order of likelihood: same key identifier, one missing, different.
    static Chain parents(const Chain& pool, const Certificate& child) {
        Chain found;
        for (const int wanted : {0, 1, 2}) {
            for (const Certificate* candidate : pool) {
                if (candidate->subject_der != child.issuer_der) {
                    continue;
                }
                const ByteView subject = view_of(candidate->subject_key_id);
                const ByteView authority = view_of(child.authority_key_id);
                const int rank = subject == authority                   ? 0
                                 : subject.empty() != authority.empty() ? 1
                                                                        : 2;
                if (rank == wanted) {
                    found.push_back(candidate);
                }
            }
        }
        return found;
    }

    /// `last` becomes what Go's variable err would hold: untouched by a parent whose key did not
    /// sign, else the parent's own fault or that of everything above it, or none.
    void try_parent(Chain& chain, const Certificate& parent, Role role, Hint& hint,
                    std::optional<Error>& last) {
        if (is_in_chain(parent, chain)) {
            return;
        }
        Status good = check_signed_by(*chain.back(), parent);
        if (good) {
            good = check_link(parent, role, chain);
            last = good ? std::nullopt : std::optional(good.error());
        }
        if (!good) {
            if (!hint.error) {
                hint = {good.error(), &parent};
            }
            return;
        }
        chain.push_back(&parent);
        if (role == Role::kRoot) {
            accept(chain);
        } else if (const Status above = extend(chain); !above) {
            last = above.error();
        }
        chain.pop_back();
    }

    /// Depth first, roots before intermediates. ok() if some chain reached a root, whether or not
    /// it was accepted.
    Status extend(Chain& chain) {
        Hint hint;
        std::optional<Error> last;
        const Certificate& child = *chain.back();
        for (const Role role : {Role::kRoot, Role::kIntermediate}) {
            const Chain& pool = role == Role::kRoot ? options_.roots : options_.intermediates;
            for (const Certificate* parent : parents(pool, child)) {
                if (++signature_checks_ > kMaxSignatureChecks) {
                    return refused(
                        "x509: signature check attempts limit reached while verifying "
                        "certificate chain");
                }
                try_parent(chain, *parent, role, hint, last);
                if (!found_.empty()) {
                    return ok();
                }
            }
        }
        if (rejected_) {
            return ok();
        }
        return last ? *last : unknown_authority(hint);
    }

    static Error unknown_authority(const Hint& hint) {
        std::string text = "x509: certificate signed by unknown authority";
        if (hint.error) {
            std::string name = hint.certificate->subject.common_name();
            if (name.empty()) {
                const auto organizations = hint.certificate->subject.values(oid::kOrganization);
                name = organizations.empty() ? "serial:" + hint.certificate->serial_text()
                                             : organizations[0];
            }
            text += " (possibly because of " + quote(hint.error->detail) +
                    " while trying to verify candidate authority certificate " + quote(name) + ")";
        }
        return refused(std::move(text));
    }

    const VerifyOptions& options_;
    int signature_checks_ = 0;
    Chain found_{};
    std::optional<Error> rejected_{};
    bool constraints_failed_ = false;
};

}  // namespace

Status check_issued_by(const Certificate& certificate, const Certificate& issuer) {
    if (certificate.issuer_der != issuer.subject_der) {
        return refused("x509: issuer name does not match subject from issuing certificate");
    }
    return check_signed_by(certificate, issuer);
}

Result<std::vector<const Certificate*>> verify_chain(const Certificate& leaf,
                                                     const VerifyOptions& options) {
    return Builder(options).build(leaf);
}

}  // namespace step::x509
