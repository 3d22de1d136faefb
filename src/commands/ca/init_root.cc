#include "commands/ca/init_root.h"

#include <fmt/format.h>

#include "base/files.h"
#include "commands/errors.h"
#include "commands/input_file.h"
#include "commands/key_files.h"
#include "x509/certificate.h"

namespace step::commands {
Result<ExistingRoot> read_existing_root(cli::Context& context) {
    const std::string root_file = context.args.get("root"), key_file = context.args.get("key");
    STEP_ASSIGN(const Bytes pem, read_file_quoted(context, root_file));
    const auto certificates = x509::parse_certificates_pem(pem);
    if (!certificates) {
        return invalid(fmt::format("error decoding {}: {}", root_file,
                                   pem.find("-----BEGIN CERTIFICATE-----") == Bytes::npos
                                       ? "not a valid PEM encoded block"
                                       : certificates.error().detail));
    }
    if (kind_of(key_file) == Kind::kNothing) {
        STEP_TRY(read_file_quoted(context, key_file));
    }
    STEP_ASSIGN(crypto::PrivateKey key,
                read_private_key(context, key_file, context.args.get("key-password-file")));
    STEP_ASSIGN(const crypto::PublicKey certified, certificates->front().public_key());
    if (!(certified == key.public_key())) {
        return invalid(fmt::format("the key in {} does not belong to the certificate in {}",
                                   key_file, root_file));
    }
    ExistingRoot root{.signer = {.certificate = certificates->front().der, .key = std::move(key)}};
    for (const x509::Certificate& certificate : *certificates) {
        root.chain.push_back(certificate.der);
    }
    return root;
}

}  // namespace step::commands
