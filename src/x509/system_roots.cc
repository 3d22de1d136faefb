#include "x509/system_roots.h"

#include <filesystem>

#include "base/files.h"
#include "base/pem.h"
#include "base/text.h"

namespace step::x509 {

std::vector<std::string> files_of_folder(const std::string& folder) {
    std::vector<std::string> files;
    std::error_code failed;
    for (std::filesystem::directory_iterator entry(folder, failed), end; !failed && entry != end;
         entry.increment(failed)) {
        if (kind_of(entry->path().string()) == Kind::kFile) {
            files.push_back(entry->path().string());
        }
    }
    std::sort(files.begin(), files.end());
    return files;
}

void add_certificates(std::vector<Certificate>& certificates, ByteView pem) {
    while (const auto step = next_pem(pem)) {
        pem.remove_prefix(step->rest);
        if (step->block.type != "CERTIFICATE") {
            continue;
        }
        if (auto certificate = parse_certificate(step->block.bytes)) {
            certificates.push_back(*std::move(certificate));
        }
    }
}

std::vector<Certificate> system_roots(const Environment& environment) {
    std::vector<Certificate> roots;
    const auto add_file = [&](const std::string& file) {
        const auto pem = read_file(file);
        if (pem) {
            add_certificates(roots, *pem);
        }
        return pem && !roots.empty();
    };
    const std::string file = environment.get("SSL_CERT_FILE").value_or("");
    const std::string folders = environment.get("SSL_CERT_DIR").value_or("");
    if (!file.empty()) {
        add_file(file);
    } else {
        for (const char* const place :
             {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
              "/etc/ssl/ca-bundle.pem", "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
              "/etc/ssl/cert.pem"}) {
            if (add_file(place)) {
                break;
            }
        }
    }
    if (!folders.empty()) {
        for (const std::string& folder : split(folders, ':')) {
            for (const std::string& name : files_of_folder(folder)) {
                add_file(name);
            }
        }
    }
    return roots;
}

}  // namespace step::x509
