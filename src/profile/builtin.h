#pragma once

#include <memory>
#include <string_view>

#include "crypto/key.h"
#include "profile/plan.h"
#include "tmpl/template.h"
#include "x509/csr.h"
#include "x509/name.h"
#include "x509/san.h"

namespace step::profile {

/// The templates that come with the program.
enum class Builtin : unsigned char {
    kLeaf,          ///< Subject and names of the provisioner; for TLS servers and clients.
    kInstance,      ///< Common name of the request; its names unless the provisioner has some.
    kAdmin,         ///< Subject and names of the request.
    kAttestedLeaf,  ///< As kLeaf, for clients only.
    kRequest,       ///< Everything as the request has it, its extensions included.
    kIntermediate,
    kRoot,
    kSshDefault,   ///< What the provisioner says.
    kSshInstance,  ///< Principals of the request if it has some.
    kSshAdmin,     ///< What the request says; users get the provisioner's extensions and options.
    kSshRequest,   ///< What the request says; users get the five default extensions.
};
std::string_view builtin_text(Builtin builtin);
/// Parsed at the first call, then shared.
std::shared_ptr<const tmpl::Template> builtin_template(Builtin builtin);

/// What the provisioner said. For kIntermediate and kRoot only the subject counts.
struct Given {
    x509::Subject subject{};
    x509::AltNames names{};
};

/// What decode_certificate() would give for the text of kLeaf, kInstance, kAdmin, kAttestedLeaf,
/// kIntermediate or kRoot, executed with `.Subject`, `.SANs` and `.Insecure.CR` from `given` and
/// `csr`, without text and JSON. Holds only if no templateData replaced one of them. Only kInstance
/// and kAdmin look at `csr`; others may have none. Names must be ASCII, as x509::classify_names
/// gives them. Fails as decode_certificate() does.
Result<CertificatePlan> builtin_plan(Builtin builtin, Given given, const crypto::PublicKey& key,
                                     const x509::Csr* csr);

}  // namespace step::profile
